"""Systematic bug resolution (SPEC.md, Debug-Fix-Verify Pattern)."""

from __future__ import annotations

from pullcord.model.quality import Expectation, Finding
from pullcord.model.task import Plan
from pullcord.patterns.review import TESTER, issues, owed, until_approved, until_green
from pullcord.protocols import Flow

REPRODUCTION = Expectation(named=True, reason="a reproduction fails exactly where it says")
FIX = Expectation(frozen=True, reason="a fix mends the implementation, not the tests")


async def debug_fix_verify(flow: Flow, plan: Plan) -> None:
    """The first test task reproduces: exactly the tests that its summary names fail, each with an
    assertion. Whoever comes next turns them green with every other test unchanged; the rest
    verifies."""
    reproduction = next((t.id for t in plan.tasks if t.subagent_type == TESTER), "")
    red: tuple[Finding, ...] = ()
    for number, task in enumerate(plan.tasks):
        reproduces = task.id == reproduction
        expectation = REPRODUCTION if reproduces else FIX if red else issues(plan, number)
        due = owed(plan, number)
        handoff = await flow.work(task, findings=red, expectation=expectation, obligations=due)
        if not reproduces:
            handoff = await until_green(flow, plan, number, handoff)
        red = handoff.red
        await until_approved(flow, plan, number, handoff)
