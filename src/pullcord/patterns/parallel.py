"""Independent tasks at the same time (SPEC.md, Parallel Execution Pattern)."""

from __future__ import annotations

from pullcord.model.task import Plan
from pullcord.patterns.graph import beside, in_dependency_order
from pullcord.patterns.review import issues, owed, until_approved, until_green
from pullcord.protocols import Flow


async def parallel(flow: Flow, plan: Plan) -> None:
    """Start every task as soon as those it comes after are handed off; reviewers come after all
    that stands before them."""

    async def one(number: int) -> None:
        alongside = beside(plan, number)
        handoff = await flow.work(
            plan.tasks[number],
            expectation=issues(plan, number, alongside),
            obligations=owed(plan, number),
            alongside=alongside,
        )
        handoff = await until_green(flow, plan, number, handoff)
        await until_approved(flow, plan, number, handoff, alongside)

    await in_dependency_order(plan, one)
