"""Effects that do nothing, recorded for good, beside plain SQLite with the same durability."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from table import Row, show

from pullcord.engine.drive import Body, Drive
from pullcord.ledger.memory import MemoryLedger
from pullcord.ledger.sqlite import SqliteLedger
from pullcord.protocols import Ledger

EFFECTS = 1500
ROUNDS = 3


async def main() -> None:
    best: dict[str, float] = {"plain": 0, "once": 0, "again": 0, "memory": 0}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(dir=".") as name:
            folder = Path(name)
            on_disk = SqliteLedger(folder / "ledger.db", lambda: "2026-11-22T12:00:00+00:00")
            in_memory = MemoryLedger(lambda: "2026-11-22T12:00:00+00:00")
            for kind, work in (
                ("plain", plain(folder / "plain.db")),
                ("once", once(on_disk)),
                ("again", once(on_disk)),
                ("memory", once(in_memory)),
            ):
                best[kind] = max(best[kind], await per_second(work))
            on_disk.close()
    sqlite = ("plain SQLite", best["plain"])
    show(
        [
            Row("durable effects", best["once"], "/s", *sqlite, ">= 1000/s"),
            Row("answered from facts", best["again"], "/s", *sqlite),
            Row("effects in memory", best["memory"], "/s", *sqlite),
        ]
    )


async def per_second(work: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    await work()
    return EFFECTS / (time.perf_counter() - started)


def once(ledger: Ledger) -> Callable[[], Awaitable[None]]:
    async def nothing() -> Body:
        return {"commit": "0" * 40}

    async def work() -> None:
        drive = Drive(ledger, "r-1", await ledger.claim("r-1"))
        for number in range(EFFECTS):
            await drive.once(f"task/{number}/published", nothing)

    return work


def plain(path: Path) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        db = sqlite3.connect(path, isolation_level=None)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("CREATE TABLE fact (key TEXT PRIMARY KEY, body TEXT)")
        for number in range(EFFECTS):
            db.execute("INSERT INTO fact VALUES (?, ?)", (f"task/{number}/published", "0" * 40))
        db.close()

    return work


if __name__ == "__main__":
    asyncio.run(main())
