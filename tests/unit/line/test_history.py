"""What a sprint manager is told of the way of its chain."""

from __future__ import annotations

from typing import Any

from pullcord.line.history import history
from pullcord.model.escalation import Answer, Escalation
from pullcord.model.fact import Fact
from pullcord.model.request import Request
from pullcord.model.run import Start
from pullcord.model.task import Plan, Task

TASKS = tuple(
    Task(id=f"{chain}-{step}", subagent_type="x", description="d", prompt="p", chain=chain)
    for chain in ("t1", "t2")
    for step in ("contract", "tests", "update-docs")
)
START = Start(
    request=Request(title="Sprint", criteria=("c",)),
    plan=Plan(pattern="sprint-task", tasks=TASKS),
    base="b", branch="main", runtime="r",
)  # fmt: skip
QUESTION = Escalation(
    kind="clarification", description="Which sums?", options=("All", "Some"),
    raised_by="api-designer",
)  # fmt: skip


def fact(seq: int, key: str, body: dict[str, Any]) -> Fact:
    return Fact(
        run="r", seq=seq, key=key, epoch=1, version=1, at="2026-11-22", body=body, prev_hash="",
        hash="",
    )  # fmt: skip


def test_skipped_steps_red_rounds_answers_and_waivers_of_its_own_chain() -> None:
    red = {"findings": [{"gate": "tests", "rule": "failed"}, {"gate": "tests", "rule": "failed"}]}
    bodies: dict[str, dict[str, Any]] = {
        "run": START.model_dump(mode="json"),
        "t1-contract/skipped": {"reason": "GET /sums is served already"},
        "t1-tests/1/closed": red,
        "t2-tests/1/closed": red,
        "ask/t1-tests-1": {"task": "t1-tests", "escalation": QUESTION.model_dump()},
        "ask/t1-tests-1/answer": Answer(
            text="All\n```feature\n```", option=1, by="Ada"
        ).model_dump(),
        "waive/t1-tests/2/tests": {"by": "Ada", "reason": "known to be slow", "findings": []},
        "t1-tests/2/handoff": {},
    }
    facts = [fact(seq, key, body) for seq, (key, body) in enumerate(bodies.items(), 1)]

    assert history(START, TASKS[2], facts) == (
        "Skipped t1-contract: GET /sums is served already",
        "t1-tests was red in round 1 (tests/failed); handed off in round 2",
        "api-designer asked (clarification): Which sums? Answer by Ada: All …",
        "Ada waived tests of t1-tests: known to be slow",
    )
    assert history(START, TASKS[5], facts) == ("t2-tests was red in round 1 (tests/failed)",)
