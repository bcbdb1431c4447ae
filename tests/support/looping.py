"""Two branches that loop at the same time, killed at any fact: for tests/story/test_once.py.

Stands in a module of its own because a process that multiprocessing starts must find it by name.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pullcord.engine.drive import Body, Drive
from pullcord.ledger.sqlite import SqliteLedger
from pullcord.model.fact import Fact

RUN = "r-1"
BRANCHES = ("backend", "frontend")


@dataclass
class Mortal:
    """A ledger whose process is killed at the given append: before it, or after it is durable."""

    ledger: SqliteLedger
    at: int
    after: bool
    appended: int = 0

    async def append(self, run: str, key: str, body: dict[str, Any], *, epoch: int) -> Fact:
        self.appended += 1
        if self.appended == self.at and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        fact = await self.ledger.append(run, key, body, epoch=epoch)
        if self.appended == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        return fact

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)


def drive(
    folder: Path, *, at: int = 0, after: bool = False, order: Sequence[str] = BRANCHES
) -> None:
    """One process that drives the run from the top until it ends or dies at append `at`."""
    asyncio.run(_drive(folder, at, after, order))


async def _drive(folder: Path, at: int, after: bool, order: Sequence[str]) -> None:
    ledger = SqliteLedger(folder / "ledger.db", lambda: "2026-11-22T12:00:00+00:00")
    mine = Drive(Mortal(ledger, at, after), RUN, await ledger.claim(RUN))
    await asyncio.gather(*(_branch(mine, folder, name) for name in order))


async def _branch(drive: Drive, folder: Path, name: str) -> None:
    """Rounds until one is green. How many there are, and what each gives, follows from the ones
    before it, so that another branch's result would lead elsewhere."""
    result = name
    for number in range(1, 9):
        work = await drive.once(
            f"{name}/{number}/work", _effect(folder, f"{name}.{number}.work", result)
        )
        gate = await drive.once(
            f"{name}/{number}/gate", _effect(folder, f"{name}.{number}.gate", work["result"])
        )
        result = gate["result"]
        if int(result, 16) % 4 == 0:
            break
    await drive.record(f"{name}/done", {"rounds": number, "result": result})


def _effect(folder: Path, name: str, given: str) -> Any:
    async def effect() -> Body:
        result = hashlib.sha256(f"{name}:{given}".encode()).hexdigest()[:8]
        published = folder / "published" / name
        if not published.exists():
            await asyncio.sleep(0)
            with (folder / "paid").open("a") as paid:
                paid.write(f"{name}\n")
            fresh = folder / f"{name}.fresh"
            fresh.write_text(result)
            fresh.rename(published)
        # Branches overtake each other: the order of facts is not the order of code.
        for _ in range(int(result, 16) % 5):
            await asyncio.sleep(0)
        return {"result": published.read_text()}

    return effect
