"""What passes between agents: workspace, brief, change, handoff."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pullcord.model.quality import Finding, Receipt
from pullcord.model.report import Review
from pullcord.model.request import Request
from pullcord.model.summary import Summary
from pullcord.model.task import Task
from pullcord.model.value import Value


class Environment(Value):
    """A Python environment made by the orchestrator. `path` holds `bin/python`; `links` are further
    folders that the sandbox must show read-only at their own place; `key` changes with the content.
    """

    path: Path
    key: str
    links: tuple[Path, ...] = ()


class Workspace(Value):
    """The isolated clone in which one attempt works. `base` is the commit it started from."""

    path: Path
    base: str
    environment: Environment | None = None


class Change(Value):
    """One path that differs between two trees. A rename is a delete and an add."""

    path: str
    status: Literal["added", "modified", "deleted", "type-changed"]
    mode: str = "100644"
    """git's mode after the change: 100644, 100755, 120000 (symlink), 160000 (submodule), 000000."""


class Previous(Value):
    """An earlier task's handoff as a later brief shows it: by path and digest."""

    task: Task
    commit: str
    summary_path: str
    summary: Summary
    digest: str = ""


class Brief(Value):
    """The context given to an agent: `text` for agents that read, the rest for those that compute.

    `written_at` is the reserved UTC time `YYYY-MM-DD HH:MM:SS`; `summary_path` the reserved path of
    the summary. `findings` are what must be mended in this round, `failure` the document of them.
    `sprint_document` is a path relative to the workspace, empty when there is none. `packet` is the
    reviewer's: diff and receipts. `history` is what happened on the way: skipped steps, red rounds,
    answered questions. `assumed` is what the two sides of a red merge took for granted.
    """

    run: str
    text: str
    task: Task
    round: int
    request: Request
    written_at: str
    summary_path: str
    sprint_document: str = ""
    sprint_revision: str = ""
    previous: tuple[Previous, ...] = ()
    findings: tuple[Finding, ...] = ()
    failure: str = ""
    answers: tuple[str, ...] = ()
    packet: str = ""
    history: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    @property
    def own(self) -> tuple[Previous, ...]:
        """The earlier handoffs of the task's own chain."""
        return tuple(each for each in self.previous if each.task.chain == self.task.chain)


class Handoff(Value):
    """What a task passes on. `commit` contains the summary with its Quality Validation."""

    task: str
    round: int
    commit: str
    summary_path: str
    receipts: tuple[Receipt, ...]
    review: Review | None = None

    @property
    def red(self) -> tuple[Finding, ...]:
        """Tests that were expected to be red here, and are for somebody to turn green."""
        return tuple(finding for receipt in self.receipts for finding in receipt.verdict.red)
