"""Plan files: the `Task(...)` calls of SPEC.md's orchestration patterns, parsed, never executed."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pullcord.errors import RequestError
from pullcord.model.agent import Agent
from pullcord.model.task import Plan, Task
from pullcord.requests.files import read_text
from pullcord.requests.order import Problem, complete

EXAMPLE = """\
Task(
  subagent_type="python-backend-engineer",
  description="Implement workout logging",
  prompt="Follow repository pattern + DI.",
)"""
_TEXTS = ("subagent_type", "description", "prompt", "id", "reason", "recovery")
_LISTS = ("criteria", "after", "writes")
_REQUIRED = ("subagent_type", "description", "prompt")
_FENCE = re.compile(r"^(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n]*\n(.*?)^\1[`~]*[ \t]*$", re.M | re.S)


def load(path: Path, pattern: str, known: Mapping[str, Agent]) -> Plan:
    """The plan in a file."""
    return parse(read_text(path), pattern, known, str(path))


def plan_of(tasks: Sequence[Task], pattern: str, known: Mapping[str, Agent]) -> Plan:
    """The plan of tasks that were made in Python. RequestError when one of them is wrong."""
    problems: list[Problem] = [] if tasks else [(0, "there are no tasks")]
    plan = complete(tasks, pattern, known, problems=problems)
    refuse(problems)
    return plan


def parse(
    text: str,
    pattern: str,
    known: Mapping[str, Agent],
    source: str = "",
) -> Plan:
    """The plan that a text of `Task(...)` calls means under a pattern; Python in Markdown fences is
    accepted too. RequestError lists every mistake with its line.
    """
    problems: list[Problem] = []
    tasks, lines = [], []
    for call in _calls(_tree(text, source), problems):
        task = _task(call, problems)
        if task is not None:
            tasks.append(task)
            lines.append(call.lineno)
    if not tasks and not problems:
        problems.append((1, "there is no Task(...) call"))
    plan = complete(tasks, pattern, known, lines=lines, problems=problems)
    refuse(problems, source)
    return plan


def refuse(problems: Sequence[Problem], source: str = "") -> None:
    """Raise a RequestError that lists all problems in the order of their lines; none, no error."""
    if not problems:
        return
    listed = "\n".join(
        (f"  line {line}: " if line else "  ") + what for line, what in sorted(problems)
    )
    raise RequestError(
        f"{source or 'The plan'} cannot be read:\n{listed}", f"A task looks like this:\n{EXAMPLE}"
    )


def _tree(text: str, source: str) -> ast.Module:
    try:
        return _python(text)
    except (SyntaxError, ValueError) as error:
        blocks = _fenced(text)
        if blocks is None:
            raise _unreadable(error, source) from error
    try:
        return _python(blocks)
    except (SyntaxError, ValueError) as error:
        raise _unreadable(error, source) from error


def _python(text: str) -> ast.Module:
    with warnings.catch_warnings():  # an odd escape in a prompt is not our reader's concern
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (RecursionError, MemoryError) as error:
            raise ValueError("it is nested too deeply") from error


def _unreadable(error: Exception, source: str) -> RequestError:
    line = getattr(error, "lineno", None) or 1
    words = error.msg if isinstance(error, SyntaxError) else str(error)
    return RequestError(
        f"{source or 'The plan'} cannot be read:\n  line {line}: {words}",
        f"A task looks like this:\n{EXAMPLE}",
    )


def _fenced(text: str) -> str | None:
    """The Python blocks of a Markdown text at their own lines; None when there are none."""
    kept = [m for m in _FENCE.finditer(text) if m[2].lower() in ("python", "py", "")]
    if not kept:
        return None
    shown = list(re.sub(r"[^\n]", " ", text))
    for match in kept:
        shown[match.start(3) : match.end(3)] = text[match.start(3) : match.end(3)]
    return "\n".join(line if line.strip() else "" for line in "".join(shown).split("\n"))


def _calls(tree: ast.Module, problems: list[Problem]) -> Iterator[ast.Call]:
    """Every Task call at the top of the file, bare, named, or in a list."""
    for statement in tree.body:
        if _harmless(statement):
            continue
        value = statement.value if isinstance(statement, ast.Expr | ast.Assign) else None
        listed = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
        for item in listed:
            if isinstance(item, ast.Call) and _name(item.func) == "Task":
                yield item
            else:
                line = getattr(item, "lineno", statement.lineno)
                problems.append((line, "only Task(...) calls may stand here; nothing is executed"))


def _harmless(statement: ast.stmt) -> bool:
    """`from pullcord import Task`, `import pullcord`, or a text that stands alone."""
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "pullcord" and statement.level == 0
    if isinstance(statement, ast.Import):
        return all(alias.name == "pullcord" for alias in statement.names)
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _name(func: ast.expr) -> str:
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
        return func.attr if func.value.id == "pullcord" else ""
    return func.id if isinstance(func, ast.Name) else ""


def _task(call: ast.Call, problems: list[Problem]) -> Task | None:
    before = len(problems)
    values: dict[str, object] = {}
    if call.args:
        problems.append((call.args[0].lineno, "Task takes named arguments only"))
    for keyword in call.keywords:
        problem = _argument(keyword, values)
        if problem:
            problems.append((keyword.value.lineno, problem))
    for name in _REQUIRED:
        if not call.args and not any(k.arg in (name, None) for k in call.keywords):
            problems.append((call.lineno, f"Task needs {name}=…"))
    return Task.model_validate(values) if len(problems) == before else None


def _argument(keyword: ast.keyword, values: dict[str, object]) -> str:
    """Read one argument into `values`; what is wrong with it, else ''."""
    name = keyword.arg
    if name is None:
        return "**arguments are not literal"
    if name in values:
        return f"{name} is given twice"
    if name not in (*_TEXTS, *_LISTS, "optional"):
        allowed = ", ".join((*_REQUIRED, *_LISTS, "optional"))
        return f"Task has no argument {name}; it has {allowed}"
    try:
        value = ast.literal_eval(keyword.value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return f"{name} must be a literal; nothing is executed"
    if name in _TEXTS and not (isinstance(value, str) and value.strip()):
        return f"{name} must be a text that is not empty"
    if name == "optional" and not isinstance(value, bool):
        return "optional must be True or False"
    if name in _LISTS and not _texts(value):
        return f"{name} must be a list of texts"
    values[name] = value
    return ""


def _texts(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(v, str) and v.strip() for v in value)
