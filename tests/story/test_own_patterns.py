"""Patterns of the repository's own: docs/how-to/own-patterns.md as it is written, and the edges."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli_story import cli
from pullcord import agents
from pullcord.errors import UsageError
from pullcord.model.report import Report
from pullcord.model.request import Request
from pullcord.model.task import Plan
from pullcord.model.work import Brief, Workspace
from pullcord.requests import plan as plans
from story import CRITERION, FAST, Begin, Story, git, idle, implement, make_repository, plan, write

PAGE = (Path(__file__).parents[2] / "docs/how-to/own-patterns.md").read_text()
PATTERN, TASKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
[COMMANDS] = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
PLACE = ".pullcord/patterns/test-first.py"
TESTS = """\
from tiny import sums


def test_differences() -> None:
    assert hasattr(sums, "subtract")
    assert sums.subtract(3, 2) == 1
"""
BACKWARDS = """\
async def backwards(flow, plan):
    for task in reversed(plan.tasks):
        await flow.work(task)
"""


BROKEN = {
    "spins": ("while True: await flow.contract_settled(task)", "goes on without end"),
    "loops": ("while task: pass", "goes on without end"),
    "breaks": ("plan.tasks[7]", "broke at .pullcord/patterns/breaks.py:4: IndexError"),
}
"""Name of a pattern → what it does when all is done, and why its run ends."""
FILES = {
    **FAST,
    PLACE: PATTERN,
    ".pullcord/patterns/backwards.py": BACKWARDS,
    ".pullcord/patterns/endless.py": "async def endless(flow, plan):\n"
    "    while True:\n        await flow.work(plan.tasks[0])\n",
    **{
        f".pullcord/patterns/{name}.py": f"{BACKWARDS.replace('backwards', name)}    {last}\n"
        for name, (last, _) in BROKEN.items()
    },
}


def first_tests(brief: Brief, workspace: Workspace) -> None:
    write(workspace.path, "tests/test_difference.py", TESTS)


async def started(story: Story, pattern: str, *tasks: str) -> str:
    """A run of these tasks under a pattern of the repository's own."""
    named = plan(*tasks).model_copy(update={"pattern": pattern})
    request = Request(title="Differences", criteria=(CRITERION,))
    return await story.orchestrator.start(
        request, named, runtime="acting", script=str(story.folder.parent)
    )


async def test_the_worked_example_runs_as_it_is_written(begin: Begin) -> None:
    tasks: Plan = plans.parse(TASKS, "test-first", agents.load())
    test, build, review = (task.id for task in tasks.tasks)
    story = await begin(files=FILES)
    acts = story.runtime.acts
    story.runtime.acts = {test: first_tests, build: implement, review: acts["review"]}

    run = await story.orchestrator.start(
        Request(title="Differences", criteria=(CRITERION,)), tasks,
        runtime="acting", script=str(story.folder.parent),
    )  # fmt: skip
    status = await story.orchestrator.drive(run)

    assert status.state == "passed", status.model_dump_json(indent=1)
    assert story.paid() == [f"{test}/1", f"{build}/1", f"{review}/1"]
    assert [f.path for f in story.brief(build, 1).findings] == ["tests/test_difference.py"]


def test_its_commands_show_the_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {**FAST, PLACE: PATTERN, "plan.py": TASKS}
    monkeypatch.chdir(make_repository(tmp_path / "repo", files))
    commit, show = COMMANDS.splitlines()
    assert commit.startswith("git add .pullcord && git commit")

    said = cli(*show.split()[1:])

    assert (said.code, said.err) == (0, "")
    assert "(test-first, 3 tasks)" in said.out
    assert f"The pattern test-first is your own: {PLACE}, as it is committed." in said.out


def test_what_is_refused_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    files = {**FAST, PLACE: f"\nimport random\n{PATTERN}", "plan.py": TASKS}
    repo = make_repository(tmp_path / "repo", files)
    call: list[str | Path] = ["run", "-C", repo, "-f", repo / "plan.py", "--pattern"]

    said = cli(*call, "test-first")
    unknown = cli(*call, "test-frist")

    assert (said.code, unknown.code) == (2, 2)
    assert f"{PLACE} is no pattern:\n" in said.err
    assert "  line 2: 'random' may not be imported: a pattern has no clock, no random" in said.err
    assert "test-first" in unknown.err
    assert cli("runs", "-C", repo, "--json").result["runs"] == []


async def test_what_is_not_committed_and_what_is_named_like_a_path_is_unknown(begin: Begin) -> None:
    story = await begin(files={**FAST, ".gitignore": ".pullcord/\n"})
    write(story.folder, ".pullcord/patterns/backwards.py", BACKWARDS)

    for name in ("backwards", "../patterns/backwards", "Backwards", ""):
        with pytest.raises(UsageError, match="There is no pattern") as refused:
            await started(story, name, "implement")
        assert "must be committed" in refused.value.hint


async def test_a_pattern_named_like_one_of_pullcord_s_is_refused_not_passed_over(
    begin: Begin,
) -> None:
    source = BACKWARDS.replace("backwards", "sequential")
    story = await begin(files={**FAST, ".pullcord/patterns/sequential.py": source})

    with pytest.raises(UsageError, match="has the name of one of pullcord's own") as refused:
        await started(story, "sequential", "implement")
    assert refused.value.hint.endswith(".pullcord/patterns/my-sequential.py")


async def test_a_run_keeps_the_pattern_of_its_base_whatever_the_user_edits(begin: Begin) -> None:
    asked: list[str] = []

    def unsure(brief: Brief, workspace: Workspace) -> Report | None:
        asked.append(brief.task.id)
        return Report(status="needs_context", message="Which?") if len(asked) == 1 else None

    place = ".pullcord/patterns/backwards.py"
    story = await begin({"test": idle, "design": unsure}, FILES)
    run = await started(story, "backwards", "test", "design")
    assert (await story.orchestrator.drive(run)).state == "waiting"

    write(story.folder, place, "import random\n")
    git(story.folder, "commit", "-qam", "Another one")
    (question,) = (await story.orchestrator.status(run)).open_questions
    await story.orchestrator.answer(run, question.id, "1", by="Ada")
    await story.orchestrator.drive(run)

    assert story.paid() == ["design/1", "design/2", "test/1"]


async def test_an_agent_may_not_write_a_pattern(begin: Begin) -> None:
    def meddles(brief: Brief, workspace: Workspace) -> None:
        write(workspace.path, ".pullcord/patterns/backwards.py", "async def backwards(f, p): ...\n")

    story = await begin({"implement": meddles}, FILES)
    run = await started(story, "backwards", "implement")
    status = await story.orchestrator.drive(run)

    assert status.state == "waiting"
    assert "is protected; only a person changes it" in status.tasks[0].closed[0]


async def test_a_pattern_that_never_ends_or_breaks_fails_its_run_and_keeps_the_work(
    begin: Begin,
) -> None:
    story = await begin({}, FILES)

    for name, (_, why) in BROKEN.items():
        status = await story.orchestrator.drive(await started(story, name, "design"))

        assert status.state == "failed"
        assert why in status.why
        (summary,) = git(story.folder, "diff", "--name-only", status.base, status.head).split()
        assert summary.startswith("docs/temp/agent_")
    assert story.paid() == ["design/1"] * 3


async def test_a_loop_over_a_task_that_is_done_ends_in_a_question(begin: Begin) -> None:
    story = await begin({}, FILES)
    run = await started(story, "endless", "design")

    status = await story.orchestrator.drive(run, on_escalation="default")

    assert status.state == "waiting"
    assert len(story.paid()) <= 4
    (question,) = status.open_questions
    assert "asked for again after" in question.escalation.description
