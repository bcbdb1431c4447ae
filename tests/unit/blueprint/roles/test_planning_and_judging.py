"""The six steps by the offline agents: what tester, reviewer and sprint manager leave behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import six_steps
from blueprint_service import NoCommands, brief, previous, request, work, write_service
from pullcord.blueprint import block, contract
from pullcord.blueprint.house import look
from pullcord.blueprint.roles import sprint
from pullcord.model.quality import Finding
from pullcord.model.summary import Blocker, Summary
from pullcord.model.task import Task

SPRINT = "docs/planning/sprints/sprint_01_2026-11-22.md"


async def test_a_request_goes_through_all_six_steps(tmp_path: Path) -> None:
    story = await six_steps.story(tmp_path)
    for task in six_steps.tasks(story.request):
        report, summary = await story.work(task)
        assert (report.status, report.escalation) == ("done", None)
        assert summary.overview == report.message
        assert summary.decisions
    reviewed = story.reports[4][1].review
    assert reviewed is not None
    assert (reviewed.decision, set(reviewed.criteria.values())) == ("approve", {"met"})
    assert (
        "tests/test_workouts.py::test_a_workout_is_created"
        in reviewed.evidence[story.request.criteria[0]]
    )
    changed = (await story.git("diff", "--name-only", "HEAD~2", "HEAD~1")).split()
    assert changed == [story.previous[4].summary_path], "the reviewer writes only its summary"
    document = (tmp_path / "docs/planning/sprints/sprint_01_2026-11-01.md").read_text()
    assert "* [x] **Task 2: Workout logging (COMPLETED - 2026-11-22)**" in document
    assert "* api-designer: Locked the contract of workouts" in document
    assert "**Progress:** 2 of 3 tasks" in document


@pytest.mark.parametrize(
    ("description", "prompt", "others", "closes"),
    [
        ("Break down requirements: Log workouts", "Break the request down.", False, False),
        ("Update sprint docs: Log workouts", "Mark the tasks as complete.", True, True),
        ("Review Sprint 4 Task 3", "Summarize requirements and AC.", True, False),
        ("Update sprint docs", "Mark Task 3 as complete with notes.", False, True),
        ("Sprint", "As usual.", False, False),
        ("Sprint", "As usual.", True, True),
        ("Break down: Update profiles", "Plan only.", False, False),
    ],
)
def test_the_words_of_the_task_say_which_call_it_is(
    description: str, prompt: str, others: bool, closes: bool
) -> None:
    title = description.partition(": ")[2] or "x"
    task = Task(subagent_type="sprint-manager", description=description, prompt=prompt, id="s")
    told = brief("sprint-manager", request(title=title))
    handed = [previous("api-designer", _summary())] if others else []
    told = told.model_copy(update={"task": task, "previous": tuple(handed)})
    assert sprint.closes(told) == closes


def _summary(**given: object) -> Summary:
    return Summary(agent="a", task="t", date="2026-11-22 12:00:00", **given)


async def test_the_breakdown_names_what_was_locked_not_what_was_asked_first(tmp_path: Path) -> None:
    root = write_service(tmp_path)
    first = request()
    assert first.feature
    locked = block.parse(first.feature.replace("[create, list, get, update, delete]", "[list]"))
    path = contract.path_of(locked.plural)
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(json.dumps(contract.contract(locked, look(root))))
    handed = previous("api-designer", _summary(details=(f"Locked {path}",)))
    told = brief("sprint-manager", first)
    told = told.model_copy(update={"sprint_document": SPRINT, "previous": (handed,)})
    plan = Task(subagent_type="sprint-manager", description="Break down", prompt="Plan.", id="s")
    told = told.model_copy(update={"task": plan})

    await work("sprint-manager", told, root, NoCommands())

    assert "lock the contract of list of workouts" in (root / SPRINT).read_text()


async def test_a_request_without_a_task_becomes_one(tmp_path: Path) -> None:
    root = write_service(tmp_path)
    told = brief("sprint-manager", request(title="Export to a spreadsheet", feature=None))
    told = told.model_copy(update={"sprint_document": SPRINT})

    report, summary = await work("sprint-manager", told, root, NoCommands())

    text = (root / SPRINT).read_text()
    assert report.status == "done"
    assert "Added task 4" in summary.overview
    assert "* [ ] **Task 4: Export to a spreadsheet**" in text
    assert "**Progress:** 1 of 4 tasks" in text
    assert "    * An athlete creates a workout and gets 201." in text


@pytest.mark.parametrize("text", ["", "# Sprint\n- nothing\n", "- Task 1: a\n- Task 1: b\n"])
async def test_a_document_that_cannot_be_understood_is_a_question_and_stays_as_it_is(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "sprint.md").write_text(text)
    told = brief("sprint-manager", request()).model_copy(update={"sprint_document": "sprint.md"})

    report, _ = await work("sprint-manager", told, tmp_path, NoCommands())

    assert report.escalation is not None
    assert report.escalation.kind == "clarification"
    assert (tmp_path / "sprint.md").read_text() == text


async def test_a_task_that_is_complete_already_is_a_question(tmp_path: Path) -> None:
    root = write_service(tmp_path)
    told = brief("sprint-manager", request(title="Training plans"))
    told = told.model_copy(update={"sprint_document": SPRINT})

    report, _ = await work("sprint-manager", told, root, NoCommands())

    assert report.escalation is not None
    assert "complete already" in report.escalation.fields["Ambiguity"]


async def test_without_a_sprint_document_the_plan_stands_in_the_summary(tmp_path: Path) -> None:
    report, summary = await work(
        "sprint-manager", brief("sprint-manager", request()), tmp_path, NoCommands()
    )
    assert report.status == "done"
    assert summary.details == ("Criterion: An athlete creates a workout and gets 201.",)
    assert not list(tmp_path.iterdir())


def test_outcomes_name_each_agent_and_each_blocker_once() -> None:
    stuck = Blocker(blocker="No database.", resolution="Started one.")
    handed = [
        previous(
            "python-backend-engineer", _summary(overview="Implemented it.", blockers=(stuck,))
        ),
        previous("sprint-manager", _summary(overview="Planned it.")),
    ]
    assert sprint.outcomes(handed) == [
        "python-backend-engineer: Implemented it.",
        "Blocker: No database. Resolution: Started one.",
    ]
    assert sprint.outcomes([previous("x", _summary(overview="Did it."))]) == [
        "x: Did it.",
        "Blockers: none",
    ]


async def test_tests_of_a_person_are_not_written_over(tmp_path: Path) -> None:
    root = write_service(tmp_path)
    own = "def test_by_hand() -> None:\n    assert 1 + 1 == 2\n"
    (root / "tests/test_workouts.py").write_text(own)

    told = brief("python-test-engineer", request())
    report, _ = await work("python-test-engineer", told, root, NoCommands())

    assert report.escalation is not None
    assert "test_by_hand" in report.escalation.fields["Ambiguity"]
    assert (root / "tests/test_workouts.py").read_text() == own


async def test_tests_that_cannot_mend_a_finding_say_who_can(tmp_path: Path) -> None:
    root = write_service(tmp_path)
    told = brief("python-test-engineer", request())
    first, _ = await work("python-test-engineer", told, root, NoCommands())
    finding = Finding(
        gate="tests", rule="failed", path="tests/test_workouts.py", line=3, message="red"
    )
    again = brief("python-test-engineer", request(), round=2, findings=[finding])

    second, _ = await work("python-test-engineer", again, root, NoCommands())

    assert (first.status, second.status) == ("done", "blocked")
    assert "tests/test_workouts.py:3 red" in second.message


async def test_a_contract_that_cannot_be_read_is_left_to_a_person(tmp_path: Path) -> None:
    root = write_service(tmp_path)
    (root / "docs/contracts").mkdir(parents=True)
    (root / "docs/contracts/workouts.openapi.json").write_text("{}")

    report, summary = await work(
        "code-reviewer", brief("code-reviewer", request()), root, NoCommands()
    )

    assert report.review is not None
    assert report.review.decision == "escalate"
    assert "workouts.openapi.json" in summary.details[0]
