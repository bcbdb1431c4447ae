"""A run as reports show it: folded from facts by the line, rendered by briefs."""

from __future__ import annotations

from typing import Literal

from pullcord.model.quality import Receipt
from pullcord.model.run import State
from pullcord.model.value import Value


class TaskView(Value):
    """One task of a run.

    `contribution` is one line on what the agent did (its summary's overview), `achievements` its
    implementation details, `considerations` its handoff notes; all empty before the handoff.
    `waits_for` is the question that holds it up, `skipped` why an optional task was not needed.
    """

    id: str
    agent: str
    description: str
    state: Literal["queued", "running", "waiting", "passed", "skipped", "failed"]
    round: int = 0
    contribution: str = ""
    achievements: tuple[str, ...] = ()
    considerations: tuple[str, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    waits_for: str = ""
    skipped: str = ""
    reason: str = ""
    recovery: str = ""


class CriterionView(Value):
    """An acceptance criterion or constraint and what covers it, in words."""

    text: str
    covered: bool
    by: str = ""


class SuccessView(Value):
    """One line of SPEC.md's Measuring Success, as the ledger has it."""

    text: str
    met: bool
    why: str = ""


class RunView(Value):
    """A whole run. `receipts` are those of the result, before it of the latest judgement.

    `deliverables` are lines without the count of tests, which is `tests_added`. `follow_ups` is
    what is left for later, `notes` what a reader must not miss: waived gates, work without a
    sandbox, open obligations.
    """

    run: str
    title: str
    state: State
    tasks: tuple[TaskView, ...]
    receipts: tuple[Receipt, ...] = ()
    skipped: dict[str, str] = {}
    """Gates that do not apply to this repository, and why."""
    deliverables: tuple[str, ...] = ()
    tests_added: int = 0
    cost: str = ""
    """What the run has spent, unit by unit, with its limits."""
    costs: tuple[str, ...] = ()
    """The same for each task that has cost something."""
    criteria: tuple[CriterionView, ...] = ()
    success: tuple[SuccessView, ...] = ()
    follow_ups: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
