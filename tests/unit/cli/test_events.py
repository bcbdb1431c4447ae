"""Facts as JSON events."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli_facts import ESCALATION, MISSING, OPENED, START, Entry, facts, judged, report
from pullcord.cli.events import events, place
from pullcord.model.quality import Finding

CASES: list[tuple[Entry, dict[str, Any]]] = [
    (("run", START), {"type": "run.started", "title": "Log workouts", "branch": "main"}),
    (("contract/1/opened", OPENED), {"type": "attempt.started", "task": "contract", "round": 1}),
    (
        ("contract/2/worked", report("blocked", message="no\nway")),
        {"type": "attempt.finished", "round": 2, "status": "blocked", "message": "no way"},
    ),
    (
        ("contract/1/closed", {"findings": [MISSING]}),
        {"type": "handoff.closed", "findings": [{"id": Finding(**MISSING).id, **MISSING}]},
    ),
    (("contract/1/documented", {"commit": "d"}), {"type": "attempt.documented", "commit": "d"}),
    (
        ("contract/1/handoff", {"commit": "d", "receipts": []}),
        {"type": "task.handed-off", "task": "contract", "commit": "d"},
    ),
    (("build/skipped", {"reason": "r"}), {"type": "task.skipped", "task": "build", "reason": "r"}),
    (
        ("ask/contract-1", {"task": "contract", "escalation": ESCALATION}),
        {"type": "question.asked", "question": "contract-1", "kind": "clarification"},
    ),
    (
        ("ask/contract-1/answer", {"text": "hide always", "option": 1, "by": "Ada"}),
        {"type": "question.answered", "question": "contract-1", "by": "Ada", "option": 1},
    ),
    (
        ("recorded/contract-1", {"path": "docs/decisions/0001-a.md", "commit": "e", "blob": "f"}),
        {"type": "decision.recorded", "question": "contract-1", "path": "docs/decisions/0001-a.md"},
    ),
    (
        ("waive/build/3/tests", {"by": "Ada", "reason": "a flaky clock"}),
        {"type": "gate.waived", "task": "build", "round": 3, "gate": "tests", "by": "Ada"},
    ),
    (("run/finished", {"state": "passed", "why": ""}), {"type": "run.finished", "state": "passed"}),
    (("applied", {"branch": "main", "commit": "d"}), {"type": "run.applied", "branch": "main"}),
    (("something/new", {"x": 1}), {"type": "fact", "key": "something/new"}),
]


@pytest.mark.parametrize(("entry", "expected"), CASES, ids=[key for (key, _), _ in CASES])
def test_each_fact_is_one_event_with_its_place(entry: Entry, expected: dict[str, Any]) -> None:
    (fact,) = facts(entry)
    (event,) = events(fact)
    assert {name: event[name] for name in expected} == expected
    assert (event["run"], event["seq"], event["at"]) == (fact.run, fact.seq, fact.at)
    json.dumps(event)


def test_a_judgement_is_one_event_per_gate_and_one_per_gate_that_does_not_apply() -> None:
    (fact,) = facts(("build/1/judged", judged(types="pass", tests="fail")))
    said = events(fact)
    assert [(e["type"], e["gate"]) for e in said] == [
        ("gate.finished", "types"),
        ("gate.finished", "tests"),
        ("gate.skipped", "contract"),
    ]
    assert said[1]["findings"][0]["message"] == "assert 404 == 204"
    assert {e["task"] for e in said} == {"build"}


@pytest.mark.parametrize(
    ("key", "of", "task"),
    [
        ("build/1/judged", "attempt", "build"),
        ("build/1/merge/0123456789ab/judged", "merge", "build"),
        ("result/judged", "result", ""),
    ],
)
def test_a_judgement_says_what_was_judged(key: str, of: str, task: str) -> None:
    (fact,) = facts((key, judged(types="pass")))
    first = events(fact)[0]
    assert (first["of"], first["task"]) == (of, task)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("build/2/worked", ("build", 2, "worked")),
        ("run/finished", ("", 0, "")),
        ("ask/build-round-4", ("", 0, "")),
        ("result/judged", ("", 0, "")),
        ("build/2/merge/0123456789ab/judged", ("build", 2, "merged")),
    ],
)
def test_a_key_tells_its_task_and_round(key: str, expected: object) -> None:
    assert place(key) == expected
