"""Which feature is meant, and the questions when nobody said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from blueprint_service import EXAMPLE, brief, previous, request, write_service
from pullcord.blueprint import block, contract, proposal
from pullcord.blueprint.house import look
from pullcord.blueprint.settling import settle
from pullcord.blueprint.unclear import STOP, Unclear
from pullcord.model.escalation import Escalation
from pullcord.model.request import Request
from pullcord.model.summary import Summary

DESIGNER = "api-designer"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_service(tmp_path_factory.mktemp("service"))


def question(root: Path, asked: Request, *answers: str) -> Escalation:
    with pytest.raises(Unclear) as caught:
        settle(brief(DESIGNER, asked, answers=answers), root)
    return caught.value.escalation


def test_a_request_with_a_block_is_clear(root: Path) -> None:
    settled = settle(brief(DESIGNER, request()), root)

    assert settled.feature == block.parse(EXAMPLE)
    assert settled.contract_path == "docs/contracts/workouts.openapi.json"


def test_prose_alone_is_asked_about_with_a_proposal(root: Path) -> None:
    escalation = question(root, request(None, title="Log body weights with dates and notes"))

    assert escalation.kind == "clarification"
    assert escalation.recommendation == escalation.options[0]
    assert escalation.options[-1] == STOP
    assert escalation.fields["Requirement"] == "Log body weights with dates and notes"
    proposed = block.parse(escalation.recommendation.split("```feature\n")[1].split("```")[0])
    assert {field.name for field in proposed.fields} >= {"title", "happened_on", "notes"}


def test_the_recommended_answer_is_enough_to_go_on(root: Path) -> None:
    asked = request(None, title="Track our shared gyms")
    answer = f"What is stored?: {question(root, asked).recommendation}"

    settled = settle(brief(DESIGNER, asked, answers=[answer]), root)

    assert (settled.feature.resource, settled.feature.owned) == ("gym", False)
    assert settled.origin == "the answer to a question"


def test_an_answer_may_be_a_bare_block(root: Path) -> None:
    answer = "What?: resource: gym\nfields:\n  name: {type: string}"

    settled = settle(brief(DESIGNER, request(None), answers=[answer]), root)

    assert [field.name for field in settled.feature.fields] == ["name"]


def test_an_answer_that_cannot_be_read_is_asked_about_again(root: Path) -> None:
    escalation = question(root, request(None), "What?: resource: gym\nfields: {a: {type: colour}}")

    assert '"colour" is unknown' in escalation.fields["Ambiguity"]


def test_a_malformed_block_is_asked_about_with_its_lines(root: Path) -> None:
    escalation = question(root, request("resource: gym\nfields: {a: {type: colour}}"))

    assert "line 11: fields.a.type" in escalation.fields["Ambiguity"]


def test_a_reference_to_nothing_is_asked_about(root: Path) -> None:
    text = (
        "resource: visit\nfields: {gym_id: {type: reference, to: gym}, day: {type: date}}\n"
        "unique: [[gym_id, day], [day]]\nlist: {filters: [gym_id, day], sort: [gym_id]}"
    )

    escalation = question(root, request(text))

    assert escalation.description == "The service has no resource gym."
    smaller = block.parse(escalation.options[0].split("```feature\n")[1].split("```")[0])
    assert [field.name for field in smaller.fields] == ["day"]
    assert smaller.unique == (("day",),)
    assert (smaller.list.filters, smaller.list.sort) == (("day",), ())


def test_a_resource_that_is_there_already_is_asked_about(root: Path) -> None:
    escalation = question(root, request("resource: plan\nfields: {a: {type: date}}"))

    assert escalation.description == "The service has the resource plan already."


def test_a_resource_that_this_run_has_made_is_not(root: Path) -> None:
    asked = request("resource: plan\nfields: {a: {type: date}}")

    assert settle(brief("python-backend-engineer", asked, round=2), root).feature.resource == "plan"


@pytest.mark.parametrize(
    ("criterion", "missing"),
    [
        ("An athlete deletes a workout and it is gone.", "delete"),
        ("A coach updates the workout.", "update"),
        ("An athlete logs workouts.", "create"),
    ],
)
def test_criteria_that_contradict_the_block_are_asked_about(
    root: Path, criterion: str, missing: str
) -> None:
    text = EXAMPLE.replace("[create, list, get, update, delete]", "[list, get]")

    escalation = question(root, request(text, criteria=(criterion,)))

    assert f"need {missing}" in escalation.description
    both = [block.parse(each.split("```feature\n")[1].split("```")[0]) for each in
            escalation.options[:2]]  # fmt: skip
    assert missing in both[0].operations
    assert both[1].operations == ("list", "get")


def test_criteria_that_forbid_an_operation_contradict_nothing(root: Path) -> None:
    text = EXAMPLE.replace("[create, list, get, update, delete]", "[create, list]")
    asked = request(text, criteria=("An athlete cannot delete a workout.", "Deleted rows stay."))

    assert settle(brief(DESIGNER, asked), root).feature.operations == ("create", "list")


def test_an_answered_contradiction_is_settled(root: Path) -> None:
    text = EXAMPLE.replace("[create, list, get, update, delete]", "[list, get]")
    asked = request(text, criteria=("An athlete deletes a workout.",))
    without = question(root, asked).options[1]

    settled = settle(brief(DESIGNER, asked, answers=[without]), root)

    assert settled.feature.operations == ("list", "get")


def test_an_unknown_layout_is_asked_about(tmp_path: Path) -> None:
    escalation = question(tmp_path, request())

    assert "do not know the layout" in escalation.description
    assert escalation.options == (STOP,)


def test_later_agents_take_the_feature_from_the_locked_contract(tmp_path: Path) -> None:
    root = write_service(tmp_path)
    feature = block.parse("resource: gym\nfields: {mood: {type: enum, values: [good 🏃, bad]}}")
    path = root / contract.path_of("gyms")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(contract.contract(feature, look(root))))
    summary = Summary(
        agent=DESIGNER,
        task="x",
        date="2026-11-22 12:00:00",
        details=("Locked docs/contracts/gyms.openapi.json with 5 operations.",),
    )
    told = brief("python-backend-engineer", request(None), previous=[previous(DESIGNER, summary)])

    assert settle(told, root).feature == feature


def test_a_contract_of_somebody_else_settles_nothing(tmp_path: Path) -> None:
    root = write_service(tmp_path)
    path = root / contract.path_of("gyms")
    path.parent.mkdir(parents=True)
    path.write_text('{"paths": {}}')
    summary = Summary(agent=DESIGNER, task="x", date="2026-11-22 12:00:00",
                      details=("Wrote docs/contracts/gyms.openapi.json.",))  # fmt: skip
    told = brief("python-backend-engineer", request(), previous=[previous(DESIGNER, summary)])

    assert settle(told, root).feature.resource == "workout"


def test_a_proposal_reads_back_as_it_was_meant() -> None:
    feature = block.parse(
        EXAMPLE.replace("easy, moderate", 'yes, "a: b"').replace("moderate", "yes")
    )

    text = proposal.fenced(feature).removeprefix("```feature\n").removesuffix("```")

    assert block.parse(text) == feature
