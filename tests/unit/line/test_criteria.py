"""What shows that a criterion is fulfilled."""

from __future__ import annotations

import pytest

from pullcord.line.criteria import FULFILLED, coverage
from pullcord.model.escalation import Answer
from pullcord.model.fact import Fact
from pullcord.model.request import Request
from pullcord.model.run import Start
from pullcord.model.task import Plan, Task

TASK = Task(id="a", subagent_type="code-reviewer", description="A", prompt="A")
START = Start(
    request=Request(title="Sums", criteria=("c",)),
    plan=Plan(pattern="sequential", tasks=(TASK,)),
    base="b", branch="main", runtime="r",
)  # fmt: skip


@pytest.mark.parametrize(
    ("said", "by"), [(FULFILLED, "Ada"), ("They are fulfilled", "Ada"), ("Do they?", "")]
)
def test_a_person_approves_by_the_option_also_as_it_was_offered_before(said: str, by: str) -> None:
    bodies = {
        "run": START.model_dump(mode="json"),
        "ask/criteria/answer": Answer(text=said, by="Ada").model_dump(),
    }
    facts = [
        Fact(
            run="r", seq=seq, key=key, epoch=1, version=1, at="2026-11-22", body=body,
            prev_hash="", hash="",
        )
        for seq, (key, body) in enumerate(bodies.items(), 1)
    ]  # fmt: skip

    (criterion,) = coverage(facts)

    assert (criterion.approved_by, criterion.covered) == (by, bool(by))
