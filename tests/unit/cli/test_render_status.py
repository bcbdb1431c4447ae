"""Lists and pages of runs."""

from __future__ import annotations

from typing import Any

import pytest

from cli_facts import ESCALATION, MISSING, OPENED, START, Entry, facts, judged, report
from pullcord.cli.render_status import goes_on, next_commands, run_list, run_page
from pullcord.line.state import Status, status_of


def status(*entries: Entry, driven: bool = False, **start: Any) -> Status:
    return status_of(facts(("run", {**START, **start}), *entries), driven=driven)


RED = (
    ("contract/1/handoff", {"commit": "d" * 40, "receipts": []}),
    ("contract/1/opened", OPENED),
    ("build/1/opened", OPENED),
    ("build/1/worked", report()),
    ("build/1/judged", judged(tests="fail")),
    ("build/1/closed", {"findings": [MISSING]}),
    ("build/2/opened", OPENED),
)
ASKED = ("ask/build-2", {"task": "build", "escalation": ESCALATION})
DONE = ("run/finished", {"state": "passed", "why": ""})
APPLIED = ("applied", {"branch": "main", "commit": "d"})


def test_no_run_yet_is_a_way_to_begin_instead_of_an_empty_table() -> None:
    said = run_list([])
    assert said[0] == "No run yet."
    assert "pullcord run" in said[1]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (status(driven=True), "● r-7f3a2c  running"),
        (status(ASKED), "! r-7f3a2c  waiting for you"),
        (status(), "‖ r-7f3a2c  interrupted"),
        (status(DONE), "✓ r-7f3a2c  passed"),
        (status(DONE, APPLIED), "✓ r-7f3a2c  passed, applied"),
        (status(("run/finished", {"state": "failed", "why": "x"})), "✗ r-7f3a2c  failed"),
    ],
)
def test_a_state_has_a_sign_and_a_word(found: Status, words: str) -> None:
    (line,) = run_list([found])
    assert line.replace("  r-", " r-", 1).startswith(words)
    assert line.endswith("Log workouts")
    assert "/3" in line


@pytest.mark.parametrize("width", [60, 80])
def test_the_list_fits_the_terminal(width: int) -> None:
    found = status(request={"title": "Log workouts " * 20, "criteria": ["It logs."]})
    assert all(len(line) <= width for line in run_list([found], width=width))
    assert all(len(line) <= width for line in run_page(status(*RED), width=width))


def test_a_page_shows_tasks_rounds_and_what_closed_the_last_one() -> None:
    said = run_page(status(*RED, driven=True))
    assert said[0].startswith("● r-7f3a2c  running")
    assert any(line.startswith("  ✓  contract") and "ddddddddd" in line for line in said)
    assert any(line.startswith("  ●  build") and "round 2" in line for line in said)
    assert any(line.startswith("  ○  review") for line in said)
    assert status(*RED, driven=True).tasks[1].closed == () or any(
        "assert 404 == 204" in line for line in said
    )


def test_what_must_not_be_missed_stands_on_the_page() -> None:
    waived = ("waive/build/1/tests", {"by": "Ada", "reason": "a flaky clock"})
    said = "\n".join(run_page(status(*RED, waived, unsafe=True, branch="")))
    assert "without a sandbox" in said
    assert "waived build/1/tests: Ada: a flaky clock" in said
    assert "a detached head" in said


@pytest.mark.parametrize(
    ("found", "first"),
    [
        (status(DONE), "pullcord diff r-7f3a2c"),
        (status(ASKED), "pullcord inbox r-7f3a2c"),
        (status(), "pullcord resume r-7f3a2c"),
        (status(ASKED, driven=True), "pullcord inbox r-7f3a2c"),
        (status(driven=True), "pullcord log r-7f3a2c --follow"),
        (status(("run/finished", {"state": "failed", "why": "x"})), "pullcord log r-7f3a2c"),
    ],
)
def test_each_state_has_a_next_command(found: Status, first: str) -> None:
    assert next_commands(found)[0] == first


@pytest.mark.parametrize(
    ("found", "word"),
    [(status(), "goes on"), (status(driven=True), "is followed"), (status(DONE), "has ended")],
)
def test_a_further_drive_says_what_it_finds(found: Status, word: str) -> None:
    assert goes_on(found).startswith("Run r-7f3a2c  ")
    assert f"  {word} (" in goes_on(found)


def test_an_applied_run_is_not_to_be_applied_again() -> None:
    assert "pullcord apply r-7f3a2c" in next_commands(status(DONE))
    assert "pullcord apply r-7f3a2c" not in next_commands(status(DONE, APPLIED))
