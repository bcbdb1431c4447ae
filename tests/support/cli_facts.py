"""A made-up run as facts, for the tests of everything that shows runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pullcord.ledger.chain import link
from pullcord.model.fact import Fact
from story import NOON

TASKS = [
    {"id": "contract", "subagent_type": "api-designer", "description": "Confirm the contract"},
    {"id": "build", "subagent_type": "python-backend-engineer", "description": "Implement it"},
    {"id": "review", "subagent_type": "code-reviewer", "description": "Look at it"},
]
START = {
    "request": {"title": "Log workouts", "criteria": ["It logs."]},
    "plan": {
        "pattern": "sequential",
        "tasks": [{**task, "prompt": "Do it."} for task in TASKS],
    },
    "base": "a" * 40,
    "branch": "main",
    "runtime": "blueprint",
    "unsafe": False,
}
OPENED = {
    "at": "2026-11-22 12:00:00",
    "summary_path": "docs/temp/agent_20261122_120000_api-designer_confirm.md",
    "base": "a" * 40,
    "parent": "a" * 40,
}
MISSING = {"gate": "tests", "rule": "failed", "path": "tests/test_a.py", "line": 88,
           "message": "assert 404 == 204", "alarm": ""}  # fmt: skip
ESCALATION = {
    "kind": "clarification",
    "description": "Soft delete for workouts",
    "fields": {"Requirement": "soft delete", "Ambiguity": "should lists hide deleted rows?"},
    "options": ["hide always", "hide unless ?include_deleted=true"],
    "recommendation": "hide always",
    "evidence": [],
    "raised_by": "api-designer",
}


Entry = tuple[str, dict[str, Any]]
"""Key and body of a fact."""


def report(status: str = "done", **more: Any) -> dict[str, Any]:
    usage = {"input_tokens": None, "output_tokens": None, "usd": None, "seconds": 0.0}
    said = {"status": status, "message": "", "exit": 0, "usage": usage, "review": None,
            "escalation": None, **more}  # fmt: skip
    return {"commit": "b" * 40, "tree": "c" * 40, "report": said}


def judged(**outcomes: str) -> dict[str, Any]:
    """A judgement with the named gates' outcomes."""
    receipts = []
    for gate, outcome in outcomes.items():
        verdict: dict[str, Any] = {"gate": gate, "outcome": outcome, "duration_s": 1.5}
        if gate == "tests":
            verdict["counts"] = {"passed": 212.0, "coverage": 87.4}
        if outcome == "fail":
            verdict["findings"] = [MISSING]
        receipts.append({"verdict": verdict, "tree": "c" * 40, "policy": "p"})
    return {"receipts": receipts, "skipped": {"contract": "no contract is locked"}}


def facts(*entries: Entry, run: str = "r-7f3a2c") -> list[Fact]:
    """The facts with these keys and bodies, seven seconds apart, hash-chained as in a ledger."""
    made: list[Fact] = []
    for number, (key, body) in enumerate(entries):
        at = (NOON + timedelta(seconds=7 * number)).isoformat(timespec="milliseconds")
        made.append(link(made[-1] if made else None, run, key, body, epoch=1, at=at))
    return made


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


EVERY: list[Entry] = [
    ("run", START),
    ("contract/1/reserved", {"usd": 0.5, "tokens": None}),
    ("contract/1/opened", OPENED),
    ("contract/1/minute/2", {"minutes": 2}),
    ("budget/usd/unknown", {"unit": "usd", "agent": "api-designer"}),
    ("contract/2/worked", report("blocked", message="no\nway")),
    ("review/1/worked", report(review={"decision": "object", "findings": [], "criteria": {}})),
    ("contract/1/judged", judged(types="pass", tests="fail")),
    ("contract/1/merge/0123456789ab/judged", judged(types="pass")),
    ("contract/1/touched", {"names": ["HEAD", "refs"]}),
    ("result/judged", judged(types="pass")),
    ("contract/1/closed", {"findings": [MISSING]}),
    ("build/1/redesign", {"designer": "contract", "tasks": ["review"], "findings": [MISSING]}),
    ("contract/1/documented", {"commit": "d"}),
    ("contract/1/handoff", {"commit": "d", "receipts": []}),
    ("build/skipped", {"reason": "not needed"}),
    ("ask/contract-1", {"task": "contract", "escalation": ESCALATION}),
    ("ask/contract-1/answer", {"text": "hide always", "option": 1, "by": "Ada"}),
    ("recorded/contract-1", {"path": "docs/decisions/0001-lists.md", "commit": "e", "blob": "f"}),
    ("waive/build/3/tests", {"by": "Ada", "reason": "a flaky clock"}),
    ("waive/result/tests", {"by": "Ada", "reason": "a flaky clock"}),
    ("cancel", {"by": "Ada"}),
    ("run/finished", {"state": "passed", "why": ""}),
    ("retry/1", {"task": "build", "text": "use cursors", "by": "Ada", "rounds": {"build": 1}}),
    ("run/finished/1", {"state": "failed", "why": "stopped"}),
    ("cancel/1", {"by": "Ada"}),
    ("forked", {"origin": "r-7f3a2b", "task": "build", "reused": ["contract/1"]}),
    ("applied", {"branch": "main", "commit": "d"}),
    ("something/new", {"x": 1}),
]
"""A fact of every kind."""
