"""Before an agent is started, its cost is reserved; a spent budget asks a person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from pullcord.line.ask import ask, questions
from pullcord.line.budget import attempts, expected, lacking, question, silent_on
from pullcord.line.parts import Parts
from pullcord.model.budget import Budgets
from pullcord.model.fact import Fact
from pullcord.model.task import Task


class Purse:
    """The budgets of a run, for all its tasks: two that work at the same time cannot both be
    promised what only one can have."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._settled = asyncio.Condition()
        self._at_work: dict[str, str] = {}
        """Attempts that hold what they reserved, and their tasks. Only those of this process: what
        a killed one left may come after the attempt that would wait for it."""

    @asynccontextmanager
    async def attempt(self, task: Task, round: int) -> AsyncIterator[None]:
        """One attempt that may be paid; Parked while there is no room for it. Without budgets
        nothing is asked and nothing recorded."""
        if self._parts.start.budgets == Budgets():
            yield
            return
        key = f"{task.id}/{round}"
        async with self._settled:
            await self._reserve(task, key)
            self._at_work[key] = task.id
        try:
            yield
        finally:
            async with self._settled:
                del self._at_work[key]
                self._settled.notify_all()
        await self._tell_unknown(task, key)

    async def _reserve(self, task: Task, key: str) -> None:
        drive = self._parts.drive
        while True:
            facts = await self._parts.facts()
            if await drive.find(f"{key}/reserved") is not None:
                return
            cost = expected(facts, task)
            scopes = [
                (scope, lacks)
                for scope in (None, task)
                if (lacks := lacking(facts, scope.id if scope else "", cost))
            ]
            if not scopes:
                await drive.record(f"{key}/reserved", dict(cost))
                return
            scope, lacks = scopes[0]
            if any(scope is None or task.id == other for other in self._at_work.values()):
                await self._settled.wait()  # they may cost less than what they reserved
                continue
            name = _name(facts, scope.id if scope else "")
            asked = question(facts, scope, lacks, task)
            await ask(drive, name, scope.id if scope else "", asked)

    async def _tell_unknown(self, task: Task, key: str) -> None:
        """Record once per unit that a budget cannot be measured: its runtime reports no cost."""
        facts, budgets = await self._parts.facts(), self._parts.start.budgets
        usage = next((a.usage for a in attempts(facts) if a.key == key), None)
        if usage is None:
            return
        for unit in {**budgets.run.limits, **budgets.task.limits}:
            if unit in silent_on(usage):
                body = {"unit": unit, "agent": task.subagent_type}
                await self._parts.drive.record(f"budget/{unit}/unknown", body)


def _name(facts: Sequence[Fact], task: str) -> str:
    """The question that is open, else the next one's name."""
    asked = [q for q in questions(facts) if q.escalation.kind == "budget" and q.task == task]
    if asked and asked[-1].answer is None:
        return asked[-1].id
    return f"{task}-budget-{len(asked) + 1}" if task else f"budget-{len(asked) + 1}"
