"""Independent tasks at the same time (SPEC.md, Parallel Execution Pattern)."""

from __future__ import annotations

import asyncio

from pullcord.errors import Waiting
from pullcord.model.task import Plan
from pullcord.patterns.review import owed, until_approved
from pullcord.protocols import Flow


async def parallel(flow: Flow, plan: Plan) -> None:
    """Start every task as soon as those it comes after are handed off; reviewers come after all
    that stands before them. A task that waits for a person holds up what depends on it and nothing
    else, unless its question halts the run."""
    ended = {task.id: asyncio.Event() for task in plan.tasks}
    stopped: dict[str, Waiting] = {}

    async def one(number: int) -> None:
        task = plan.tasks[number]
        for name in task.after:
            await ended[name].wait()
        try:
            if held := next((stopped[name] for name in task.after if name in stopped), None):
                stopped[task.id] = held
                return
            beside = tuple(
                t for t in plan.tasks if t.id != task.id and _independent(plan, number, t.id)
            )
            handoff = await flow.work(task, obligations=owed(plan, number), alongside=beside)
            await until_approved(flow, plan, number, handoff)
        except Waiting as waiting:
            if waiting.halts:
                raise
            stopped[task.id] = waiting
        finally:
            ended[task.id].set()

    try:
        async with asyncio.TaskGroup() as group:
            for number in range(len(plan.tasks)):
                group.create_task(one(number))
    except ExceptionGroup as found:
        # One error, as from any other pattern; an answer or a failure outweighs a question.
        failed = [e for e in found.exceptions if not isinstance(e, Waiting)]
        raise (failed or found.exceptions)[0] from None
    if stopped:
        raise next(iter(stopped.values()))


def _independent(plan: Plan, number: int, other: str) -> bool:
    """Whether the task and the other one neither come after each other, directly or through
    others."""
    task = plan.tasks[number]
    return other not in before(plan, task.id) and task.id not in before(plan, other)


def before(plan: Plan, task: str) -> set[str]:
    """The ids of all tasks that a task comes after."""
    direct = {t.id: t.after for t in plan.tasks}
    found: set[str] = set()
    waiting = list(direct[task])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(direct[name])
    return found
