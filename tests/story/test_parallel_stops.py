"""Parallel tasks and persons: what stops all, what stops one, what is heard."""

from __future__ import annotations

import asyncio

import pytest

from pullcord.errors import Unavailable
from pullcord.model.escalation import Escalation
from pullcord.model.report import Report
from pullcord.model.work import Brief, Workspace
from story import Begin, extend, implement, write

ALL = ("implement", "extend", "test", "review")


def unclear(brief: Brief, workspace: Workspace) -> Report:
    asked = Escalation(kind="clarification", description=f"Which {brief.task.id}?", options=("a",))
    return Report(status="blocked", escalation=asked)


def stubborn(brief: Brief, workspace: Workspace) -> None:
    write(workspace.path, "Makefile", "all:\n")


async def test_stop_ends_the_run_in_parallel_too(begin: Begin) -> None:
    story = await begin({"extend": stubborn})
    run = await story.start(*ALL, pattern="parallel")
    status = await story.orchestrator.drive(run)
    (question,) = status.open_questions
    assert "implement/1/handoff" in await story.facts(run)  # it does not wait for its neighbour

    await story.orchestrator.answer(run, question.id, "Stop the run", by="Ada")
    status = await story.orchestrator.drive(run)

    assert status.state == "failed"
    assert "Ada stopped the run" in status.why


async def test_a_runtime_that_is_not_there_is_said_as_in_any_pattern(begin: Begin) -> None:
    def absent(brief: Brief, workspace: Workspace) -> None:
        raise Unavailable("no agent program", "install it")

    story = await begin({"extend": absent})
    run = await story.start(*ALL, pattern="parallel")

    with pytest.raises(Unavailable, match="no agent program"):
        await story.orchestrator.drive(run)


async def test_each_answer_is_gone_on_with_at_once(begin: Begin) -> None:
    story = await begin({"implement": [unclear, implement], "extend": [unclear, extend]})
    run = await story.start(*ALL, pattern="parallel")
    status = await story.orchestrator.drive(run)
    assert {q.task for q in status.open_questions} == {"implement", "extend"}

    await story.orchestrator.answer(run, "extend-1", "1", by="Ada")
    status = await story.orchestrator.drive(run)

    assert status.state == "waiting"
    assert "extend/2/handoff" in await story.facts(run)
    await story.orchestrator.answer(run, "implement-1", "1", by="Ada")
    assert (await story.orchestrator.drive(run)).state == "passed"


async def test_a_question_with_a_default_does_not_wait_for_one_without(begin: Begin) -> None:
    def alarmed(brief: Brief, workspace: Workspace) -> Report:
        asked = Escalation(kind="debt", description="Quick or right?", options=("quick", "right"))
        return Report(status="blocked", escalation=asked)

    def asks(brief: Brief, workspace: Workspace) -> Report:
        asked = Escalation(
            kind="clarification", description="Which?", options=("a",), recommendation="a"
        )
        return Report(status="blocked", escalation=asked)

    story = await begin({"implement": [alarmed, implement], "extend": [asks, extend]})
    run = await story.start(*ALL, pattern="parallel")

    status = await story.orchestrator.drive(run, on_escalation="default")

    assert status.state == "waiting"
    assert [q.task for q in status.open_questions] == ["implement"]
    assert "extend/2/handoff" in await story.facts(run)


async def test_what_a_neighbour_had_done_when_the_run_was_stopped_is_kept(begin: Begin) -> None:
    async def endless(brief: Brief, workspace: Workspace) -> None:
        write(workspace.path, "tiny/half.py", "HALF = 1\n")
        if brief.round == 2:
            await asyncio.Event().wait()

    story = await begin({"implement": [unclear, endless], "extend": stubborn})
    run = await story.start(*ALL, pattern="parallel")
    status = await story.orchestrator.drive(run)
    for question in status.open_questions:
        word = "Stop the run" if question.task == "extend" else "1"
        await story.orchestrator.answer(run, question.id, word, by="Ada")

    status = await story.orchestrator.drive(run)

    assert status.state == "failed"
    refs = story.refs(run)
    if "implement/2/opened" in await story.facts(run):
        assert "implement/2/work" in refs
        assert "implement/2/done" in refs


async def test_who_waits_goes_on_with_the_first_answer(begin: Begin) -> None:
    story = await begin({"implement": [unclear, implement], "extend": [unclear, extend]})
    run = await story.start(*ALL, pattern="parallel")
    waits = asyncio.ensure_future(story.orchestrator.drive(run, on_escalation="wait"))
    asked = set()
    async for fact in story.orchestrator.follow(run):
        asked |= {fact.key} & {"ask/extend-1", "ask/implement-1"}
        if len(asked) == 2:
            await story.orchestrator.answer(run, "extend-1", "1", by="Ada")
            asked.clear()
        if fact.key == "extend/2/handoff":
            break
    assert not waits.done()

    await story.orchestrator.answer(run, "implement-1", "1", by="Ada")

    assert (await waits).state == "passed"
