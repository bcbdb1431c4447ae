"""A task of the sprint board from review to done (SPEC.md, Sprint Task Completion Pattern)."""

from __future__ import annotations

from pullcord.model.task import Plan
from pullcord.patterns.review import owed, until_approved
from pullcord.protocols import Flow

DESIGNER = "api-designer"


async def sprint_task(flow: Flow, plan: Plan) -> None:
    """Each step after the one before; the contract step only if a contract change may be needed."""
    for number, task in enumerate(plan.tasks):
        if task.subagent_type == DESIGNER and (reason := await flow.contract_settled()):
            await flow.skip(task, reason)
            continue
        handoff = await flow.work(task, obligations=owed(plan, number))
        await until_approved(flow, plan, number, handoff)
