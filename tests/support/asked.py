"""A Flow that hands everything off at once and writes down what it was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pullcord.model.quality import Expectation, Finding, Obligation, Receipt, Verdict
from pullcord.model.report import Review
from pullcord.model.task import Task
from pullcord.model.work import Handoff


class Asked:
    """`reviews` are the verdicts that a task's reviewer gives, one after the other; `red` are the
    tests that are red at a task's handoffs, likewise (None: none)."""

    def __init__(
        self,
        reviews: Mapping[str, Sequence[Review]] | None = None,
        red: Mapping[str, Sequence[Finding | None]] | None = None,
    ) -> None:
        self.worked: list[str] = []
        self.findings: list[tuple[Finding, ...]] = []
        self.expectations: list[Expectation] = []
        self.obligations: list[tuple[Obligation, ...]] = []
        self.skipped: list[str] = []
        self._reviews = {task: iter(given) for task, given in (reviews or {}).items()}
        self._red = {task: iter(given) for task, given in (red or {}).items()}

    async def work(
        self,
        task: Task,
        *,
        findings: Sequence[Finding] = (),
        expectation: Expectation = Expectation(),
        obligations: Sequence[Obligation] = (),
        alongside: Sequence[Task] = (),
    ) -> Handoff:
        self.worked.append(task.id)
        self.findings.append(tuple(findings))
        self.expectations.append(expectation)
        self.obligations.append(tuple(obligations))
        found = next(self._red.get(task.id, iter(())), None)
        verdict = Verdict(gate="tests", outcome="pass", red=(found,) if found else ())
        return Handoff(
            task=task.id,
            round=self.worked.count(task.id),
            commit="c0ffee",
            summary_path="docs/temp/summary.md",
            receipts=(Receipt(verdict=verdict, tree="", policy=""),),
            review=next(self._reviews.get(task.id, iter(())), None),
        )

    async def skip(self, task: Task, reason: str) -> None:
        self.skipped.append(task.id)

    async def contract_settled(self, task: Task) -> str:
        return ""
