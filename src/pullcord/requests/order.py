"""From tasks to a plan: names, ids, order, why each agent was chosen, what happens on failure."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from pullcord.model.agent import Agent
from pullcord.model.roles import ALIASES, PLANNERS, REVIEWERS
from pullcord.model.task import Plan, Task, ancestors
from pullcord.model.text import cut, numbered, one_line, slug
from pullcord.model.words import terms
from pullcord.requests.overlap import ONE_BY_ONE, bad_writes, put_in_order
from pullcord.requests.recovery import recovery_of

Problem = tuple[int, str]
"""A line (0 where there is none) and what is wrong there."""

RESERVED = frozenset(
    {"run", "ask", "waive", "result", "criteria", "applied", "base", "head", "rescue"}
)
"""Ids that facts and refs of a run use for themselves."""
_GENERIC = terms("test tests endpoint method repository file code docs write")


def complete(
    tasks: Sequence[Task],
    pattern: str,
    known: Mapping[str, Agent],
    *,
    lines: Sequence[int] = (),
    problems: list[Problem],
) -> Plan:
    """The plan of these tasks; mistakes are added to `problems`, and then the plan is not usable.

    `after` of a task that names none: the task before it in its chain; in a parallel plan nothing,
    but a reviewer comes after all that was written before it. Where tasks can run at the same time,
    those that touch the same files come one after the other, and a note says why.
    """
    at = [*lines, *([0] * (len(tasks) - len(lines)))]
    named: list[Task] = []
    for task, line in zip(tasks, at, strict=True):
        if wrong := unknown_agent(task.subagent_type, known):
            problems.append((line, wrong))
        taken = {t.id for t in named} | RESERVED
        if task.id and (task.id in taken or slug(task.id) != task.id):
            problems.append((line, f"id {task.id!r} is taken or not lower-case-with-hyphens"))
        problems += [(line, wrong) for wrong in bad_writes(task, known.get(task.subagent_type))]
        new = task.id or numbered(slug(task.description), taken)
        named.append(task.model_copy(update={"id": new}))
    ordered = [
        task.model_copy(update={"after": _after(named, index, pattern, at[index], problems)})
        for index, task in enumerate(named)
    ]
    _check_order(ordered, pattern, at, problems)
    notes = _independent(named, ordered) if pattern == "sequential" else ()
    if pattern not in ONE_BY_ONE and not problems:
        ordered, notes = put_in_order(ordered, known)
    return Plan(
        pattern=pattern, tasks=tuple(_explained(task, known) for task in ordered), notes=notes
    )


def unknown_agent(name: str, known: Mapping[str, Agent]) -> str:
    """'' for an agent that exists, else what is wrong and which was probably meant."""
    if name in known:
        return ""
    meant = ALIASES.get(name.strip().lower().replace("_", "-"), "")
    close = [meant] if meant in known else difflib.get_close_matches(name, known, 1)
    hint = f"; did you mean {close[0]}?" if close else "."
    return f"there is no agent {one_line(name)!r}{hint} Known: {', '.join(sorted(known))}"


def _after(
    tasks: Sequence[Task], index: int, pattern: str, line: int, problems: list[Problem]
) -> tuple[str, ...]:
    task = tasks[index]
    if not task.after:
        if pattern != "parallel":
            chained = index and tasks[index - 1].chain == task.chain
            return (tasks[index - 1].id,) if chained else ()
        if task.subagent_type in REVIEWERS:
            return tuple(t.id for t in tasks[:index])
        return ()
    found = []
    for name in task.after:
        fits = [t.id for t in tasks if name == t.id] or [
            t.id for t in tasks if name == t.description
        ]
        if len(fits) == 1 and fits[0] != task.id:
            found.append(fits[0])
        else:
            why = "is no other task" if not fits or fits == [task.id] else "fits several tasks"
            problems.append((line, f"after={name!r} {why}"))
    return tuple(dict.fromkeys(found))


def _check_order(
    tasks: Sequence[Task], pattern: str, at: Sequence[int], problems: list[Problem]
) -> None:
    places = {task.id: place for place, task in enumerate(tasks)}
    try:
        TopologicalSorter({task.id: task.after for task in tasks}).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        line = at[min(places[name] for name in circle)]
        problems.append((line, f"tasks wait for each other: {' → '.join(circle)}"))
        return
    for place, task in enumerate(tasks):
        late = [name for name in task.after if places[name] > place]
        if late and pattern != "parallel":
            problems.append(
                (at[place], f"{task.id} comes after {late[0]}, which is written below it")
            )


def _explained(task: Task, known: Mapping[str, Agent]) -> Task:
    agent = known.get(task.subagent_type)
    role = _sentence(agent.description) if agent else ""
    return task.model_copy(
        update={
            "reason": task.reason or role,
            "recovery": task.recovery or recovery_of(task.subagent_type),
        }
    )


def _sentence(description: str) -> str:
    """The first sentence of an agent's description."""
    words = one_line(description.split("<example>", 1)[0])
    first = words.split(". ", 1)[0].rstrip(".")
    return cut(first, 200) + "." if first else "it has no description."


def _independent(written: Sequence[Task], tasks: Sequence[Task]) -> tuple[str, ...]:
    """A note when tasks that could run at the same time would run one after the other.

    An implementing task is independent of an earlier one when its own `after` leaves it free, or,
    where nothing is said, when its description has nothing in common with any earlier one.
    """
    makers = [t for t in written if t.subagent_type not in PLANNERS | REVIEWERS]
    names: list[str] = []
    for place, task in enumerate(makers):
        if others := _free_of(task, makers[:place], tasks):
            names += [others[-1].description, task.description]
    if not names:
        return ()
    listed = ", ".join(repr(cut(one_line(name), 60)) for name in dict.fromkeys(names))
    return (
        f"Independent tasks run one after the other here: {cut(listed, 300)}. "
        "They could run at the same time: --pattern parallel",
    )


def _free_of(task: Task, earlier: Sequence[Task], tasks: Sequence[Task]) -> list[Task]:
    if task.after:
        needed = ancestors(tasks, task.id)
        return [other for other in earlier if other.id not in needed]
    mine = terms(task.description) - _GENERIC
    theirs = [terms(other.description) - _GENERIC for other in earlier]
    return [] if not mine or any(mine & their or not their for their in theirs) else [*earlier]
