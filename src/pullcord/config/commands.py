"""How a repository's own tasks run its tools: poe tasks and Makefile targets, as argument lists.

Only plain commands are understood. What needs a shell (pipes, substitution) is left alone, and the
detection goes on to the next source.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from pullcord.model.value import Value

_SHELL = re.compile(r"[|;<>`]|\$\(|&(?!&)")
_RUNNERS = {"uv": "run", "poetry": "run", "pdm": "run", "hatch": "run", "pipenv": "run"}
_ELSEWHERE = {"--directory", "--project", "-C"}
"""Options of a runner that lead into another folder: such a command is not for this one."""
_RUNNER_VALUES = {"--group", "--extra", "--with", "--python", "-p", "--package", "--env-file"}


class Command(Value):
    """One command of a task: its arguments, the environment it sets, and where it stands."""

    argv: tuple[str, ...]
    env: dict[str, str] = Field(default_factory=dict)
    origin: str


def poe_tasks(tool: Mapping[str, Any]) -> dict[str, list[Command]]:
    """The tasks of a `[tool.poe]` table by name, with sequences and references written out."""
    tasks = tool.get("tasks") or {}
    shared = {k: v for k, v in (tool.get("env") or {}).items() if _plain(v)}
    return {
        name: [c.model_copy(update={"origin": f"poe task {name}"}) for c in found]
        for name in tasks
        if (found := _poe(name, tasks, shared, ()))
    }


def _poe(
    name: str, tasks: Mapping[str, Any], env: dict[str, str], seen: tuple[str, ...]
) -> list[Command]:
    if name in seen or name not in tasks:
        return []
    return _poe_task(tasks[name], tasks, env, (*seen, name))


def _poe_task(
    task: Any,
    tasks: Mapping[str, Any],
    env: dict[str, str],
    seen: tuple[str, ...],
    words: str = "cmd",
) -> list[Command]:
    """`words` says what a bare string means here: a command (`cmd`) or a task's name (`ref`)."""
    if isinstance(task, str):
        if words == "ref":
            return _poe(task.split()[0] if task.split() else "", tasks, env, seen)
        return commands_of(task, env) if words in ("cmd", "shell") else []
    if isinstance(task, list):
        return [c for part in task for c in _poe_task(part, tasks, env, seen, "ref")]
    if not isinstance(task, dict):
        return []
    env = env | {k: v for k, v in (task.get("env") or {}).items() if _plain(v)}
    if task.get("cwd"):
        return []
    for kind in ("cmd", "shell"):
        if isinstance(task.get(kind), str):
            return commands_of(task[kind], env)
    if isinstance(task.get("ref"), str):
        return _poe(task["ref"].split()[0], tasks, env, seen)
    if isinstance(task.get("sequence"), list):
        words = task.get("default_item_type", "ref")
        return [c for p in task["sequence"] for c in _poe_task(p, tasks, env, seen, words)]
    return []


def _plain(value: object) -> bool:
    return isinstance(value, str) and "$" not in value


def make_targets(text: str) -> dict[str, list[Command]]:
    """The targets of a Makefile whose recipes are plain commands."""
    variables = dict(re.findall(r"^([A-Za-z_]\w*)\s*[:?]?=\s*(.*?)\s*$", text, re.M))
    targets: dict[str, list[Command]] = {}
    current: list[str] = []
    for raw in text.replace("\\\n", " ").splitlines():
        if raw.startswith("\t"):
            line = _expand(raw.strip().lstrip("@-+ "), variables)
            for name in current:
                origin = f"Makefile target {name}"
                found = [c.model_copy(update={"origin": origin}) for c in commands_of(line, {})]
                targets[name] += found
        elif match := re.match(r"([A-Za-z0-9_. -]+):(?!=)", raw):
            current = match[1].split()
            for name in current:
                targets.setdefault(name, [])
    return {name: found for name, found in targets.items() if found}


def _expand(line: str, variables: Mapping[str, str]) -> str:
    for _ in range(5):
        before = line
        for name, value in variables.items():
            line = line.replace(f"$({name})", value).replace(f"${{{name}}}", value)
        if line == before:
            break
    return line


def commands_of(line: str, env: dict[str, str]) -> list[Command]:
    """The commands of one shell line, split at `&&` and newlines; [] when it needs a shell."""
    found = []
    for part in re.split(r"&&|\n", line):
        if not part.strip():
            continue
        if _SHELL.search(part) or "$" in part:
            return []
        try:
            words = shlex.split(part, comments=True)
        except ValueError:
            return []
        own = dict(env)
        while words and re.fullmatch(r"[A-Za-z_]\w*=.*", words[0]):
            name, _, value = words.pop(0).partition("=")
            own[name] = value
        if argv := strip_runner(words):
            found.append(Command(argv=tuple(argv), env=own, origin=""))
    return found


def strip_runner(words: list[str]) -> list[str]:
    """The command without `uv run`, `poetry run`, an absolute path to an environment, `env`."""
    if words and words[0] == "env":
        words = words[1:]
    if len(words) > 1 and _RUNNERS.get(words[0]) == words[1]:
        words = words[2:]
        while words and words[0].startswith("-"):
            if words[0].partition("=")[0] in _ELSEWHERE:
                return []
            words = words[2:] if words[0] in _RUNNER_VALUES else words[1:]
    if words and re.search(r"/bin/[\w.-]+$", words[0]):
        words = [words[0].rsplit("/", 1)[1], *words[1:]]
    return words


def tool_of(argv: tuple[str, ...]) -> str:
    """The name of the tool that a command runs: `pytest` for `python -m pytest`, too."""
    if not argv:
        return ""
    if re.fullmatch(r"python(3(\.\d+)?)?", argv[0]):
        flags = [i for i, word in enumerate(argv[:4]) if word == "-m"]
        return argv[flags[0] + 1] if flags and len(argv) > flags[0] + 1 else ""
    if argv[0] == "coverage" and argv[1:2] == ("run",) and "-m" in argv[:-1]:
        return argv[argv.index("-m") + 1]
    return argv[0]


def script_of(argv: tuple[str, ...]) -> str:
    """The repository's own script that a command runs, as a path; '' when it runs none."""
    for word in argv[:3]:
        if word.endswith((".py", ".sh")) and not word.startswith(("/", "-")):
            return word.removeprefix("./")
    module = tool_of(argv)
    return module.replace(".", "/") + ".py" if "." in module else ""


def makefile(tree: Path) -> str:
    """The text of the tree's Makefile, '' when there is none."""
    for name in ("GNUmakefile", "Makefile", "makefile"):
        path = tree / name
        if path.is_file() and not path.is_symlink():
            return path.read_text(encoding="utf-8", errors="replace")
    return ""
