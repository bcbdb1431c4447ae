"""Merges of parallel tasks that are red: who mends them, what they are told, what a person sees."""

from __future__ import annotations

import asyncio

import pytest

from pullcord.briefs import summary as summaries
from pullcord.briefs.escalation import parse, render
from pullcord.line.verify import verify
from pullcord.model.summary import Decision, Summary
from pullcord.model.task import Plan, Task
from pullcord.model.work import Brief, Workspace
from story import FAST, QUICK, REQUEST, Act, Begin, Story, git, write

PORTER = """\
---
name: porter
description: Carries things from here to there, and nothing else at all.
write: [tiny/**]
---
Carry.
"""
TOOLS = '''"""Tools."""

import os


def here() -> str:
    """Where we are."""
    return os.getcwd()


def there() -> str:
    """Where we are not."""
    return "there"
'''
TESTED = """\
from tiny.tools import here, there


def test_places() -> None:
    assert here()
    assert there()
"""
LINTED = {
    **FAST,
    "pullcord.toml": QUICK.replace('[gates.lint]\noff = "other stories look at style"\n', ""),
    "tiny/tools.py": TOOLS,
    "tests/test_tools.py": TESTED,
    ".claude/agents/porter.md": PORTER,
}
"""A repository that lints, with an agent of its own."""
DESIGNER, PLANNER = "api-designer", "sprint-manager"
SHARED = "docs/shared.md"


def plan(**agents: str) -> Plan:
    """Tasks at the same time, then a review."""
    tasks = [
        Task(id=id, subagent_type=agent, description=f"Do {id}", prompt="Do it.")
        for id, agent in agents.items()
    ]
    review = Task(
        id="review", subagent_type="code-reviewer", description="Review", prompt="Look.",
        after=tuple(agents),
    )  # fmt: skip
    return Plan(pattern="parallel", tasks=(*tasks, review))


async def start(story: Story, planned: Plan) -> str:
    return await story.orchestrator.start(
        REQUEST, planned, runtime="acting", script=str(story.folder.parent)
    )


def say(workspace: Workspace, brief: Brief, decision: str, assumption: str) -> None:
    said = Summary(
        agent=brief.task.subagent_type, task=brief.task.description, date=brief.written_at,
        overview="Did it.", decisions=(Decision(decision=decision, rationale="Simple."),),
        assumptions=(assumption,), handoff=("Integration assumption: rows have an id.",),
    )  # fmt: skip
    write(workspace.path, brief.summary_path, summaries.render(said))


def writing(path: str, text: str, *after: Act, late: bool = False) -> list[Act]:
    """A first round that writes a file and says so; `late` waits, so that it is merged second."""

    async def first(brief: Brief, workspace: Workspace) -> None:
        if late:
            await asyncio.sleep(1.5)
        write(workspace.path, path, text)
        say(workspace, brief, f"Wrote {text.strip()}", f"{path} is mine")

    return [first, *after]


def stubborn(brief: Brief, workspace: Workspace) -> None:
    """Leaves the conflict marks where they are, and carries them to another place."""
    marked = (workspace.path / SHARED).read_text()
    write(workspace.path, f"docs/copy-{brief.round}.md", marked)


def resolve(brief: Brief, workspace: Workspace) -> None:
    write(workspace.path, SHARED, "ONE = 1\nTWO = 2\n")
    for copy in workspace.path.glob("docs/copy-*.md"):
        copy.unlink()


async def test_a_conflict_that_nobody_resolves_is_shown_with_both_sides_and_given_to_the_other(
    begin: Begin,
) -> None:
    late = writing(SHARED, "TWO = 2\n", stubborn, stubborn, resolve, late=True)
    story = await begin({"one": writing(SHARED, "ONE = 1\n"), "two": late})
    run = await start(story, plan(one=DESIGNER, two=PLANNER))

    status = await story.orchestrator.drive(run)

    (question,) = status.open_questions
    asked = question.escalation
    assert (question.id, asked.kind) == ("two-round-4", "conflict")
    assert asked.fields["Between"] == f"one (Do one, {DESIGNER}) and two (Do two, {PLANNER})"
    assert asked.fields["Paths"] == f"docs/copy-2.md, docs/copy-3.md, {SHARED}"
    assert asked.options == (
        "Grant one more round", f"Take the side of one: {DESIGNER} mends it", "Stop the run",
    )  # fmt: skip
    shown = "\n".join(asked.evidence)
    assert f"{SHARED}, one: ONE = 1" in shown
    assert f"{SHARED}, two: TWO = 2" in shown
    assert "one decided: Wrote ONE = 1 (Simple.)" in shown
    assert f"one (Do one) assumes: {SHARED} is mine" in shown
    assert parse(render(asked))[0].fields == asked.fields
    told = story.brief("two", 2)
    assert [f.rule for f in told.findings] == ["conflict"]
    assert "what one (Do one) handed off" in told.findings[0].message
    assert "one (Do one) assumes: rows have an id." in told.text
    assert "two (Do two) assumes: rows have an id." in told.text

    await story.orchestrator.answer(run, "two-round-4", "2", by="Ada")
    status = await story.orchestrator.drive(run)

    assert status.state == "passed", status.model_dump_json(indent=1)
    mended = story.brief("two", 4)
    assert mended.task.subagent_type == DESIGNER
    assert "Take the side of one" in mended.text
    assert f"_{DESIGNER}_two.md" in mended.summary_path
    assert git(story.folder, "show", f"{status.head}:{SHARED}") == "ONE = 1\nTWO = 2"
    await verify(story.orchestrator.repository.git, await story.orchestrator.facts(run))
    packet = story.brief("review", 1).packet
    assert "Assumptions of parallel tasks" in packet
    assert f"- one (Do one) assumes: {SHARED} is mine" in packet


async def test_a_red_round_that_the_head_has_left_behind_is_told_what_it_conflicts_with(
    begin: Begin,
) -> None:
    async def astray(brief: Brief, workspace: Workspace) -> None:
        await asyncio.sleep(1.5)  # one is handed off by the time that this is red
        write(workspace.path, SHARED, "TWO = 2\n")
        write(workspace.path, "tiny/astray.py", "")

    def back(brief: Brief, workspace: Workspace) -> None:
        (workspace.path / "tiny/astray.py").unlink(missing_ok=True)

    acts = {"one": writing(SHARED, "ONE = 1\n"), "two": [astray, back, resolve]}
    story = await begin(acts)
    run = await start(story, plan(one=DESIGNER, two=PLANNER))

    status = await story.orchestrator.drive(run)

    assert status.state == "passed", status.model_dump_json(indent=1)
    conflict, *rest = story.brief("two", 2).findings
    assert (conflict.rule, conflict.path) == ("conflict", SHARED)
    assert "what one (Do one) handed off" in conflict.message
    assert "scope" in {finding.gate for finding in rest}
    assert SHARED in git(story.folder, "show", f"{status.head}:{story.brief('two', 2).failure}")
    assert [f.message for f in story.brief("two", 3).findings] == [
        "still unmerged: resolve its conflict marks"
    ]
    facts = await story.facts(run)
    assert facts["two/2/closed"].body["met"] == ["one"]


class Killed(BaseException):
    """Stands for the end of the process."""


async def test_a_violation_in_a_merge_goes_to_who_introduced_it_after_a_kill_too(
    begin: Begin,
) -> None:
    using = TOOLS.replace('"there"', "os.sep")
    without = TOOLS.replace("import os\n\n\n", "").replace("os.getcwd()", '"here"')

    def killed(brief: Brief, workspace: Workspace) -> None:
        acts["two"][1] = mend
        raise Killed

    def mend(brief: Brief, workspace: Workspace) -> None:
        text = (workspace.path / "tiny/tools.py").read_text()
        write(workspace.path, "tiny/tools.py", text.replace("os.sep", '"/"'))

    acts = {
        "one": writing("tiny/tools.py", using),
        "two": writing("tiny/tools.py", without, killed, late=True),
    }
    story = await begin(acts, files=LINTED)
    run = await start(story, plan(one="porter", two="python-backend-engineer"))
    with pytest.raises(BaseException) as died:  # noqa: PT011 - of any group
        await story.orchestrator.drive(run)
    assert died.group_contains(Killed) or died.type is Killed

    status = await story.orchestrator.drive(run)

    assert status.state == "passed", status.model_dump_json(indent=1)
    told = story.brief("two", 2)
    assert [b.task.subagent_type for b in story.runtime.briefs if b.round == 2] == ["porter"] * 2
    assert sorted(story.paid()) == ["one/1", "review/1", "two/1", "two/2", "two/2"]
    (lint,) = [finding for finding in told.findings if finding.gate == "lint"]
    assert lint.rule == "F821"
    assert lint.message.endswith("(introduced by one: Do one)")
    assert (await story.facts(run))["two/1/closed"].body["agent"] == "porter"
    await verify(story.orchestrator.repository.git, await story.orchestrator.facts(run))


async def test_no_more_agents_work_at_once_than_there_are_slots(begin: Begin) -> None:
    at_work, most = 0, 0

    async def counted(brief: Brief, workspace: Workspace) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0.05)
        at_work -= 1

    names = ("one", "two", "three")
    story = await begin(dict.fromkeys(names, counted))
    run = await story.orchestrator.start(
        REQUEST, plan(**dict.fromkeys(names, PLANNER)), runtime="acting",
        script=str(story.folder.parent), max_parallel=1,
    )  # fmt: skip

    assert (await story.orchestrator.drive(run)).state == "passed"
    assert most == 1
