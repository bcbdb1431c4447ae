"""What a conflict is asked about, and what an answer to it means."""

from __future__ import annotations

from typing import Any

import pytest

from pullcord.line.ask import Question
from pullcord.line.clashes import hunks
from pullcord.line.conflict import chosen, red_merge, side
from pullcord.line.mandate import who_worked
from pullcord.model.escalation import Answer, Escalation
from pullcord.model.fact import Fact
from pullcord.model.task import Task

TASK = Task(id="two", subagent_type="porter", description="Two", prompt="p")
ONE = Task(id="one", subagent_type="api-designer", description="One", prompt="p")


def facts(**bodies: Any) -> list[Fact]:
    return [
        Fact(
            run="r", seq=seq, key=key.replace("__", "/"), epoch=1, version=1, at="", body=body,
            prev_hash="", hash="",
        )
        for seq, (key, body) in enumerate(bodies.items(), 1)
    ]  # fmt: skip


def question(id: str, text: str) -> Question:
    asked = Escalation(kind="conflict", description="d", options=("Grant one more round",))
    return Question(id=id, task="two", escalation=asked, answer=Answer(text=text, by="Ada"))


def test_both_sides_of_every_conflict_in_a_file_are_read() -> None:
    text = (
        "a\n<<<<<<< abc\none\n=======\ntwo\n>>>>>>> def\nb\n<<<<<<< abc\n=======\nx\n>>>>>>> def\n"
    )

    assert hunks(text) == (("one\n", "two\n"), ("", "x\n"))
    assert hunks("Title\n=======\n>>>>>>> quoted\n") == ()


def test_the_latest_red_merge_since_the_handoff_is_what_a_conflict_is_about() -> None:
    bodies = {"two__1__closed": {"met": ["one"]}, "two__2__closed": {"met": []}}

    assert red_merge(TASK, 2, facts(**bodies)) == (1, ("one",))
    assert red_merge(TASK, 3, facts(**bodies, two__3__handoff={})) == (0, ())
    assert red_merge(TASK, 1, facts(two__1__closed={"findings": []})) == (0, ())


@pytest.mark.parametrize(
    ("id", "text", "agent"),
    [
        ("two-round-4", side(ONE), "api-designer"),
        ("two-no-progress-3", side(ONE), "api-designer"),
        ("two-round-5", side(ONE), ""),
        ("two-round-4", "Grant one more round", ""),
        ("two-round-4", "Take the side of reason", ""),
    ],
)
def test_only_the_answer_for_this_round_names_another_agent(id: str, text: str, agent: str) -> None:
    assert chosen([question(id, text)], 4) == agent


def test_who_worked_on_a_task_is_its_agent_and_whoever_mended_it() -> None:
    opened = facts(
        two__1__opened={"agent": "porter"}, two__2__opened={"agent": "api-designer"},
        one__1__opened={"agent": "else"}, two__3__opened={},
    )  # fmt: skip

    assert who_worked(TASK, opened, [ONE, TASK]) == {"porter", "api-designer"}
