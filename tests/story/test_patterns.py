"""SPEC.md's five blocks of Task calls, unchanged, from plan to the final commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from pullcord import agents
from pullcord.briefs import summary as summaries
from pullcord.line.state import Status
from pullcord.model.quality import Finding
from pullcord.model.report import Report, Review
from pullcord.model.summary import Summary
from pullcord.model.task import Plan
from pullcord.model.work import Brief, Workspace
from pullcord.requests import plan as plans
from story import (
    ADD,
    CRITERION,
    FAST,
    REQUEST,
    SUBTRACT,
    TESTED,
    Act,
    Story,
    approve,
    git,
    idle,
    write,
)  # fmt: skip

BLOCKS = Path(__file__).parents[1] / "data" / "plans"
WRONG = ADD + SUBTRACT.replace("a - b", "b - a")
RIGHT = ADD + SUBTRACT
IMPLEMENTER, TESTER = "python-backend-engineer", "python-test-engineer"


def block(name: str, pattern: str = "") -> Plan:
    return plans.load(BLOCKS / f"{name}.txt", pattern or name, agents.load())


def app(text: str) -> Act:
    return lambda brief, workspace: write(workspace.path, "tiny/sums.py", text)


def cover(brief: Brief, workspace: Workspace) -> None:
    write(workspace.path, "tests/test_difference.py", TESTED)


def _summary(brief: Brief, note: str) -> str:
    said = Summary(
        agent=TESTER, task=brief.task.description, date=brief.written_at, overview="Tested.",
        details=(note,),
    )  # fmt: skip
    return summaries.render(said)


def by_role(plan: Plan, roles: Mapping[str, Act | Sequence[Act]]) -> dict[str, Act | Sequence[Act]]:
    """What each task's agent does: by its id, else by its role, else nothing."""
    default = {"code-reviewer": approve}
    return {
        task.id: roles.get(
            task.id, roles.get(task.subagent_type, default.get(task.subagent_type, idle))
        )
        for task in plan.tasks
    }


async def driven(
    folder: Path,
    patch: pytest.MonkeyPatch,
    plan: Plan,
    roles: Mapping[str, Act | Sequence[Act]],
) -> tuple[Story, Status]:
    story = await Story.begin(folder, patch, by_role(plan, roles))
    run = await story.orchestrator.start(REQUEST, plan, runtime="acting", script=str(folder))
    return story, await story.orchestrator.drive(run)


@pytest.mark.parametrize("name", [p.stem for p in sorted(BLOCKS.glob("*.txt"))])
async def test_every_block_runs_in_sequence_to_an_applied_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    plan = block(name, "sequential")

    story, status = await driven(tmp_path, monkeypatch, plan, {})

    assert status.state == "passed", status.model_dump_json(indent=1)
    assert await story.orchestrator.apply(status.run) == "main"
    authors = git(story.folder, "log", "--reverse", "--format=%an", "main").splitlines()[1:]
    assert authors == [task.subagent_type for task in plan.tasks]


async def test_the_parallel_block_runs_under_its_own_pattern(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, status = await driven(tmp_path, monkeypatch, block("parallel"), {})

    assert status.state == "passed", status.model_dump_json(indent=1)


async def test_iteration_goes_back_with_what_the_tests_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = block("iterative")
    build, test, fix, verify, _ = (task.id for task in plan.tasks)
    roles = {build: app(WRONG), test: cover, fix: app(RIGHT), verify: idle}

    story, status = await driven(tmp_path, monkeypatch, plan, roles)

    assert status.state == "passed", status.model_dump_json(indent=1)
    assert [word.rpartition("/")[0] for word in story.paid()][:4] == [build, test, fix, verify]
    (brief,) = [b for b in story.runtime.briefs if b.task.id == fix]
    assert "test_three_minus_two" in brief.text


async def test_the_fix_is_skipped_when_the_first_tests_are_green(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = block("iterative")
    build, test, fix, verify, review = (task.id for task in plan.tasks)

    story, status = await driven(
        tmp_path, monkeypatch, plan, {build: app(RIGHT), test: cover, fix: app(WRONG)}
    )

    assert [word.rpartition("/")[0] for word in story.paid()] == [build, test, review]
    assert {t.id for t in status.tasks if t.state == "skipped"} == {fix, verify}


async def test_a_bug_is_reproduced_fixed_and_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = block("debug-fix-verify")
    reproduce, fix, verify, _ = (task.id for task in plan.tasks)
    named = "Reproduces: tests/test_bug.py::test_zero"
    bug = "from tiny.sums import add\n\n\ndef test_zero() -> None:\n    assert add(0, 0) == 1\n"

    def reproduces(brief: Brief, workspace: Workspace) -> None:
        write(workspace.path, "tests/test_bug.py", bug)
        write(workspace.path, brief.summary_path, _summary(brief, named))

    def fixes(brief: Brief, workspace: Workspace) -> None:
        assert [f.path for f in brief.findings] == ["tests/test_bug.py"]
        text = ADD.replace("return a + b", "return a + b or 1")
        write(workspace.path, "tiny/sums.py", text)

    def meddles(brief: Brief, workspace: Workspace) -> None:
        fixes(brief, workspace)
        path = workspace.path / "tests/test_sums.py"
        write(
            workspace.path, "tests/test_sums.py", path.read_text() + "    assert add(1, 1) == 2\n"
        )

    def leaves_it(brief: Brief, workspace: Workspace) -> None:
        assert [f.rule for f in brief.findings] == ["changed"]
        write(workspace.path, "tests/test_sums.py", FAST["tests/test_sums.py"])

    story, status = await driven(
        tmp_path, monkeypatch, plan,
        {reproduce: reproduces, fix: [meddles, leaves_it], verify: idle},
    )  # fmt: skip

    assert status.state == "passed", status.model_dump_json(indent=1)
    assert (await story.orchestrator.view(status.run)).tests_added == 1


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("No word of a test.", "names no test"),
        ("Reproduces: tests/test_sums.py::test_two_and_two", "it reproduces nothing"),
    ],
)
async def test_a_reproduction_that_reproduces_nothing_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, note: str, expected: str
) -> None:
    plan = block("debug-fix-verify")

    def claims(brief: Brief, workspace: Workspace) -> None:
        write(workspace.path, brief.summary_path, _summary(brief, note))

    _, status = await driven(tmp_path, monkeypatch, plan, {plan.tasks[0].id: claims})

    assert status.state == "waiting"
    assert any(expected in line for line in status.tasks[0].closed)


async def test_the_contract_step_of_a_sprint_task_runs_unless_it_is_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = block("sprint-task")

    story, status = await driven(tmp_path, monkeypatch, plan, {})

    assert status.state == "passed", status.model_dump_json(indent=1)
    assert [word.rpartition("/")[0] for word in story.paid()] == [task.id for task in plan.tasks]


async def test_what_a_reviewer_objects_to_goes_back_in_every_pattern(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = block("parallel")

    def object_once(brief: Brief, workspace: Workspace) -> Report:
        if brief.round > 1:
            return approve(brief, workspace)
        finding = Finding(gate="review", rule="error-mapping", message="403 leaks the row")
        review = Review(decision="object", findings=(finding,), criteria={CRITERION: "unmet"})
        return Report(status="done", review=review)

    story, status = await driven(tmp_path, monkeypatch, plan, {"code-reviewer": object_once})

    assert status.state == "passed", status.model_dump_json(indent=1)
    again = [b for b in story.runtime.briefs if b.task.subagent_type == IMPLEMENTER and b.findings]
    assert [f.message for b in again for f in b.findings] == ["403 leaks the row"]
