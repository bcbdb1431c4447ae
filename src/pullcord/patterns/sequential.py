"""Each phase depends on the one before (SPEC.md, Sequential Implementation Pattern)."""

from __future__ import annotations

from pullcord.model.task import Plan
from pullcord.patterns.review import owed, until_approved
from pullcord.protocols import Flow


async def sequential(flow: Flow, plan: Plan) -> None:
    """Work off the tasks one after the other; what a reviewer objects to goes back first."""
    for number, task in enumerate(plan.tasks):
        handoff = await flow.work(task, obligations=owed(plan, number))
        await until_approved(flow, plan, number, handoff)
