"""What every runtime keeps. A further one is added to CASES."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pullcord import agents
from pullcord.briefs import summary as summaries
from pullcord.model.report import Report
from pullcord.model.request import Request
from pullcord.model.task import Task
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Runtime, Sandbox
from pullcord.runtimes import runtime_for
from pullcord.sandbox import choose

SUMMARY = "docs/temp/agent_20261122_090507_sprint-manager_break-down.md"
SCRIPT = """\
tasks:
  break-down:
    - write: {docs/plan.md: "the plan"}
      run: [[sh, -c, "echo made > made.txt"]]
"""


@dataclass(frozen=True)
class Given:
    """A runtime with something to do for it."""

    runtime: Runtime
    brief: Brief
    workspace: Workspace


def brief() -> Brief:
    task = Task(
        id="break-down",
        subagent_type="sprint-manager",
        description="Break down requirements: Log workouts",
        prompt="Break the request down.",
    )
    request = Request(title="Log workouts", criteria=("A workout is stored.",))
    return Brief(
        run="r-1",
        text="Break the request down.",
        task=task,
        round=1,
        request=request,
        written_at="2026-11-22 09:05:07",
        summary_path=SUMMARY,
    )


def scripted(folder: Path) -> Given:
    runtime = runtime_for("scripted:FILE", SCRIPT, [brief().task])
    return Given(runtime, brief(), workspace(folder))


def workspace(folder: Path) -> Workspace:
    folder.mkdir()
    (folder / "README.md").write_text("A service.\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for argv in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "base"]):
        subprocess.run([*git, *argv], cwd=folder, check=True)
    return Workspace(path=folder, base="HEAD")


CASES: dict[str, Callable[[Path], Given]] = {"scripted": scripted}


@pytest.fixture(params=sorted(CASES))
def given(request: pytest.FixtureRequest, tmp_path: Path) -> Given:
    return CASES[request.param](tmp_path / "workspace")


@pytest.fixture
async def sandbox() -> Sandbox:
    return await choose(unsafe=False)


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


async def run(given: Given, sandbox: Sandbox) -> Report:
    agent = agents.load()[given.brief.task.subagent_type]
    return await given.runtime.run(agent, given.brief, given.workspace, sandbox)


async def test_the_agent_leaves_its_summary_at_the_reserved_path(
    given: Given, sandbox: Sandbox
) -> None:
    report = await run(given, sandbox)
    assert (report.status, report.exit) == ("done", 0)
    summary = summaries.parse((given.workspace.path / SUMMARY).read_text("utf-8"))
    assert (summary.agent, summary.date) == ("sprint-manager", "2026-11-22 09:05:07")


async def test_only_files_below_the_workspace_change(given: Given, sandbox: Sandbox) -> None:
    around = given.workspace.path.parent
    (around / "neighbour.txt").write_text("mine")
    before = files(around)
    await run(given, sandbox)
    changed = {path for path, data in files(around).items() if before.get(path) != data}
    assert changed
    assert {path.split("/")[0] for path in changed} == {given.workspace.path.name}
    assert before.keys() <= files(around).keys()


async def test_history_and_index_are_left_to_the_engine(given: Given, sandbox: Sandbox) -> None:
    before = files(given.workspace.path / ".git")
    await run(given, sandbox)
    assert files(given.workspace.path / ".git") == before


async def test_the_same_attempt_gives_the_same_work(
    request: pytest.FixtureRequest, tmp_path: Path, given: Given, sandbox: Sandbox
) -> None:
    again = CASES[request.node.callspec.params["given"]](tmp_path / "again")
    assert await run(given, sandbox) == await run(again, sandbox)
    first, second = (
        {
            path: data
            for path, data in files(g.workspace.path).items()
            if not path.startswith(".git/")
        }
        for g in (given, again)
    )
    assert first == second


async def test_a_cancelled_agent_stops(given: Given, sandbox: Sandbox) -> None:
    working = asyncio.create_task(run(given, sandbox))
    await asyncio.sleep(0)
    working.cancel()
    ended, _ = await asyncio.wait({working}, timeout=20)
    assert ended == {working}, "it goes on although it was cancelled"
