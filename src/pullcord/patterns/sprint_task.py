"""Tasks of the sprint board from review to done (SPEC.md, Sprint Task Completion Pattern)."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext

from pullcord.model.quality import Obligation
from pullcord.model.task import Plan, Task
from pullcord.patterns.graph import beside, in_dependency_order
from pullcord.patterns.review import DESIGNER, TESTER, issues, owed, until_approved, until_green
from pullcord.protocols import Flow

KEEPER = "sprint-manager"


async def sprint_task(flow: Flow, plan: Plan) -> None:
    """Each step as soon as those it comes after are done: within a chain one after the other,
    independent chains at the same time. The contract step only if a contract change may be needed.

    The sprint document is edited by one agent at a time, each from what the one before left, so
    that lines that stand side by side and counts of done tasks never conflict.
    """
    document = asyncio.Lock()

    async def one(number: int) -> None:
        task = plan.tasks[number]
        if task.subagent_type == DESIGNER and (reason := await flow.contract_settled(task)):
            await flow.skip(task, reason)
            return
        chain, place = _chain(plan, task)
        alongside = beside(plan, number)
        obligations = owed(chain, place) or _owed_beside(alongside)
        turn: AbstractAsyncContextManager[object] = nullcontext()
        if task.subagent_type == KEEPER:
            turn = document
        async with turn:
            handoff = await flow.work(
                task,
                expectation=issues(chain, place, alongside),
                obligations=obligations,
                alongside=alongside,
            )
        handoff = await until_green(flow, chain, place, handoff)
        await until_approved(flow, chain, place, handoff, alongside)

    await in_dependency_order(plan, one)


def _chain(plan: Plan, task: Task) -> tuple[Plan, int]:
    """The part of the plan that serves the same request, and the task's place in it."""
    tasks = tuple(each for each in plan.tasks if each.chain == task.chain)
    return plan.model_copy(update={"tasks": tasks}), tasks.index(task)


def _owed_beside(alongside: tuple[Task, ...]) -> tuple[Obligation, ...]:
    """What another chain has implemented and not tested yet may stand in the tree already."""
    tester = next((task for task in alongside if task.subagent_type == TESTER), None)
    return (Obligation(kind="coverage", until=tester.id),) if tester else ()
