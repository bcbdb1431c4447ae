"""What a plan that begins with its tests makes of the loop: SPEC.md, Example 2."""

from __future__ import annotations

from asked import Asked
from pullcord.model.quality import Finding
from pullcord.model.task import Plan, Task
from pullcord.patterns.iterative import iterative

TESTER, ENGINEER, REVIEWER = "python-test-engineer", "python-backend-engineer", "code-reviewer"
PLAN = Plan(
    pattern="iterative",
    tasks=tuple(
        Task(id=name, subagent_type=name, description="d", prompt="p")
        for name in (TESTER, ENGINEER, REVIEWER)
    ),
)
RED = Finding(gate="tests", rule="failed", message="test_errors.py::test_a: 400 is not 409")


async def test_what_the_first_tests_found_is_mended_once_and_tested_again() -> None:
    flow = Asked(red={TESTER: [RED]})
    await iterative(flow, PLAN)

    assert flow.worked == [TESTER, ENGINEER, TESTER, REVIEWER]
    assert flow.findings[1] == (RED,)


async def test_when_the_first_tests_are_green_the_steps_are_those_of_the_plan() -> None:
    flow = Asked()
    await iterative(flow, PLAN)

    assert flow.worked == [TESTER, ENGINEER, REVIEWER]
    assert flow.skipped == []
