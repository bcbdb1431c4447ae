"""The document with which a fix round begins."""

from __future__ import annotations

from pullcord.briefs import failure
from pullcord.model.quality import Finding
from pullcord.model.task import Task

TASK = Task(id="build", subagent_type="python-backend-engineer", description="Log\nit", prompt="p")
RED = Finding(
    gate="tests", rule="failed", path="tests/test_a.py", line=7,
    message="tests/test_a.py::test_it: assert 404 == 204",
)  # fmt: skip


def test_it_says_what_is_wrong_what_was_tried_and_what_is_required() -> None:
    text = failure.render(TASK, 2, "2026-11-22 12:00:00", [RED], ["docs/temp/agent_1.md"])

    assert (
        text
        == """\
# Failure: Log it
Date: 2026-11-22 12:00:00
To mend: python-backend-engineer, round 2

## What is wrong
- tests/failed: `tests/test_a.py:7` tests/test_a.py::test_it: assert 404 == 204

## What was tried
- docs/temp/agent_1.md

## What is required
- Mend what is listed here, and nothing else.
- Mend the implementation; no test is skipped, weakened or deleted.
"""
    )


def test_types_and_lint_are_mended_without_broad_ignores_or_asked_about() -> None:
    for gate in ("types", "lint", "format", "forbidden"):
        found = Finding(gate=gate, rule="r", message="m")
        text = failure.render(TASK, 2, "2026-11-22 12:00:00", [found], [])

        assert "- Nothing yet." in text
        assert "No broad `# type: ignore`, no blanket `noqa`. If it cannot be mended" in text
        assert "🟡 CLARIFICATION NEEDED" in text


def test_what_is_required_fits_who_mends_and_what_is_red() -> None:
    tester = TASK.model_copy(update={"subagent_type": "python-test-engineer"})
    for rule, task, required in (
        ("failed", tester, "CLARIFICATION NEEDED; no test is skipped"),
        ("not-red", tester, "The tests that your summary names fail now"),
        ("coverage", TASK, "Test what is not covered"),
    ):
        found = RED.model_copy(update={"rule": rule})
        text = failure.render(task, 2, "2026-11-22 12:00:00", [found], [])

        assert required in text
        assert "Mend the implementation" not in text


def test_a_thousand_findings_are_a_hundred_lines_and_a_number() -> None:
    text = failure.render(TASK, 2, "2026-11-22 12:00:00", [RED] * 1000, [])

    assert text.count("- tests/failed") == 100
    assert "- and 900 more" in text


def test_its_name_is_that_of_run_task_and_round() -> None:
    assert failure.path("r-7f3a2c", "build", 2) == "docs/temp/failure_r-7f3a2c_build_round-2.md"
