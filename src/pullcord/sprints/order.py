"""The order in which a sprint's tasks can be done."""

from __future__ import annotations

from pullcord.sprints.read import Sprint, SprintTask
from pullcord.sprints.shape import SprintUnreadable


def ordered(sprint: Sprint) -> tuple[SprintTask, ...]:
    """Every task after those it depends on, otherwise as written.

    Raises SprintUnreadable, naming the tasks, when they wait for each other. Dependencies that the
    document does not hold (an earlier sprint's) do not count here; `missing` lists them.
    """
    by_id = {task.id: task for task in sprint.tasks}
    waiting = {task.id: {id for id in task.dependencies if id in by_id} for task in sprint.tasks}
    done: list[SprintTask] = []
    while waiting:
        ready = next((id for id, needs in waiting.items() if not needs), None)
        if ready is None:
            circle = ", ".join(waiting)
            raise SprintUnreadable(f"these tasks depend on each other in a circle: {circle}")
        del waiting[ready]
        for needs in waiting.values():
            needs.discard(ready)
        done.append(by_id[ready])
    return tuple(done)


def missing(sprint: Sprint) -> dict[str, tuple[str, ...]]:
    """Task id → the dependencies that the document does not hold."""
    known = {task.id for task in sprint.tasks}
    gaps = {
        task.id: tuple(id for id in task.dependencies if id not in known) for task in sprint.tasks
    }
    return {id: gap for id, gap in gaps.items() if gap}


def unfinished(sprint: Sprint, task: SprintTask) -> tuple[SprintTask, ...]:
    """The tasks of this document that `task` waits for, directly, and that are not done."""
    return tuple(
        other for other in sprint.tasks if other.id in task.dependencies and other.status != "done"
    )


def circular(sprint: Sprint, task: SprintTask) -> bool:
    """Whether a task waits, through others, for itself."""
    by_id = {each.id: each for each in sprint.tasks}
    seen: set[str] = set()
    ahead = list(task.dependencies)
    while ahead:
        id = ahead.pop()
        if id in by_id and id not in seen:
            seen.add(id)
            ahead += by_id[id].dependencies
    return task.id in seen
