"""Independent tasks at the same time (SPEC.md, Parallel Execution Pattern)."""

from __future__ import annotations

from pullcord.model.task import Plan
from pullcord.patterns.graph import beside, in_dependency_order
from pullcord.patterns.review import owed, until_approved
from pullcord.protocols import Flow


async def parallel(flow: Flow, plan: Plan) -> None:
    """Start every task as soon as those it comes after are handed off; reviewers come after all
    that stands before them."""

    async def one(number: int) -> None:
        obligations, alongside = owed(plan, number), beside(plan, number)
        handoff = await flow.work(plan.tasks[number], obligations=obligations, alongside=alongside)
        await until_approved(flow, plan, number, handoff)

    await in_dependency_order(plan, one)
