"""Scripted agents whose every call leaves a line: what was paid for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pullcord.model.agent import Agent
from pullcord.model.report import Report
from pullcord.model.task import Task
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Runtime, Sandbox
from pullcord.runtimes.scripted import Scripted
from pullcord.workspace.git import Git

CALLS = "calls"
"""The file, in the folder of a trial, with a line for each call: the attempt, and whether its work
was published before."""
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
        return await self.runtime.run(agent, brief, workspace, sandbox)


def make(script: str, tasks: Sequence[Task]) -> Counted:
    """The factory of the runtime; see runtimes/__init__.py."""
    return Counted(Scripted.parse(script, tasks))
