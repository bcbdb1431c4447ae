"""Each phase depends on the one before (SPEC.md, Sequential Implementation Pattern)."""

from __future__ import annotations

from pullcord.model.task import Plan
from pullcord.patterns.review import issues, owed, until_approved, until_green
from pullcord.protocols import Flow


async def sequential(flow: Flow, plan: Plan) -> None:
    """Work off the tasks one after the other; what a tester finds and a reviewer
    objects to goes back first."""
    for number, task in enumerate(plan.tasks):
        handoff = await flow.work(
            task, expectation=issues(plan, number), obligations=owed(plan, number)
        )
        handoff = await until_green(flow, plan, number, handoff)
        await until_approved(flow, plan, number, handoff)
