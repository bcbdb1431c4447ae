"""Systematic bug resolution (SPEC.md, Debug-Fix-Verify Pattern)."""

from __future__ import annotations

from pullcord.model.quality import Expectation, Finding
from pullcord.model.task import Plan
from pullcord.patterns.review import TESTER, until_approved
from pullcord.protocols import Flow

REPRODUCTION = Expectation(named=True, reason="a reproduction fails exactly where it says")


async def debug_fix_verify(flow: Flow, plan: Plan) -> None:
    """The first test task reproduces: exactly the tests that its summary names fail, each with an
    assertion. Whoever comes next turns them green with every other test unchanged; the rest
    verifies."""
    reproduction = next((t.id for t in plan.tasks if t.subagent_type == TESTER), "")
    red: tuple[Finding, ...] = ()
    for number, task in enumerate(plan.tasks):
        expectation = REPRODUCTION if task.id == reproduction else Expectation()
        handoff = await flow.work(task, findings=red, expectation=expectation)
        red = handoff.red
        await until_approved(flow, plan, number, handoff)
