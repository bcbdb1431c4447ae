"""Which task of a sprint document a piece of work belongs to."""

from __future__ import annotations

import re

from pullcord.model.words import terms
from pullcord.sprints.mentions import mentioned
from pullcord.sprints.read import Sprint, SprintTask
from pullcord.sprints.shape import SprintUnreadable

_SPRINT = re.compile(r"\bsprint[ \t]+(\d{1,9})\b", re.IGNORECASE)
_NAMED = re.compile(r"\btask[ \t]+#?(?=[\w.-]*\d)[A-Z0-9]+(?:[.-][A-Z0-9]+)*", re.I | re.A)


def find(sprint: Sprint, title: str, said: str = "") -> SprintTask | None:
    """The task that `said` names (`Sprint 4 Task 3`), else the one whose title fits `title` best.

    None when no title fits. Raises SprintUnreadable when the named task is not in this document, or
    when two titles fit equally well.
    """
    if _NAMED.search(said):
        return _named(sprint, said)
    wanted = terms(title)
    scored = [(_likeness(wanted, terms(task.title)), task) for task in sprint.tasks]
    best = max((score for score, _ in scored), default=0.0)
    if best < 0.5 or (len(wanted) == 1 and sum(score > 0 for score, _ in scored) > 1):
        return None
    fits = [task for score, task in scored if score == best]
    if len(fits) > 1:
        fits = [task for task in fits if task.status != "done"] or fits
    if len(fits) > 1:
        both = " and ".join(f"{task.id} ({task.title})" for task in fits)
        raise SprintUnreadable(f"{title!r} fits the tasks {both} equally well")
    return fits[0]


def _named(sprint: Sprint, said: str) -> SprintTask:
    ours = _SPRINT.search(sprint.title)
    theirs = _SPRINT.search(said)
    if ours and theirs and ours[1] != theirs[1]:
        raise SprintUnreadable(f"{theirs[0]} is asked for, and the document is of {ours[0]}")
    ids = mentioned(_SPRINT.sub("", said), [task.id for task in sprint.tasks])
    if len(ids) != 1:
        raise SprintUnreadable(f"one task must be named, not {len(ids)}: {' '.join(said.split())}")
    return sprint.task(ids[0])


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared terms by the smaller set; one shared word of many is no likeness."""
    shared = len(one & other)
    if not shared or (shared == 1 and min(len(one), len(other)) > 1):
        return 0.0
    return 2 * shared / (len(one) + len(other))
