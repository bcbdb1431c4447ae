"""Cancel: agents dead, their work kept, the run ended."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli_story import scripted, workshop
from pullcord.app import Orchestrator
from pullcord.model.work import Brief, Workspace
from pullcord.process.group import processes
from pullcord.workspace.repository import Repository
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


HANGS = "echo half > tiny/half.py; sleep 86397 & setsid sleep 86397 & sleep 86397"
"""Leaves a child, a daemon in a session of its own, and does not end."""


def asleep() -> list[int]:
    return [pid for pid, p in processes().items() if p.living and _sleeps(pid)]


def _sleeps(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() == b"sleep\x0086397\x00"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_another_process_ends_agents_and_their_daemons_within_two_seconds(
    tmp_path: Path,
) -> None:
    repo = workshop(tmp_path)
    runtime = scripted(tmp_path, {"python-backend-engineer": [{"run": [["sh", "-c", HANGS]]}]})
    driver = subprocess.Popen(
        [sys.executable, "-m", "pullcord", "run", "-f", tmp_path / "plan.py", "-C", repo,
         "--runtime", runtime],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while len(asleep()) < 3:
            assert driver.poll() is None
            await asyncio.sleep(0.1)
        orchestrator = Orchestrator(await Repository.find(repo))
        run = await orchestrator.resolve("@last")
        begun = time.monotonic()
        cancelling = asyncio.create_task(orchestrator.cancel(run, by="Ada"))
        while asleep():
            await asyncio.sleep(0.05)
        took = time.monotonic() - begun

        assert (await cancelling).state == "cancelled"
        assert took < 2
        assert driver.wait(30) == 1
        half = git(repo, "show", f"refs/pullcord/{run}/subtract/1/work:tiny/half.py")
        assert half == "half"
        assert (await orchestrator.cancel(run, by="Bo")).why == "cancelled by Ada"
    finally:
        driver.kill()
        driver.wait()
