"""Events as lines of a log and of a terminal."""

from __future__ import annotations

import pytest

from cli_facts import ESCALATION, MISSING, OPENED, START, Entry, facts, judged, report
from pullcord.cli.render_progress import SHOWN, lines
from pullcord.model.fact import Fact

GREEN: list[Entry] = [
    ("run", START),
    ("contract/1/opened", OPENED),
    ("contract/1/worked", report()),
    ("contract/1/judged", judged(types="pass", tests="pass", openapi="pass")),
    ("contract/1/documented", {"commit": "d" * 40}),
    ("contract/1/handoff", {"commit": "d" * 40, "receipts": []}),
]


def told(*entries: Entry, width: int = 0) -> list[str]:
    seen: dict[str, Fact] = {}
    said: list[str] = []
    for fact in facts(*entries):
        said += lines(fact, seen, width=width)
        seen[fact.key] = fact
    return said


def test_a_log_has_a_line_per_event_with_the_time_since_the_start() -> None:
    assert told(*GREEN) == [
        "   0:00  Run r-7f3a2c  Log workouts  (sequential, 3 tasks, blueprint)",
        "   0:07  ● api-designer              Confirm the contract",
        "   0:14  ✓ api-designer              Confirm the contract  (0:07)",
        "   0:21  ✓   gates                   types ✓  tests ✓ 212, 87.4%  openapi ✓  (0:07)",
        "   0:35  ✓ api-designer              handed off ddddddddd",
    ]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_of_a_terminal_is_wider_than_it_and_durations_stand_at_its_end(width: int) -> None:
    said = told(*GREEN, width=width)
    assert max(map(len, said)) <= width
    assert all(line.endswith("0:07") and len(line) == width for line in said[1:3])


LATER: list[tuple[Entry, str]] = [
    (
        ("build/2/opened", OPENED),
        "● python-backend-engineer   round 2: Implement it",
    ),
    (
        ("build/1/worked", report("needs_context", message="which\x1b[31m clock?")),
        "! python-backend-engineer   needs context: which[31m clock?  (0:07)",
    ),
    (
        ("build/1/worked", report("blocked", escalation=ESCALATION)),
        "! python-backend-engineer   Implement it - pulls the cord  (0:07)",
    ),
    (
        ("build/1/worked", report(exit=None)),
        "✗ python-backend-engineer   ended by a limit  (0:07)",
    ),
    (
        ("build/1/worked", report(exit=3)),
        "✗ python-backend-engineer   ended with exit status 3  (0:07)",
    ),
    (
        ("review/1/worked", report(review={"decision": "object"})),
        "! code-reviewer             object: Look at it  (0:07)",
    ),
    (
        ("build/1/judged", judged(types="pass", tests="fail")),
        "✗   gates                   types ✓  tests ✗ 212, 87.4%  (0:07)",
    ),
    (
        ("build/1/merge/0123456789ab/judged", judged(types="pass")),
        "✓   gates after the merge   types ✓  (0:07)",
    ),
    (
        ("build/1/touched", {"names": ["HEAD", "hooks"]}),
        "! your repository changed while python-backend-engineer worked: HEAD, hooks",
    ),
    (("build/skipped", {"reason": "not needed"}), "- build  skipped: not needed"),
    (
        ("ask/build-1", {"task": "build", "escalation": ESCALATION}),
        "! cord pulled: build-1  Soft delete for workouts",
    ),
    (
        ("ask/build-1/answer", {"text": "hide always", "option": 1, "by": "Ada"}),
        "✓ build-1 answered by Ada: hide always",
    ),
    (
        ("waive/build/1/tests", {"by": "Ada", "reason": "a flaky clock"}),
        "! build/1/tests waived by Ada: a flaky clock",
    ),
    (("run/finished", {"state": "passed", "why": ""}), "✓ run passed"),
    (
        ("run/finished", {"state": "failed", "why": "Ada stopped it"}),
        "✗ run failed: Ada stopped it",
    ),
    (("applied", {"branch": "main", "commit": "d" * 40}), "✓ applied to main at ddddddddd"),
]


@pytest.mark.parametrize(("entry", "line"), LATER, ids=[key for (key, _), _ in LATER])
def test_what_an_event_says(entry: Entry, line: str) -> None:
    assert told(("run", START), entry)[-1] == f"   0:07  {line}"


def test_a_closed_handoff_shows_its_findings_but_not_a_hundred() -> None:
    said = told(("run", START), ("build/1/closed", {"findings": [MISSING] * 100}))[1:]
    assert said[1] == "   0:07      tests  tests/test_a.py:88  assert 404 == 204"
    assert len(said) == 1 + SHOWN + 1
    assert said[-1].endswith(f"… and {100 - SHOWN} more: pullcord show r-7f3a2c")


def test_work_without_a_sandbox_is_said_at_the_start() -> None:
    said = told(("run", {**START, "unsafe": True}))
    assert "no sandbox" in said[1]


TWICE = {
    **START,
    "plan": {
        "pattern": "parallel",
        "tasks": [
            {"id": name, "subagent_type": agent, "description": said, "prompt": "Do it."}
            for name, agent, said in (
                ("alpha", "python-backend-engineer", "Write alpha"),
                ("beta", "python-backend-engineer", "Write beta"),
                ("review", "code-reviewer", "Look at both"),
            )
        ],
    },
}
"""Two tasks of one agent."""


def test_lines_name_the_task_where_an_agent_has_several() -> None:
    opened = {**OPENED, "agent": "code-reviewer"}
    assert [line[9:] for line in told(
        ("run", TWICE),
        ("beta/2/opened", OPENED),
        ("beta/2/worked", report()),
        ("beta/2/judged", judged(types="fail")),
        ("beta/2/closed", {"findings": [MISSING]}),
        ("alpha/1/merge/0123456789ab/judged", judged(types="pass")),
        ("alpha/1/handoff", {"commit": "d" * 40, "receipts": []}),
        ("review/1/handoff", {"commit": "d" * 40, "receipts": []}),
        ("alpha/2/opened", opened),
    )[1:]] == [
        "● python-backend-engineer   beta: round 2: Write beta",
        "✓ python-backend-engineer   beta: round 2: Write beta  (0:07)",
        "✗   gates                   beta: types ✗  (0:07)",
        "✗ python-backend-engineer   beta: handoff closed in round 2",
        "    tests  tests/test_a.py:88  assert 404 == 204",
        "✓   gates after the merge   alpha: types ✓  (0:07)",
        "✓ python-backend-engineer   alpha: handed off ddddddddd",
        "✓ code-reviewer             handed off ddddddddd",
        "● code-reviewer             alpha: round 2: Write alpha",
    ]  # fmt: skip


def test_a_fork_does_not_tell_the_work_of_another_run_as_its_own() -> None:
    start = {**START, "fork": {"origin": "r-7f3a2b", "task": "build"}}
    forked = {"origin": "r-7f3a2b", "task": "build", "reused": ["contract/1"]}
    said = told(("run", start), *GREEN[1:], ("forked", forked), ("build/1/opened", OPENED))
    assert [line[9:] for line in said[1:]] == [
        "  forked from r-7f3a2b before build",
        "✓ taken over from r-7f3a2b, not paid again: contract",
        "● python-backend-engineer   Implement it",
    ]


def test_a_cancelled_run_is_said_to_be_so_once() -> None:
    ended = {"state": "cancelled", "why": "cancelled by Ada"}
    assert told(("run", START), ("run/finished", ended))[-1] == "   0:07  ✗ run cancelled by Ada"


def test_a_question_that_was_answered_before_it_was_asked_pulls_no_cord() -> None:
    answer = {"text": "hide always", "option": 1, "by": "Ada", "reuses": "build-1"}
    said = told(
        ("run", START),
        ("ask/build-2/answer", answer),
        ("ask/build-2", {"task": "build", "escalation": ESCALATION}),
    )
    assert [line[9:] for line in said[1:]] == [
        "✓ build-2 answered by Ada (as build-1): hide always"
    ]


def test_a_narrow_terminal_keeps_the_task_and_the_width() -> None:
    said = told(("run", TWICE), ("beta/1/judged", judged(types="pass", tests="fail")), width=60)
    assert said[1].startswith("  ✗   gates                   beta: tests ✗ 212")
    assert len(said[1]) == 60


def test_verdicts_that_were_known_already_are_counted() -> None:
    body = judged(types="pass", tests="pass")
    body["receipts"][1]["verdict"]["cached"] = True
    assert told(("run", START), ("build/1/judged", body))[-1].endswith(
        "types ✓  tests ✓ 212, 87.4%  1 cached  (0:07)"
    )
