"""Merges of parallel tasks that are red: who mends them, what they are told, what a person sees."""

from __future__ import annotations

import asyncio

from pullcord.briefs import summary as summaries
from pullcord.briefs.escalation import parse, render
from pullcord.line.verify import verify
from pullcord.model.summary import Decision, Summary
from pullcord.model.task import Plan, Task
from pullcord.model.work import Brief, Workspace
from story import REQUEST, Act, Begin, Story, git, write

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
