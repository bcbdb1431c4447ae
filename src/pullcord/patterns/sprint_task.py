"""A task of the sprint board from review to done (SPEC.md, Sprint Task Completion Pattern)."""

from __future__ import annotations

from pullcord.model.task import Plan
from pullcord.patterns.graph import beside, in_dependency_order
from pullcord.patterns.review import owed, until_approved
from pullcord.protocols import Flow

DESIGNER = "api-designer"


async def sprint_task(flow: Flow, plan: Plan) -> None:
    """Each step as soon as those it comes after are done, which is one after the other unless the
    plan says otherwise; the contract step only if a contract change may be needed."""

    async def one(number: int) -> None:
        task = plan.tasks[number]
        if task.subagent_type == DESIGNER and (reason := await flow.contract_settled(task)):
            await flow.skip(task, reason)
            return
        obligations, alongside = owed(plan, number), beside(plan, number)
        handoff = await flow.work(task, obligations=obligations, alongside=alongside)
        await until_approved(flow, plan, number, handoff)

    await in_dependency_order(plan, one)
