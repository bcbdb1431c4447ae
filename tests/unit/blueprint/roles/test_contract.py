"""The four agents of the workflow `contract`, on a service that has workouts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blueprint_service import EXAMPLE
from contract_service import (
    CONTRACT,
    DESIGNER,
    ENGINEER,
    REVIEWER,
    TESTER,
    act,
    asking,
    with_notes,
    write_workouts,
)
from pullcord.blueprint.changing.asking import BESIDE, KEEP
from pullcord.blueprint.unclear import STOP
from pullcord.briefs import escalation as escalations
from pullcord.model.report import Report
from pullcord.model.request import Request
from pullcord.model.summary import Summary

NOTES = EXAMPLE.replace("unique:  ", "  notes: {type: text, optional: true}\nunique:  ")
MODEL, REPOSITORY, ROUTER = (
    "app/models/workout.py",
    "app/repositories/workout.py",
    "app/api/workouts.py",
)
MIGRATION = "supabase/migrations/0003_workouts_add_notes.sql"
TESTS = "tests/test_workouts.py"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workouts(tmp_path_factory.mktemp("made") / "service")


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "service"))


def files(root: Path) -> dict[str, str]:
    found = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in found}


def document(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / CONTRACT).read_text("utf-8"))
    return found


def edit(root: Path, how: Callable[[dict[str, Any]], None]) -> None:
    found = document(root)
    how(found)
    (root / CONTRACT).write_text(json.dumps(found), "utf-8")


def without_delete(contract: dict[str, Any]) -> None:
    del contract["paths"]["/workouts/{workout_id}"]["delete"]


def without_conflict(contract: dict[str, Any]) -> None:
    del contract["paths"]["/workouts"]["post"]["responses"]["409"]


def shorter_titles(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["WorkoutCreate"]["properties"]["title"]["maxLength"] = 60


def fewer_efforts(contract: dict[str, Any]) -> None:
    for name in ("WorkoutCreate", "Workout"):
        contract["components"]["schemas"][name]["properties"]["effort"]["enum"].pop()


def required_plan(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["WorkoutCreate"]["required"].append("plan_id")


def a_day_as_moment(contract: dict[str, Any]) -> None:
    for name in ("WorkoutCreate", "Workout"):
        day = contract["components"]["schemas"][name]["properties"]["performed_on"]
        day["format"] = "date-time"


async def whole(root: Path, asked: Request) -> list[Report]:
    after: list[tuple[str, Summary]] = []
    reports = []
    for agent in (DESIGNER, ENGINEER, TESTER, REVIEWER):
        report, summary = await act(agent, root, asked, after=after)
        after.append((agent, summary))
        reports.append(report)
    return reports


@pytest.mark.parametrize("by", ["the request", "somebody's edit", "the block of the contract"])
async def test_an_addition_is_locked_and_code_table_and_tests_follow(root: Path, by: str) -> None:
    if by == "somebody's edit":
        with_notes(root)
    elif by == "the block of the contract":
        said = {"type": "text", "optional": True}
        edit(root, lambda contract: contract["x-feature"]["fields"].update(notes=said))
    before = files(root)

    reports = await whole(root, asking(NOTES if by == "the request" else None))

    assert [report.status for report in reports] == ["done"] * 4
    assert "add notes (" in reports[0].message
    after = files(root)
    changed = {path for path in after if after[path] != before.get(path)}
    assert {MODEL, REPOSITORY, MIGRATION, "tests/examples/workout.py", TESTS} <= changed
    assert ROUTER not in changed
    assert "supabase/migrations/0002_workouts.sql" not in changed
    assert "    notes: Text | None = None\n" in after[MODEL]
    assert 'add column notes text collate "C";' in after[MIGRATION]
    assert '("notes", 7)' in after[TESTS]
    lost = set(before[TESTS].splitlines()) - set(after[TESTS].splitlines())
    assert all("notes" not in line and "test_" not in line for line in lost)


async def test_where_all_agree_there_is_nothing_to_do(root: Path) -> None:
    before = files(root)

    reports = await whole(root, asking())

    assert all(report.message.startswith("Nothing to do") for report in reports[:3])
    assert {p: t for p, t in files(root).items() if "contract/" not in p} == {
        p: t for p, t in before.items() if "contract/" not in p
    }


async def test_a_contract_that_is_only_written_otherwise_is_no_change(root: Path) -> None:
    edit(root, lambda contract: contract["info"].update(title="All workouts"))

    report, _ = await act(DESIGNER, root, asking())

    assert report.message.startswith("Nothing to do")


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        (without_delete, "DELETE /workouts/{workout_id}: is removed"),
        (without_conflict, "POST /workouts 409: is removed"),
        (shorter_titles, "title: maxLength 120 became 60"),
        (fewer_efforts, 'effort: values "hard" are gone'),
        (required_plan, "plan_id: became required"),
        (a_day_as_moment, "performed_on: format date became date-time"),
    ],
)
async def test_a_cut_by_somebody_pulls_the_cord_before_anything_is_written(
    root: Path, cut: Callable[[dict[str, Any]], None], said: str
) -> None:
    edit(root, cut)
    before = files(root)

    report, _ = await act(DESIGNER, root, asking())

    assert report.status == "needs_context"
    assert report.escalation is not None
    assert report.escalation.kind == "architecture"
    assert report.escalation.recommendation == ""
    assert said in report.escalation.fields["Required Change"]
    assert report.escalation.options[0].startswith(KEEP)
    assert report.escalation.options[-1] == STOP
    text = escalations.render(report.escalation)
    for line in ("🟡 ARCHITECTURE CONFLICT: ", "Current Design: ", "Required Change: ",
                 "User Decision Needed:"):  # fmt: skip
        assert line in text
    assert files(root) == before


async def test_a_request_that_breaks_pulls_the_cord_and_goes_on_without_the_break(
    root: Path,
) -> None:
    text = NOTES.replace(
        "  tags:             {type: list, of: string, max_items: 10, optional: true}\n", ""
    )
    asked, _ = await act(DESIGNER, root, asking(text))
    assert asked.escalation is not None
    keep = asked.escalation.options[0]
    assert keep == f"{KEEP}: add notes (text, optional), and leave the rest as it is"

    report, summary = await act(DESIGNER, root, asking(text), answers=[f"What?: {keep}"])

    assert report.status == "done"
    assert {"notes", "tags"} <= set(document(root)["x-feature"]["fields"])
    done, _ = await act(ENGINEER, root, asking(text), after=[(DESIGNER, summary)])
    assert done.status == "done"
    assert "    tags: " in (root / MODEL).read_text("utf-8")


async def test_a_version_beside_it_leaves_the_present_one_alone(root: Path) -> None:
    edit(root, without_delete)
    asked, _ = await act(DESIGNER, root, asking())
    assert asked.escalation is not None
    beside = asked.escalation.options[1]
    assert beside.startswith(f"{BESIDE}: /workouts-v2 ")

    report, summary = await act(DESIGNER, root, asking(), answers=[f"What?: {beside}"])

    assert report.status == "done"
    assert "delete" in document(root)["x-feature"]["operations"]
    done, _ = await act(ENGINEER, root, asking(), after=[(DESIGNER, summary)])
    assert done.message.startswith("Implemented create, list, get, update of workouts_v2")


async def test_what_no_block_can_say_is_asked_about(root: Path) -> None:
    def statistics(contract: dict[str, Any]) -> None:
        listed = contract["paths"]["/workouts"]["get"]
        more = {"name": "since", "in": "query", "required": False, "schema": {"type": "string"}}
        listed["parameters"].append(more)

    edit(root, statistics)

    report, _ = await act(DESIGNER, root, asking())

    assert report.escalation is not None
    assert report.escalation.kind == "clarification"
    assert "query since has no place" in report.escalation.fields["Ambiguity"]


async def test_a_contract_that_is_no_json_is_asked_about(root: Path) -> None:
    (root / CONTRACT).write_text("{", "utf-8")

    report, _ = await act(DESIGNER, root, asking())

    assert report.escalation is not None
    assert "is not JSON" in report.escalation.fields["Ambiguity"]


async def test_somebodys_own_lines_stay(root: Path) -> None:
    for path, old, new in (
        (MODEL, "    tags:", "    # as the coaches say\n    tags:"),
        (ROUTER, "    row = repository.create", "    # first\n    row = repository.create"),
        (TESTS, "def test_a_workout_is_read(", "# by hand\ndef test_a_workout_is_read("),
    ):
        text = (root / path).read_text("utf-8")
        assert old in text
        (root / path).write_text(text.replace(old, new, 1), "utf-8")

    reports = await whole(root, asking(NOTES))

    assert [report.status for report in reports[:3]] == ["done"] * 3
    assert "# as the coaches say" in (root / MODEL).read_text("utf-8")
    assert "notes: Text | None = None" in (root / MODEL).read_text("utf-8")
    assert "# first" in (root / ROUTER).read_text("utf-8")
    assert "# by hand" in (root / TESTS).read_text("utf-8")


async def test_lines_in_the_way_are_named_and_nothing_is_written(root: Path) -> None:
    text = (root / MODEL).read_text("utf-8")
    old = "    plan_id: Uuid | None = None\n"
    (root / MODEL).write_text(text.replace(old, f"{old}    notes: str = ''\n"))
    line = text[: text.index(old)].count("\n") + 2
    _, summary = await act(DESIGNER, root, asking(NOTES))
    before = files(root)

    report, _ = await act(ENGINEER, root, asking(NOTES), after=[(DESIGNER, summary)])

    assert report.escalation is not None
    assert report.escalation.kind == "clarification"
    assert report.escalation.evidence == (f"{MODEL}:{line}",)
    assert files(root) == before


async def test_a_second_round_writes_no_second_migration(root: Path) -> None:
    _, summary = await act(DESIGNER, root, asking(NOTES))
    await act(ENGINEER, root, asking(NOTES), after=[(DESIGNER, summary)])
    before = files(root)

    report, _ = await act(ENGINEER, root, asking(NOTES), after=[(DESIGNER, summary)])

    assert report.message.startswith("Nothing to do")
    assert files(root) == before


async def test_tests_of_somebody_else_get_those_of_the_contract_beside_them(root: Path) -> None:
    mine = "def test_mine() -> None:\n    assert 1 + 1 == 2\n"
    (root / TESTS).write_text(mine, "utf-8")
    _, summary = await act(DESIGNER, root, asking(NOTES))

    report, _ = await act(TESTER, root, asking(NOTES), after=[(DESIGNER, summary)])

    assert report.status == "done"
    assert (root / TESTS).read_text("utf-8") == mine
    assert '("notes", 7)' in (root / "tests/test_workouts_from_contract.py").read_text("utf-8")


async def test_a_resource_without_a_locked_contract_gets_one(root: Path) -> None:
    asked = asking(
        "resource: plan\nfields:\n  title: {type: string, min: 1, max: 120}\n"
        "  description: {type: text, optional: true}\n  starts_on: {type: date}\n"
        "  weeks: {type: integer, min: 1, max: 52}\n"
        "  level: {type: enum, values: [beginner, intermediate, advanced], default: beginner}\n"
        "  notes: {type: text, optional: true}\nunique: [[title]]\n"
        "list: {filters: [level, starts_on, weeks], sort: [starts_on, title]}\n"
    )

    report, _ = await act(DESIGNER, root, asked)

    assert report.message == (
        "Updated the contract of plans without a break: add notes (text, optional)."
    )
    assert (root / "docs/contracts/plans.openapi.json").is_file()


async def test_tests_that_refuse_a_new_operation_go_along_with_the_code(tmp_path: Path) -> None:
    fewer = EXAMPLE.replace("[create, list, get, update, delete]", "[create, list, get]")
    root = write_workouts(tmp_path / "service", fewer)
    assert '("DELETE", A, 405)' in (root / TESTS).read_text("utf-8")
    _, summary = await act(DESIGNER, root, asking(EXAMPLE))

    report, _ = await act(ENGINEER, root, asking(EXAMPLE), after=[(DESIGNER, summary)])

    assert report.status == "done"
    assert "def delete_workout(" in (root / ROUTER).read_text("utf-8")
    tests = (root / TESTS).read_text("utf-8")
    assert '("DELETE", A, 405)' not in tests
    assert "def test_a_deleted_workout_is_gone(" in tests
    assert not list((root / "supabase/migrations").glob("0003*"))
