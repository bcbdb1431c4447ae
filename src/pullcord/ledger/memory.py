"""A ledger that lives as long as the process: for tests and throwaway runs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from pullcord.errors import StaleEpoch
from pullcord.ledger.chain import canonical, link
from pullcord.model.fact import Fact


class MemoryLedger:
    """The same promises as SqliteLedger, without the disk."""

    def __init__(self, clock: Callable[[], str]) -> None:
        self._clock = clock
        self._facts: dict[str, list[Fact]] = {}
        self._epochs: dict[str, int] = {}

    async def append(self, run: str, key: str, body: dict[str, Any], *, epoch: int) -> Fact:
        current = self._epochs.get(run, 0)
        if epoch and epoch != current:
            raise StaleEpoch(f"Run {run} was taken over by another process.")
        if existing := await self.get(run, key):
            return existing
        facts = self._facts.setdefault(run, [])
        last = facts[-1] if facts else None
        stored = json.loads(canonical(body))
        fact = link(last, run, key, stored, epoch=epoch or current, at=self._clock())
        facts.append(fact)
        return fact

    async def get(self, run: str, key: str) -> Fact | None:
        return next((fact for fact in self._facts.get(run, []) if fact.key == key), None)

    async def read(self, run: str, after: int = 0) -> list[Fact]:
        return [fact for fact in self._facts.get(run, []) if fact.seq > after]

    async def runs(self) -> list[str]:
        return list(self._facts)

    async def claim(self, run: str) -> int:
        self._epochs[run] = self._epochs.get(run, 0) + 1
        return self._epochs[run]

    async def follow(self, run: str, after: int = 0) -> AsyncIterator[Fact]:
        while True:
            for fact in await self.read(run, after):
                after = fact.seq
                yield fact
            await asyncio.sleep(0.01)
