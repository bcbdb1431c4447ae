"""Tasks as the graph that their `after` makes: what starts when, what runs beside what."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from pullcord.errors import Waiting
from pullcord.model.task import Plan, Task, ancestors


async def in_dependency_order(plan: Plan, one: Callable[[int], Awaitable[None]]) -> None:
    """Call `one` with each task's number as soon as all tasks that it comes after have ended.

    A task that waits for a person holds up what depends on it and nothing else, unless its question
    halts the run.
    """
    ended = {task.id: asyncio.Event() for task in plan.tasks}
    stopped: dict[str, Waiting] = {}

    async def step(number: int) -> None:
        task = plan.tasks[number]
        for name in task.after:
            await ended[name].wait()
        try:
            if held := next((stopped[name] for name in task.after if name in stopped), None):
                stopped[task.id] = held
                return
            await one(number)
        except Waiting as waiting:
            if waiting.halts:
                raise
            stopped[task.id] = waiting
        finally:
            ended[task.id].set()

    try:
        async with asyncio.TaskGroup() as group:
            for number in range(len(plan.tasks)):
                group.create_task(step(number))
    except ExceptionGroup as found:
        # One error, as from any other pattern; an answer or a failure outweighs a question.
        failed = [e for e in found.exceptions if not isinstance(e, Waiting)]
        raise (failed or found.exceptions)[0] from None
    if stopped:
        raise next(iter(stopped.values()))


def beside(plan: Plan, number: int) -> tuple[Task, ...]:
    """The tasks that may run at the same time as this one: neither comes after the other."""
    task = plan.tasks[number]
    return tuple(
        other
        for other in plan.tasks
        if other.id != task.id
        and other.id not in before(plan, task.id)
        and task.id not in before(plan, other.id)
    )


def before(plan: Plan, task: str) -> set[str]:
    """The ids of all tasks that a task comes after, directly or through others."""
    return ancestors(plan.tasks, task)
