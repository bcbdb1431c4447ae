"""SPEC.md's communication templates."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.briefs import reports
from pullcord.model.quality import Receipt, Verdict
from pullcord.model.view import CriterionView, RunView, SuccessView, TaskView

SPEC = Path(__file__).parents[3] / "docs" / "SPEC.md"
COUNTS = {"passed": 212.0, "total": 212.0, "coverage": 87.4}
GREEN = tuple(
    Receipt(
        verdict=Verdict(gate=g, outcome="pass", counts=COUNTS if g == "tests" else {}),
        tree="t",
        policy="p",
    )
    for g in ("format", "lint", "types", "tests", "openapi")
)
DESIGN = TaskView(
    id="contract",
    agent="api-designer",
    description="Confirm the contract",
    state="passed",
    contribution="Locked POST /workouts",
    achievements=("POST /workouts is described", "409 for a clash"),
    considerations=("Pages count from 1",),
    receipts=GREEN,
    reason="It designs contracts.",
    recovery="The contract is adjusted.",
)
BACKEND = TaskView(
    id="implementation",
    agent="python-backend-engineer",
    description="Implement workouts",
    state="running",
    round=2,
)
TESTS = TaskView(
    id="tests", agent="python-test-engineer", description="Test workouts", state="queued"
)
VIEW = RunView(
    run="r-1", title="Log workouts", state="running", tasks=(DESIGN, BACKEND, TESTS), receipts=GREEN
)


def test_progress_is_exactly_the_template() -> None:
    assert reports.progress(VIEW) == (
        "✅ Completed: api-designer - Locked POST /workouts\n"
        "🔄 In Progress: python-backend-engineer - Implement workouts (round 2)\n"
        "⏳ Next: python-test-engineer - Test workouts\n"
        "\n"
        "Quality Status:\n"
        "- mypy: ✅ No errors\n"
        "- ruff: ✅ All rules pass\n"
        "- pytest: ✅ 212/212 passing, coverage 87.4 %\n"
        "- OpenAPI: ✅ generated/verified/published\n"
    )


def test_the_handoff_summary_is_exactly_the_template() -> None:
    assert reports.handoff(VIEW) == (
        "@agent-api-designer has completed:\n"
        "- POST /workouts is described\n"
        "- 409 for a clash\n"
        "- All validations passing\n"
        "\n"
        "Handing off to @agent-python-backend-engineer for:\n"
        "- Implement workouts\n"
        "\n"
        "Context: Pages count from 1\n"
    )


def test_the_final_summary_is_exactly_the_template_and_then_the_rest() -> None:
    done = DESIGN.model_copy(update={"reason": ""})
    view = VIEW.model_copy(
        update={
            "state": "passed",
            "tasks": (done, DESIGN),
            "deliverables": ("POST /workouts", "docs/planning/sprint.md updated"),
            "tests_added": 7,
            "follow_ups": ("Add an index",),
            "criteria": (CriterionView(text="201", covered=True, by="test_create"),),
            "success": (SuccessView(text=reports.SUCCESS[0], met=True),),
            "notes": ("No sandbox was used.",),
        }
    )
    assert reports.final(view) == (
        "Feature: Log workouts - Complete ✅\n"
        "\n"
        "Agents Involved:\n"
        "1. @agent-api-designer: Locked POST /workouts\n"
        "2. @agent-api-designer: Locked POST /workouts\n"
        "\n"
        "Deliverables:\n"
        "- POST /workouts\n"
        "- docs/planning/sprint.md updated\n"
        "- 7 tests added\n"
        "\n"
        "Quality Validation:\n"
        "- mypy: ✅ No errors\n"
        "- ruff: ✅ All rules pass\n"
        "- tests: ✅ 212/212 passing (≥ 80% coverage), 87.4 % covered\n"
        "- OpenAPI: ✅ generated/verified/published\n"
        "\n"
        "- Add an index\n"
        "\n"
        "Acceptance Criteria:\n"
        "- ✅ 201 (test_create)\n"
        "\n"
        "Measuring Success:\n"
        "- ✅ Acceptance criteria met\n"
        "\n"
        "Why These Agents:\n"
        "- @agent-api-designer: It designs contracts. "
        "If it fails: The contract is adjusted.\n"
        "\n"
        "Notes:\n"
        "- No sandbox was used.\n"
    )


@pytest.mark.parametrize("form", list(reports.REPORTS))
def test_every_report_shows_waivers_and_a_missing_sandbox(form: str) -> None:
    view = VIEW.model_copy(update={"notes": ("Waived: types by Ana: it is late", "No sandbox.")})
    shown = reports.REPORTS[form](view)
    assert shown.endswith("\n\nNotes:\n- Waived: types by Ana: it is late\n- No sandbox.\n")


@pytest.mark.parametrize("state", ["waiting", "failed", "cancelled", "interrupted", "running"])
def test_only_a_passed_run_is_complete(state: str) -> None:
    view = RunView.model_validate(VIEW.model_dump() | {"state": state})
    assert "Complete ✅" not in reports.final(view)


def test_a_waived_gate_is_no_passing_validation() -> None:
    verdict = Verdict(gate="types", outcome="waived", waived_by="ana")
    waived = (Receipt(verdict=verdict, tree="t", policy="p"),)
    task = DESIGN.model_copy(update={"receipts": waived})
    text = reports.handoff(VIEW.model_copy(update={"tasks": (task,)}))
    assert "- Not all validations passing: types waived\n" in text
    assert "- All validations passing" not in text


words = st.text(alphabet="ab \n.[]#-", max_size=30)
tasks = st.builds(
    TaskView,
    id=words,
    agent=st.sampled_from(["api-designer", "code-reviewer"]),
    description=words,
    state=st.sampled_from(["queued", "running", "waiting", "passed", "skipped", "failed"]),
    round=st.integers(0, 4),
    contribution=words,
    achievements=st.lists(words, max_size=3),
    considerations=st.lists(words, max_size=3),
    receipts=st.just(()),
    waits_for=words,
    reason=words,
    recovery=words,
)
views = st.builds(
    RunView,
    run=st.just("r-1"),
    title=words,
    state=st.sampled_from(sorted(reports._HEADLINES)),
    tasks=st.lists(tasks, max_size=4),
    receipts=st.sampled_from([(), GREEN]),
    deliverables=st.lists(words, max_size=3),
    follow_ups=st.lists(words, max_size=2),
)
HEADINGS = {
    "progress": [
        "✅ Completed: ",
        "🔄 In Progress: ",
        "⏳ Next: ",
        "Quality Status:",
        "- OpenAPI: ",
    ],
    "handoff": ["@agent-", "- ", "Handing off to @agent-", "- ", "Context: "],
    "final": [
        "Feature: ",
        "Agents Involved:",
        "Deliverables:",
        "Quality Validation:",
        "- OpenAPI: ",
    ],
}


@given(views)
def test_every_report_of_any_run_keeps_headings_and_fills_every_bracket(view: RunView) -> None:
    for name, report in reports.REPORTS.items():
        text, place = report(view), 0
        for heading in HEADINGS[name]:
            found = re.compile(f"^{re.escape(heading)}", re.M).search(text, place)
            assert found, (heading, text)
            place = found.end()
        assert not re.search(r"\[[A-Z]", text)
        assert "✅/❌" not in text
        assert not re.search(r"- $|: $", text, re.M)


def test_success_is_measured_in_the_specifications_words() -> None:
    section = SPEC.read_text("utf-8").partition("## Measuring Success")[2].partition("\n## ")[0]
    assert tuple(re.findall(r"^- ✅ (.*)$", section, re.M)) == reports.SUCCESS
