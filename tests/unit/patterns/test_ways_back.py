"""Who mends what a tester finds and a reviewer objects to: SPEC.md, Error Recovery Patterns."""

from __future__ import annotations

import pytest

from asked import Asked
from pullcord import agents
from pullcord.model.quality import Expectation, Finding
from pullcord.model.report import Review
from pullcord.model.task import Plan, Task
from pullcord.patterns import PATTERNS
from pullcord.patterns.review import MEASURED, issues
from pullcord.requests.plan import plan_of

DESIGN, BUILD, TEST, REVIEW = (
    "api-designer", "python-backend-engineer", "python-test-engineer", "code-reviewer",
)  # fmt: skip
RED = Finding(gate="tests", rule="failed", path="tests/test_a.py", message="test_a: 2 is not 1")
APPROVE = Review(decision="approve")


def plan(pattern: str, *agent: str) -> Plan:
    tasks = [Task(id=name, subagent_type=name, description=name, prompt="p") for name in agent]
    return plan_of(tasks, pattern, agents.load())


def objection(rule: str) -> Review:
    said = Finding(gate="review", rule=rule, path="app/plans.py", message="one query a row")
    return Review(decision="object", findings=(said,))


@pytest.mark.parametrize("pattern", ["sequential", "sprint-task", "iterative", "parallel"])
async def test_what_new_tests_find_goes_to_the_engineer_and_is_verified(pattern: str) -> None:
    agent = (BUILD, TEST, REVIEW)
    planned = plan(pattern, *agent)
    if pattern == "parallel":
        tests = planned.tasks[1].model_copy(update={"after": (BUILD,)})
        planned = planned.model_copy(update={"tasks": (planned.tasks[0], tests, planned.tasks[2])})
    flow = Asked(red={TEST: [RED, RED]})
    await PATTERNS[pattern](flow, planned)

    assert flow.worked == [BUILD, TEST, BUILD, TEST, BUILD, TEST, REVIEW]
    assert flow.findings[2] == flow.findings[4] == (RED,)
    assert [e.new for e in flow.expectations] == [False, True, False, True, False, True, False]


async def test_edge_cases_of_a_verification_go_to_the_engineer_too() -> None:
    tasks = [
        Task(id=name, subagent_type=agent, description=name, prompt="p")
        for name, agent in (("repro", TEST), ("fix", BUILD), ("verify", TEST), ("look", REVIEW))
    ]
    flow = Asked(red={"repro": [RED], "verify": [RED]})
    await PATTERNS["debug-fix-verify"](flow, plan_of(tasks, "debug-fix-verify", agents.load()))

    assert flow.worked == ["repro", "fix", "verify", "fix", "verify", "look"]
    assert [bool(found) for found in flow.findings] == [False, True, False, True, False, False]


def test_tests_are_never_expected_red_without_an_implementer_before_or_beside_others() -> None:
    alone, built = plan("sequential", TEST, BUILD), plan("sequential", BUILD, TEST)

    assert issues(alone, 0) == issues(built, 0) == Expectation()
    assert issues(built, 1, built.tasks) == Expectation()
    assert issues(built, 1).new


async def test_a_slow_endpoint_is_measured_red_before_it_is_mended() -> None:
    flow = Asked({REVIEW: [objection("performance"), APPROVE]}, red={TEST: [None, RED]})
    await PATTERNS["sequential"](flow, plan("sequential", BUILD, TEST, REVIEW))

    assert flow.worked == [BUILD, TEST, REVIEW, TEST, BUILD, REVIEW]
    assert flow.expectations[3] == MEASURED
    assert "by counting (queries, steps, calls), never by time" in flow.findings[3][0].message
    assert [f.rule for f in flow.findings[4]] == ["failed", "performance"]


async def test_without_a_tester_a_slow_endpoint_goes_to_the_engineer() -> None:
    flow = Asked({REVIEW: [objection("performance"), APPROVE]})
    await PATTERNS["sequential"](flow, plan("sequential", BUILD, REVIEW))

    assert flow.worked == [BUILD, REVIEW, BUILD, REVIEW]


async def test_a_conflict_with_the_contract_is_reconciled_by_the_designer_and_cascades() -> None:
    flow = Asked({REVIEW: [objection("contract"), APPROVE]})
    await PATTERNS["sequential"](flow, plan("sequential", DESIGN, BUILD, TEST, REVIEW))

    assert flow.worked == [DESIGN, BUILD, TEST, REVIEW, DESIGN, BUILD, TEST, REVIEW]
    assert flow.findings[4] == objection("contract").findings
    (mend,) = flow.findings[5]
    assert (mend.rule, mend.path) == ("changed", "docs/temp/summary.md")
    assert "one query a row" in mend.message
    assert flow.findings[6] == (mend,)


async def test_without_a_designer_a_conflict_goes_to_the_engineer() -> None:
    flow = Asked({REVIEW: [objection("contract"), APPROVE]})
    await PATTERNS["sequential"](flow, plan("sequential", BUILD, REVIEW))

    assert flow.worked == [BUILD, REVIEW, BUILD, REVIEW]
    assert flow.findings[2] == objection("contract").findings


async def test_iteration_goes_on_until_every_criterion_is_met() -> None:
    unmet = Review(decision="approve", criteria={"It adds.": "unmet", "It ends.": "unknown"})
    flow = Asked({REVIEW: [unmet, APPROVE]})
    await PATTERNS["iterative"](flow, plan("iterative", BUILD, TEST, REVIEW))

    assert flow.worked == [BUILD, TEST, REVIEW, BUILD, REVIEW]
    assert [f.message for f in flow.findings[3]] == ["not met: It adds."]


async def test_elsewhere_an_approval_stands_and_the_person_is_asked_at_the_end() -> None:
    unmet = Review(decision="approve", criteria={"It adds.": "unmet"})
    flow = Asked({REVIEW: [unmet]})
    await PATTERNS["sequential"](flow, plan("sequential", BUILD, REVIEW))

    assert flow.worked == [BUILD, REVIEW]
