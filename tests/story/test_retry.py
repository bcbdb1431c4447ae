"""Another attempt by a person's wish: of a task that waits, of an ended run, of a handed-off task."""

from __future__ import annotations

import asyncio

import pytest

from pullcord.app import Orchestrator
from pullcord.errors import Conflict, NotFound
from pullcord.line.ask import STOP
from pullcord.line.verify import verify
from pullcord.model.report import Report, Review
from pullcord.model.work import Brief, Workspace
from story import Begin, Story, git, noon, write


def red(brief: Brief, workspace: Workspace) -> None:
    write(workspace.path, "Makefile", f"round:\n\techo {brief.round}\n")


def mended(brief: Brief, workspace: Workspace) -> None:
    (workspace.path / "Makefile").unlink(missing_ok=True)


def unsaid(brief: Brief, workspace: Workspace) -> Report:
    """An approval that says nothing of the criteria."""
    return Report(status="done", review=Review(decision="approve"))


def another_process(story: Story) -> Orchestrator:
    return Orchestrator(
        story.orchestrator.repository, clock=noon, cache=story.folder.parent / "cache"
    )


async def test_a_failed_run_goes_on_from_its_last_red_commit_with_the_text(begin: Begin) -> None:
    story = await begin({"design": [red, red, red, mended]})
    status = await story.run("design", "review")
    stop = status.open_questions[0]
    await story.orchestrator.answer(status.run, stop.id, STOP, by="Ada")
    assert (await story.orchestrator.drive(status.run)).state == "failed"

    after = await story.orchestrator.retry(status.run, "design", text="No Makefile.", by="Ada")

    assert after.state == "interrupted"
    ended = await another_process(story).drive(status.run)
    assert ended.state == "passed"
    assert story.paid()[3:] == ["design/4", "review/1"]
    assert any("Ada: No Makefile." in f.message for f in story.brief("design", 4).findings)
    refs = story.refs(status.run)
    facts = await story.facts(status.run)
    base = facts["design/4/opened"].body["base"]  # with the document of what was red
    assert git(story.folder, "rev-parse", f"{base}^") == refs["design/3/done"]
    assert facts["run/finished"].body["state"] == "failed"
    assert facts["run/finished/1"].body["state"] == "passed"
    assert await story.orchestrator.apply(status.run) == "main"
    with pytest.raises(Conflict, match="is applied to main") as refused:
        await story.orchestrator.retry(status.run, "design", by="Ada")
    assert refused.value.hint == f"pullcord fork {status.run} --from design"


async def test_a_cancelled_run_goes_on_and_can_be_cancelled_again(begin: Begin) -> None:
    begun = asyncio.Event()

    async def long(brief: Brief, workspace: Workspace) -> None:
        write(workspace.path, "docs/half.md", f"{brief.round}\n")
        begun.set()
        await asyncio.sleep(60 if brief.round < 3 else 0)

    story = await begin({"design": long})
    run = await story.start("design", "review")
    for _ in range(2):
        begun.clear()
        driving = asyncio.create_task(story.orchestrator.drive(run))
        await begun.wait()
        with pytest.raises(Conflict, match="Another process works on"):
            await story.orchestrator.retry(run, "design", by="Ada")
        await another_process(story).cancel(run, by="Ada")
        assert (await driving).state == "cancelled"
        await story.orchestrator.retry(run, "design", by="Ada")

    assert (await story.orchestrator.drive(run)).state == "passed"
    assert story.paid() == ["design/1", "design/2", "design/3", "review/1"]
    assert "cancel/1" in await story.facts(run)


async def test_a_handed_off_task_is_worked_again_and_what_builds_on_it_too(begin: Begin) -> None:
    story = await begin({"review": [unsaid, said]})
    status = await story.run("design", "review")
    assert [q.id for q in status.open_questions] == ["criteria"]

    again = await story.orchestrator.retry(status.run, "design", text="Say more.", by="Ada")
    assert [task.state for task in again.tasks] == ["queued", "queued"]
    status = await story.orchestrator.drive(status.run)

    assert status.state == "passed"
    assert story.paid() == ["design/1", "review/1", "design/2", "review/2"]
    told = story.brief("review", 2).findings[0].message
    assert told == "Ada: design was worked again (Say more.): see that yours fits it"
    facts = await story.facts(status.run)
    assert facts["design/2/opened"].body["parent"] == facts["review/1/handoff"].body["merge"]
    assert "result/2/judged" in facts  # another result than the one that waited
    await verify(story.orchestrator.repository.git, await story.orchestrator.facts(status.run))


def said(brief: Brief, workspace: Workspace) -> Report:
    review = Review(decision="approve", criteria=dict.fromkeys(brief.request.criteria, "met"))
    return Report(status="done", review=review)


async def test_a_task_that_asks_for_a_round_gets_it_and_the_rest_is_told_why_not(
    begin: Begin,
) -> None:
    story = await begin({"design": [red, red, red, mended]})
    status = await story.run("design", "review")
    with pytest.raises(NotFound, match="desing is no task of"):
        await story.orchestrator.retry(status.run, "desing", by="Ada")
    with pytest.raises(Conflict, match="review has not begun"):
        await story.orchestrator.retry(status.run, "review", by="Ada")

    await story.orchestrator.retry(status.run, "design", text="Leave make alone.", by="Ada")

    assert (await story.orchestrator.drive(status.run)).state == "passed"
    assert "Leave make alone." in story.brief("design", 4).text
    assert "retry/1" not in await story.facts(status.run)


async def test_who_waits_for_rounds_goes_on_when_what_it_builds_on_is_worked_again(
    begin: Begin,
) -> None:
    def spoils(brief: Brief, workspace: Workspace) -> Report:
        if "design/2" not in story.paid():
            write(workspace.path, "Makefile", f"round:\n\techo {brief.round}\n")
        else:
            mended(brief, workspace)
        return said(brief, workspace)

    story = await begin({"review": spoils})
    run = (await story.run("design", "review")).run

    after = await story.orchestrator.retry(run, "design", text="Other names.", by="Ada")

    assert after.open_questions == ()
    assert (await story.orchestrator.drive(run)).state == "passed"
    assert story.paid()[-2:] == ["design/2", "review/4"]
    assert "design is worked again: Other names." in story.brief("review", 4).text
