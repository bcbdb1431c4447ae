"""The pulled cord as a person reads it."""

from __future__ import annotations

import pytest

from cli_facts import ESCALATION
from pullcord.cli.render_cord import cord, inbox
from pullcord.line.ask import Question
from pullcord.model.escalation import Escalation, Kind

ASKED = Question(id="contract-1", task="contract", escalation=Escalation(**ESCALATION))


def test_the_block_says_what_why_which_options_and_how_to_answer() -> None:
    assert cord("r-7f3a2c", ASKED) == [
        "!! CORD PULLED  contract-1  DESIGN AMBIGUITY   run r-7f3a2c is paused, nothing is lost",
        "   Soft delete for workouts",
        "   Requirement: soft delete",
        "   Ambiguity: should lists hide deleted rows?",
        "     1  hide always (recommended)",
        "     2  hide unless ?include_deleted=true",
        "   Answer: pullcord answer r-7f3a2c/contract-1 1",
    ]


def test_the_answer_command_takes_the_recommended_option() -> None:
    second = ASKED.escalation.model_copy(update={"recommendation": ASKED.escalation.options[1]})
    assert cord("r-1", ASKED.model_copy(update={"escalation": second}))[-1].endswith("contract-1 2")


def test_a_question_without_options_asks_for_words() -> None:
    free = Question(id="q", task="", escalation=Escalation(kind="approval", description="Well?"))
    assert cord("r-1", free)[-1] == "   Answer: pullcord answer r-1/q TEXT"


@pytest.mark.parametrize("kind", ["security", "data", "architecture"])
def test_critical_blockers_say_that_they_have_no_default(kind: Kind) -> None:
    critical = Question(id="q", task="", escalation=Escalation(kind=kind, description="Leak"))
    assert "Only a person" in cord("r-1", critical)[-1]


def test_a_proposal_of_many_lines_keeps_its_shape() -> None:
    option = "take this:\nresource: workout\nfields:\n  title: {type: string}"
    asked = Escalation(kind="clarification", description="?", options=(option,))
    said = cord("r-1", Question(id="q", task="", escalation=asked))
    assert said[2:6] == [
        "     1  take this:",
        "        resource: workout",
        "        fields:",
        "          title: {type: string}",
    ]


def test_much_evidence_is_cut_with_the_way_to_the_rest() -> None:
    asked = Escalation(kind="rounds", description="red", evidence=tuple(map(str, range(30))))
    said = cord("r-1", Question(id="q", task="", escalation=asked))
    assert "   - … and 25 more: pullcord inbox r-1/q" in said
    assert "   - 29" in cord("r-1", Question(id="q", task="", escalation=asked), whole=True)


def test_an_empty_inbox_says_so() -> None:
    assert inbox([]) == ["Nothing waits for you."]


def test_the_inbox_names_each_run() -> None:
    said = inbox([("r-1", "Log workouts", ASKED), ("r-2", "Other", ASKED)])
    assert said[0].startswith("!! CORD PULLED")
    assert "   Run: Log workouts" in said
    assert "   Answer: pullcord answer r-2/contract-1 1" in said


def test_an_option_of_several_lines_is_recommended_in_its_first() -> None:
    block = "Build it:\n```feature\nresource: goal\n```"
    asked = Escalation(
        kind="clarification", description="What?", options=(block, "Stop"), recommendation=block
    )

    lines = cord("r-1", Question(id="q", task="t", escalation=asked))

    assert "     1  Build it: (recommended)" in lines
    assert "        ```" in lines
