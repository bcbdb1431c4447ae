"""Scripted agents whose every call leaves a line: what was paid for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pullcord.chaos.reaper import pass_by
from pullcord.model.agent import Agent
from pullcord.model.report import Report
from pullcord.model.task import Task
from pullcord.model.work import Brief, Workspace
from pullcord.process import Limits
from pullcord.protocols import Box, Runtime, Sandbox
from pullcord.runtimes.scripted import Scripted
from pullcord.workspace.git import Git

CALLS = "calls"
"""The file, in the folder of a trial, with a line for each call: the attempt, and whether its work
was published before."""
HALF = "docs/temp/half-done.md"
_WORK = f"mkdir -p docs/temp; date +%s.%N > {HALF}; exec sleep 600"
FRESH, AGAIN = "fresh", "published"


@dataclass(frozen=True)
class Counted:
    """A runtime in the folder of a trial."""

    runtime: Runtime
    name: str = "counted"

    async def run(
        self, agent: Agent, brief: Brief, workspace: Workspace, sandbox: Sandbox
    ) -> Report:
        attempt = f"{brief.task.id}/{brief.round}"
        work = await Git(Path("repo")).resolve(f"refs/pullcord/{brief.run}/{attempt}/work")
        with Path(CALLS).open("a") as calls:
            calls.write(f"{attempt} {AGAIN if work else FRESH}\n")
        await _half(attempt, workspace, sandbox)
        return await self.runtime.run(agent, brief, workspace, sandbox)


async def _half(attempt: str, workspace: Workspace, sandbox: Sandbox) -> None:
    """Work that no other call would do in the same way, by a process that does not end by itself:
    whoever dies now must leave no process, and what was done must be rescued."""
    box = Box(repo=workspace.path, writable=True, environment=workspace.environment)
    working = asyncio.ensure_future(sandbox.run(["sh", "-c", _WORK], box, Limits()))
    done = workspace.path / HALF
    while not (done.is_file() and done.stat().st_size) and not working.done():  # noqa: ASYNC110 - a file
        await asyncio.sleep(0.005)
    pass_by("during", attempt)
    working.cancel()
    await asyncio.wait((working,))
    done.unlink()


def make(script: str, tasks: Sequence[Task]) -> Counted:
    """The factory of the runtime; see runtimes/__init__.py."""
    return Counted(Scripted.parse(script, tasks))
