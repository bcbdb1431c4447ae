"""The seams: everything that has, or will have, more than one implementation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pullcord.model.agent import Agent
from pullcord.model.fact import Fact
from pullcord.model.project import Project
from pullcord.model.quality import Expectation, Finding, Obligation, Verdict
from pullcord.model.report import Report
from pullcord.model.task import Task
from pullcord.model.work import Brief, Change, Environment, Handoff, Workspace
from pullcord.process import Completed, Limits


@dataclass(frozen=True)
class Box:
    """What a sandboxed command sees.

    `repo` appears at /repo (read-only unless `writable`), `environment` at /env, `reports` (when
    given) writable at /reports, `cache` writable at /cache. `network` is off unless asked for.
    `env` is added to a clean environment.
    """

    repo: Path
    writable: bool = False
    environment: Environment | None = None
    reports: Path | None = None
    cache: Path | None = None
    network: bool = False
    env: dict[str, str] = field(default_factory=dict)
    readonly: tuple[str, ...] = ()
    """Paths inside a writable /repo that stay read-only (`.git`)."""


class Sandbox(Protocol):
    """Where agents' commands and gates run."""

    name: str

    async def run(self, argv: Sequence[str], box: Box, limits: Limits) -> Completed:
        """Run argv with cwd /repo. Never raises for a failing command; raises Unavailable when the
        sandbox itself cannot be made."""
        ...


class Runtime(Protocol):
    """What executes an agent."""

    name: str

    async def run(
        self, agent: Agent, brief: Brief, workspace: Workspace, sandbox: Sandbox
    ) -> Report:
        """Let the agent work in the workspace until it ends. Writes only below workspace.path."""
        ...


@dataclass(frozen=True)
class Case:
    """What a gate judges: an exported, read-only tree beside the trees it is compared with.

    `tree` is what is judged; `before` the attempt's parent, `trusted` the run's base, from which
    configuration and thresholds are taken. `changes` lead from `before` to `tree`. `agent` is None
    when a person's working tree is judged; `summary_path` is '' when no summary is due. `writes` is
    what the task may change, where that is less than its agent may (() for all of that); `authors`
    are further agents whose summaries of earlier rounds stand in the change. `elsewhere` are locked
    contracts that are for tasks beside this one to implement.
    """

    tree: Path
    before: Path
    trusted: Path
    changes: tuple[Change, ...]
    project: Project
    sandbox: Sandbox
    environment: Environment
    scratch: Path
    """A private writable folder of this judgement, for reports and caches."""
    cache: Path
    """A folder kept between judgements of one repository (type checker's cache)."""
    agent: Agent | None = None
    summary_path: str = ""
    expectation: Expectation = Expectation()
    obligations: tuple[Obligation, ...] = ()
    writes: tuple[str, ...] = ()
    authors: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()


class Gate(Protocol):
    """A judge that changes nothing. An exception is turned into `error` by the caller."""

    name: str

    def applies(self, case: Case) -> str:
        """'' when the gate applies to this repository, else why not. Decided from `trusted`."""
        ...

    async def judge(self, case: Case) -> Verdict: ...


class Ledger(Protocol):
    """The append-only, hash-chained list of facts."""

    async def append(self, run: str, key: str, body: dict[str, Any], *, epoch: int) -> Fact:
        """Record a fact, or return the one that has this key already.

        Raises StaleEpoch when the run has been taken over. `epoch` 0 is for writers that do not
        drive (answers, cancellation) and is always accepted.
        """
        ...

    async def get(self, run: str, key: str) -> Fact | None: ...

    async def read(self, run: str, after: int = 0) -> list[Fact]:
        """The facts of a run with seq > after, in order."""
        ...

    async def runs(self) -> list[str]: ...

    async def claim(self, run: str) -> int:
        """Raise and return the run's epoch: earlier drivers can no longer write."""
        ...

    def follow(self, run: str, after: int = 0) -> AsyncIterator[Fact]:
        """The facts of a run as they come, without end."""
        ...


class Flow(Protocol):
    """What a pattern may do; every method is durable and may be repeated."""

    async def work(
        self,
        task: Task,
        *,
        findings: Sequence[Finding] = (),
        expectation: Expectation = Expectation(),
        obligations: Sequence[Obligation] = (),
        alongside: Sequence[Task] = (),
    ) -> Handoff:
        """Give the task to its agent until the gates open; merge; return the handoff.

        With `findings` a further round begins. Red rounds 1 and 2 are repeated with their findings,
        a red round 3 escalates. `alongside` are the tasks that run at the same time. Raises Waiting
        when a person must answer first.
        """
        ...

    async def skip(self, task: Task, reason: str) -> None:
        """Record that an optional task is not needed."""
        ...

    async def contract_settled(self, task: Task) -> str:
        """Why the request that a task serves needs no contract change; '' when it may need one."""
        ...
