"""Which tasks of a sprint can be worked on now, in which order, and why the others cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pullcord.sprints.order import missing, ordered, unfinished
from pullcord.sprints.read import Sprint, SprintTask


@dataclass(frozen=True)
class Ready:
    """The open tasks that can be done, each after those it depends on; `after` maps a task's id to
    the ids of those among them; `left` a task that is left out to the reason."""

    tasks: tuple[SprintTask, ...]
    after: Mapping[str, tuple[str, ...]]
    left: Mapping[str, str]


def ready(sprint: Sprint, unfit: Mapping[str, str]) -> Ready:
    """What `--all-ready` goes through. `unfit` are tasks that cannot be done for another reason.

    Raises SprintUnreadable when tasks wait for each other.
    """
    absent = missing(sprint)
    left: dict[str, str] = {}
    kept: list[SprintTask] = []
    open_ = tuple(task for task in sprint.tasks if task.status != "done")
    for task in ordered(replace(sprint, tasks=open_)):
        if why := _held(task, sprint, absent.get(task.id, ()), {**unfit, **left}):
            left[task.id] = why
        else:
            kept.append(task)
    here = {task.id for task in kept}
    after = {
        task.id: tuple(each.id for each in unfinished(sprint, task) if each.id in here)
        for task in kept
    }
    return Ready(tuple(kept), after, left)


def _held(task: SprintTask, sprint: Sprint, absent: tuple[str, ...], out: Mapping[str, str]) -> str:
    """Why a task cannot be done in this run; '' when it can."""
    if task.blocked:
        return f"it says of itself: {task.blocked}"
    if absent:
        return f"it depends on task {', '.join(absent)}, which this document lacks"
    if task.id in out:
        return out[task.id]
    held = [each.id for each in unfinished(sprint, task) if each.id in out]
    return f"it depends on task {', '.join(held)}, which is left out" if held else ""
