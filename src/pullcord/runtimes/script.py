"""The scripted runtime's format: what each agent does, by task and round. Part of the public
contract (docs: script format); whatever is wrong is said with its line before a run starts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

import yaml
from pydantic import BeforeValidator, Field, PlainValidator, ValidationError

from pullcord.errors import ConfigError
from pullcord.model.report import Status
from pullcord.model.roles import DEFAULT, OPTIONAL
from pullcord.model.value import Value


def _inside(path: object) -> str:
    """A path that stays in the workspace by its own words."""
    if not isinstance(path, str) or not path or "\0" in path:
        raise ValueError("must be a path")
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts or not parts:
        raise ValueError(f"{path!r} leads out of the workspace")
    return path


def _word(value: object) -> object:
    """YAML reads `[sleep, 5]` as a number; a command has only words."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _named(key: str) -> BeforeValidator:
    """A text stands for a mapping with this one key."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


Inside = Annotated[str, PlainValidator(_inside)]
Word = Annotated[str, BeforeValidator(_word)]
Strict = Field(strict=True)


class ScriptDecision(Value):
    decision: str
    rationale: str = ""


class ScriptBlocker(Value):
    blocker: str
    resolution: str = ""


class ScriptSummary(Value):
    """The parts of a summary; what is not given is left to the runtime."""

    decisions: tuple[Annotated[ScriptDecision, _named("decision")], ...] | None = None
    assumptions: tuple[str, ...] | None = None
    details: tuple[str, ...] | None = None
    blockers: tuple[Annotated[ScriptBlocker, _named("blocker")], ...] | None = None
    handoff: tuple[str, ...] | None = None


class ScriptFinding(Value):
    message: str
    gate: str = "review"
    rule: str = "review"
    path: str = ""
    line: int = 0


class ScriptReview(Value):
    decision: Literal["approve", "object", "escalate"]
    findings: tuple[Annotated[ScriptFinding, _named("message")], ...] = ()
    criteria: dict[str, Literal["met", "unmet", "unknown"]] = {}
    evidence: dict[str, tuple[str, ...]] = {}


class Escalate(Value):
    """SPEC.md's five kinds, their fields in lower case with underscores."""

    kind: Literal["security", "data", "architecture", "clarification", "debt"]
    description: str = ""
    impact: str = ""
    affected: str = ""
    current_design: str = ""
    required_change: str = ""
    requirement: str = ""
    ambiguity: str = ""
    quick_fix: str = ""
    debt_impact: str = ""
    proper_solution: str = ""
    options: tuple[str, ...] = ()
    recommendation: str = ""
    evidence: tuple[str, ...] = ()


class ScriptUsage(Value):
    input_tokens: Annotated[int, Field(ge=0, strict=True)] | None = None
    output_tokens: Annotated[int, Field(ge=0, strict=True)] | None = None
    usd: Annotated[float, Field(ge=0)] | None = None


class Step(Value):
    """One attempt. The fields act in the order in which they stand here."""

    write: dict[Inside, str] = {}
    append: dict[Inside, str] = {}
    delete: tuple[Inside, ...] = ()
    patch: str = ""
    fill: dict[Inside, Annotated[int, Field(ge=0, strict=True)]] = {}
    run: tuple[Annotated[tuple[Word, ...], Field(min_length=1)], ...] = ()
    sleep: Annotated[float, Field(ge=0)] = 0.0
    say: str = ""
    status: Status | None = None
    summary: Annotated[ScriptSummary | str | Literal[False], Field(union_mode="left_to_right")] = (
        ScriptSummary()
    )
    review: ScriptReview | None = None
    escalate: Escalate | None = None
    usage: ScriptUsage = ScriptUsage()
    exit: Annotated[int, Strict] = 0
    hang: Annotated[bool, Strict] = False
    daemon: Annotated[bool, Strict] = False


class Script(Value):
    """What each agent does. `tasks` has the rounds of a task id or a subagent_type."""

    tasks: dict[str, tuple[Step, ...]] = {}
    default: Step = Step()

    def step(self, task: str, agent: str, round: int) -> Step:
        """What happens in a round: the task's own id is more exact than its agent."""
        rounds = self.tasks.get(task, self.tasks.get(agent, ()))
        return rounds[round - 1] if 0 < round <= len(rounds) else self.default


def parse(text: str, known: Collection[str], source: str = "") -> Script:
    """Read a script. ConfigError lists every mistake with its line.

    `known` are the task ids and agents of the plan; SPEC.md's roles are known without it.
    """
    where = source or "The script"
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        value = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _wrong(where, [(line, error.problem or "this is no YAML")]) from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise _wrong(where, [(1, f"this is no YAML: {error}")]) from error
    problems = [(line, f"{key!r} is given twice") for line, key in _twice(node)]
    tasks = value.get("tasks") if isinstance(value, dict) else None
    for name in tasks if isinstance(tasks, dict) else ():
        if name not in {*known, *DEFAULT, *OPTIONAL}:
            problems.append((_line(node, ("tasks", name)), f"there is no task or agent {name!r}"))
    script = None
    try:
        script = Script.model_validate({} if value is None else value)
    except ValidationError as error:
        problems += [(_line(node, e["loc"]), _said(e)) for e in error.errors(include_url=False)]
    if problems or script is None:
        raise _wrong(where, problems)
    return script


def _wrong(where: str, problems: list[tuple[int, str]]) -> ConfigError:
    listed = "\n".join(f"  line {line}: {what}" for line, what in sorted(set(problems)))
    return ConfigError(
        f"{where} cannot be read:\n{listed}",
        "The keys: tasks, default; in a round: " + ", ".join(Step.model_fields),
    )


def _said(error: Any) -> str:
    named = [part for part in error["loc"] if isinstance(part, str) and part != "[key]"]
    inner = named[2:] if named[:1] == ["tasks"] else named
    place = ".".join((inner or named)[-2:]) or "the script"
    if error["type"] == "extra_forbidden":
        return f"{error['loc'][-1]!r} is no key here"
    if error["type"] in ("model_type", "dict_type"):
        return f"{place} must be a mapping"
    return f"{place}: {error['msg'].removeprefix('Value error, ')}"


def _line(node: yaml.Node | None, place: tuple[int | str, ...]) -> int:
    """The line of the innermost part of `place` that the document has; names of types in between
    are passed over."""
    line = node.start_mark.line + 1 if node else 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            pairs = [pair for pair in node.value if pair[0].value == str(part)]
            if pairs:
                key, node = pairs[0]
                line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and part in range(len(node.value)):
            node = node.value[int(part)]
            line = node.start_mark.line + 1
    return line


def _twice(root: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """Keys that a mapping has twice, of which YAML would silently take the last."""
    waiting, seen = [root] if root else [], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode) and keys.count(key.value) > 1:
                    yield key.start_mark.line + 1, key.value
                waiting.append(value)
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
