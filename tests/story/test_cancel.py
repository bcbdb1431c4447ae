"""Cancel: agents dead, their work kept, the run ended."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pullcord.model.work import Brief, Workspace
from story import Story, approve, git, idle, write


async def test_a_cancelled_run_keeps_what_its_agent_had_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def long(brief: Brief, workspace: Workspace) -> None:
        write(workspace.path, "tiny/half.py", '"""Half done."""\n')
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    story = await Story.begin(tmp_path, monkeypatch, {"implement": long, "review": approve})
    run = await story.start("implement", "review")
    driving = asyncio.create_task(story.orchestrator.drive(run))
    async with asyncio.timeout(30):
        await begun.wait()

    status = await story.orchestrator.cancel(run, by="Ada")

    assert ended.is_set()
    assert (await driving).state == status.state == "cancelled"
    assert status.why == "cancelled by Ada"
    refs = story.refs(run)
    assert git(story.folder, "show", f"{refs['implement/1/work']}:tiny/half.py").startswith(
        '"""Half'
    )
    opened = (await story.facts(run))["implement/1/opened"].body
    summary = git(story.folder, "show", f"{refs['implement/1/done']}:{opened['summary_path']}")
    assert "Written by pullcord" in summary
    assert refs["head"] == refs["base"]
    assert (await story.orchestrator.drive(run)).state == "cancelled"
    assert story.paid() == ["implement/1"]


async def test_a_run_that_nobody_drives_is_cancelled_without_starting_an_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await Story.begin(tmp_path, monkeypatch, {"implement": idle, "review": approve})
    run = await story.start("implement", "review")

    assert (await story.orchestrator.cancel(run, by="Ada")).state == "cancelled"
    assert story.paid() == []


async def test_a_run_that_has_passed_stays_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await Story.begin(tmp_path, monkeypatch, {"implement": idle, "review": approve})
    run = await story.start("implement", "review")
    assert (await story.orchestrator.drive(run)).state == "passed"

    assert (await story.orchestrator.cancel(run, by="Ada")).state == "passed"
