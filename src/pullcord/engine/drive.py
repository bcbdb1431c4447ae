"""One claim of a run: effects answered from facts, or done and recorded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pullcord.protocols import Ledger

Body = dict[str, Any]


@dataclass(frozen=True)
class Drive:
    """The right to write to one run. Recovery makes a new Drive and runs the pattern from the top;
    everything done is answered from facts (DESIGN.md section 4)."""

    ledger: Ledger
    run: str
    epoch: int

    async def once(self, key: str, effect: Callable[[], Awaitable[Body]]) -> Body:
        """The body of the fact `key`; when there is none yet, do `effect` and record its result.

        `effect` must publish its bytes before it returns and adopt bytes that are there already: a
        fact never names bytes that are not there, and a kill between the two repeats it.
        """
        if fact := await self.ledger.get(self.run, key):
            return fact.body
        return (await self.ledger.append(self.run, key, await effect(), epoch=self.epoch)).body

    async def record(self, key: str, body: Body) -> Body:
        """Record what is already true; the first to record a key wins."""
        return (await self.ledger.append(self.run, key, body, epoch=self.epoch)).body

    async def find(self, key: str) -> Body | None:
        fact = await self.ledger.get(self.run, key)
        return fact.body if fact else None
