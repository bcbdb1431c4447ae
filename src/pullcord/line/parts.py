"""What one drive of a run works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pullcord.engine.drive import Drive
from pullcord.errors import PullcordError, Waiting
from pullcord.model.agent import Agent
from pullcord.model.fact import Fact
from pullcord.model.project import Project
from pullcord.model.run import Start
from pullcord.model.work import Environment
from pullcord.protocols import Runtime, Sandbox
from pullcord.workspace.line import RunTree
from pullcord.workspace.repository import Repository

DOCUMENTS = "docs/"
"""The folder whose files no tool reads."""
REVIEWERS = frozenset({"code-reviewer", "security-auditor"})
"""Agents that get the packet and whose report must hold a verdict."""


@dataclass(frozen=True)
class Parts:
    """The collaborators of one run, introduced to each other by the app alone.

    `verdicts` is the folder of reusable gate results; `cache` is kept between judgements of the
    repository; `clock` gives UTC time.
    """

    start: Start
    drive: Drive
    repository: Repository
    tree: RunTree
    agents: Mapping[str, Agent]
    runtime: Runtime
    sandbox: Sandbox
    environment: Environment
    project: Project
    clock: Callable[[], datetime]
    verdicts: Path
    cache: Path
    working: dict[str, float] = field(default_factory=dict, repr=False)
    """When each attempt at work began, by the event loop's clock; earlier where a killed process
    had worked on it."""
    _read: list[Fact] = field(default_factory=list, repr=False)

    async def facts(self) -> list[Fact]:
        """The run's facts until now. They never change, so only new ones are read."""
        last = self._read[-1].seq if self._read else 0
        for fact in await self.drive.ledger.read(self.drive.run, last):
            if fact.seq > (self._read[-1].seq if self._read else 0):
                self._read.append(fact)
        return list(self._read)


class Parked(Waiting):
    """The line stops here until a person answers; the question is a fact."""

    def __init__(self, ask: str, *, halts: bool = False) -> None:
        super().__init__(f"Question {ask} waits for an answer.", f"pullcord inbox {ask}")
        self.ask = ask
        self.halts = halts


class Stopped(PullcordError):
    """A person answered that the run shall end here."""
