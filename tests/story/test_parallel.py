"""Tasks at the same time, merged one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from pullcord.model.escalation import Escalation
from pullcord.model.report import Report
from pullcord.model.task import Plan, Task
from pullcord.model.work import Brief, Workspace
from story import ADD, REQUEST, Act, Story, approve, git, idle, write

ONE, TWO = "ONE = 1\n", "TWO = 2\n"


def together(*ids: str, agent: str = "python-backend-engineer") -> Plan:
    """Independent tasks, then a review."""
    tasks = [
        Task(id=id, subagent_type=agent, description=f"Do {id}", prompt=f"Do {id}.") for id in ids
    ]
    review = Task(
        id="review", subagent_type="code-reviewer", description="Review", prompt="Look.", after=ids
    )
    return Plan(pattern="parallel", tasks=(*tasks, review))


async def run(story: Story, plan: Plan) -> str:
    started = await story.orchestrator.start(
        REQUEST, plan, runtime="acting", script=str(story.folder.parent)
    )
    return started


def module(name: str, text: str) -> Act:
    def act(brief: Brief, workspace: Workspace) -> None:
        write(workspace.path, f"tiny/{name}.py", text)

    return act


async def story_of(
    folder: Path, patch: pytest.MonkeyPatch, acts: Mapping[str, Act | Sequence[Act]]
) -> Story:
    return await Story.begin(folder, patch, {"review": approve, **acts})


async def test_independent_tasks_run_at_the_same_time_and_know_of_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = asyncio.Barrier(2)

    def meeting(name: str) -> Act:
        async def act(brief: Brief, workspace: Workspace) -> None:
            async with asyncio.timeout(20):
                await both.wait()  # neither comes past this without the other
            write(workspace.path, f"tiny/{name}.py", f'"""{name}."""\n')

        return act

    story = await story_of(tmp_path, monkeypatch, {"one": meeting("one"), "two": meeting("two")})
    started = await run(story, together("one", "two"))

    status = await story.orchestrator.drive(started)

    assert status.state == "passed", status.model_dump_json(indent=1)
    text = {brief.task.id: brief.text for brief in story.runtime.briefs}
    assert (
        "Ensure your work integrates with: Do two (@agent-python-backend-engineer)" in text["one"]
    )
    assert "Working in parallel" not in text["review"]
    assert await story.orchestrator.apply(started) == "main"
    assert (story.folder / "tiny/one.py").exists()
    assert (story.folder / "tiny/two.py").exists()
    assert len(git(story.folder, "log", "--merges", "--format=%s").splitlines()) == 1


async def test_a_conflict_is_mended_by_the_later_task_s_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = asyncio.Barrier(2)

    def append(text: str) -> Act:
        async def act(brief: Brief, workspace: Workspace) -> None:
            if brief.round == 1:
                await both.wait()
                write(workspace.path, "tiny/sums.py", ADD + text)
                return
            marked = (workspace.path / "tiny/sums.py").read_text()
            assert "<<<<<<<" in marked
            assert [f.rule for f in brief.findings] == ["conflict"]
            write(workspace.path, "tiny/sums.py", ADD + ONE + TWO)

        return act

    acts = {"one": append(ONE), "two": append(TWO)}
    story = await story_of(tmp_path, monkeypatch, acts)
    started = await run(story, together("one", "two"))

    status = await story.orchestrator.drive(started)

    assert status.state == "passed", status.model_dump_json(indent=1)
    rounds = sorted(task.round for task in status.tasks if task.id != "review")
    assert rounds == [1, 2]
    await story.orchestrator.apply(started)
    assert (story.folder / "tiny/sums.py").read_text() == ADD + ONE + TWO


async def test_two_migrations_of_one_number_are_a_clash_that_git_does_not_see(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = asyncio.Barrier(2)

    def migrate(name: str) -> Act:
        async def act(brief: Brief, workspace: Workspace) -> None:
            folder = workspace.path / "supabase/migrations"
            if brief.round == 1:
                await both.wait()
                write(workspace.path, f"supabase/migrations/0001_{name}.sql", "select 1;\n")
                return
            assert [f.rule for f in brief.findings] == ["migration-number"]
            (folder / f"0001_{name}.sql").rename(folder / f"0002_{name}.sql")

        return act

    story = await story_of(tmp_path, monkeypatch, {"one": migrate("a"), "two": migrate("b")})
    started = await run(story, together("one", "two"))

    status = await story.orchestrator.drive(started)

    assert status.state == "passed", status.model_dump_json(indent=1)
    listing = git(story.folder, "ls-tree", "-r", "--name-only", status.head)
    numbers = sorted(p[20:24] for p in listing.splitlines() if p.startswith("supabase/"))
    assert numbers == ["0001", "0002"]


def asking(kind: str) -> Act:
    def act(brief: Brief, workspace: Workspace) -> Report | None:
        if brief.answers:
            return None
        question = Escalation.model_validate(
            {"kind": kind, "description": "Really?", "options": ("yes", "no")}
        )
        return Report(status="needs_context", escalation=question)

    return act


async def test_a_clarification_holds_up_its_task_and_what_depends_on_it_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await story_of(tmp_path, monkeypatch, {"one": asking("clarification"), "two": idle})
    started = await run(story, together("one", "two"))

    status = await story.orchestrator.drive(started)

    assert status.state == "waiting"
    assert {t.id: t.state for t in status.tasks} == {
        "one": "waiting", "two": "passed", "review": "queued",
    }  # fmt: skip
    (question,) = status.open_questions
    await story.orchestrator.answer(started, question.id, "1", by="Ada")
    status = await story.orchestrator.drive(started)
    assert status.state == "passed", status.model_dump_json(indent=1)
    assert story.runtime.paid.read_text().split().count("two/1") == 1


async def test_a_security_alert_stops_the_siblings_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancelled = asyncio.Event()

    async def long(brief: Brief, workspace: Workspace) -> None:
        if brief.answers or not cancelled.is_set():
            try:
                await asyncio.sleep(0 if cancelled.is_set() else 60)
            except asyncio.CancelledError:
                cancelled.set()
                raise

    story = await story_of(tmp_path, monkeypatch, {"one": asking("security"), "two": long})
    started = await run(story, together("one", "two"))

    status = await story.orchestrator.drive(started, on_escalation="default")

    assert cancelled.is_set()
    assert status.state == "waiting"
    (question,) = status.open_questions
    assert not question.has_default
    await story.orchestrator.answer(started, question.id, "1", by="Ada")
    assert (await story.orchestrator.drive(started)).state == "passed"
