"""Tasks that would touch the same files at the same time: which, why, and what comes first. Pure.

Independence comes from `after`, from what a task may write, and from the contract: the operations
of one resource stand in the same files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from pullcord.model.agent import Agent
from pullcord.model.globs import share, within
from pullcord.model.roles import REVIEWERS
from pullcord.model.task import Task, ancestors
from pullcord.model.text import cut, one_line

ONE_BY_ONE = frozenset({"sequential", "iterative", "debug-fix-verify"})
"""Patterns that never run two tasks at the same time."""
_OPERATION = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\s+(/[\w{}/.-]*)")
_NAMED = re.compile(
    r"(?<![\w@/.{-])(?:[\w.*-]+/)*[\w.*-]+\."
    r"(?:py|pyi|sql|json|ya?ml|toml|md|txt|html|jinja2?|cfg|ini)\b(?!/)"
)
"""A file's name in a sentence. One behind an @ is to be read, as SPEC.md's briefs have it."""
_PREFIX = re.compile(r"api|v\d+|\{.*")


def bad_writes(task: Task, agent: Agent | None) -> list[str]:
    """What is wrong with the paths that a task says it writes."""
    found = []
    for glob in task.writes:
        if glob.startswith("/") or "\\" in glob or {"", ".", ".."} & set(glob[:-1].split("/")):
            found.append(f"writes={glob!r} is no path or glob relative to the repository")
        elif agent is not None and not within(glob, agent.write):
            may = ", ".join(agent.write)
            found.append(f"writes={glob!r}: {agent.name} may write only {cut(may, 200)}")
    return found


def put_in_order(
    tasks: Sequence[Task], known: Mapping[str, Agent]
) -> tuple[list[Task], tuple[str, ...]]:
    """The tasks with an `after` more wherever two that touch the same files could run at the same
    time, and a note on each: what is written later comes later."""
    ordered, notes = list(tasks), []
    for index, task in enumerate(tasks):
        for other in reversed(tasks[:index]):
            if _related(ordered, task.id, other.id):
                continue
            if why := overlap(other, task, known):
                mine = ordered[index]
                ordered[index] = mine.model_copy(update={"after": (*mine.after, other.id)})
                notes.append(f"{task.id} runs after {other.id}: both {why}.")
    return ordered, tuple(notes)


def overlap(one: Task, other: Task, known: Mapping[str, Agent]) -> str:
    """What both tasks do, in words, where they would touch the same files; '' where not.

    Where both say what they write, that alone counts: the scope gate holds them to it.
    """
    if REVIEWERS & {one.subagent_type, other.subagent_type}:
        return ""
    mine, theirs = (touched(task, known.get(task.subagent_type)) for task in (one, other))
    shared = [a if a in theirs or "*" not in a else b for a in mine for b in theirs if share(a, b)]
    if shared:
        return f"write {_listed(shared)}"
    if one.subagent_type != other.subagent_type or (one.writes and other.writes):
        return ""
    resources = _resources(one) & _resources(other)
    return f"change the operations of {_listed(sorted(resources))}" if resources else ""


def touched(task: Task, agent: Agent | None) -> tuple[str, ...]:
    """The paths and globs that a task writes as far as it says: its `writes`, else the files that
    its words name and its agent may write."""
    if task.writes or agent is None:
        return task.writes
    named = (name.removeprefix("./") for name in _NAMED.findall(_words(task)))
    return tuple(dict.fromkeys(name for name in named if within(name, agent.write)))


def _resources(task: Task) -> set[str]:
    """`/workouts` for `GET /api/v1/workouts/{id}`: the first part that is a name."""
    parts = ([p for p in path.split("/") if p] for _, path in _OPERATION.findall(_words(task)))
    names = (next((p for p in each if not _PREFIX.fullmatch(p)), "") for each in parts)
    return {f"/{name.rstrip('.')}" for name in names if name}


def _words(task: Task) -> str:
    return f"{task.description}\n{task.prompt}"


def _listed(names: Iterable[str]) -> str:
    return cut(", ".join(one_line(name) for name in dict.fromkeys(names)), 200)


def _related(tasks: Sequence[Task], one: str, other: str) -> bool:
    return other in ancestors(tasks, one) or one in ancestors(tasks, other)
