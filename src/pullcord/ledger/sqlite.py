"""The ledger in one SQLite file: WAL, synchronous=FULL, one writer at a time."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pullcord.errors import LedgerError, StaleEpoch
from pullcord.ledger.chain import canonical, damaged, link
from pullcord.model.fact import Fact

SCHEMA_VERSION = 1
MIGRATIONS: dict[int, str] = {
    1: """
    CREATE TABLE fact (
      run TEXT NOT NULL, seq INTEGER NOT NULL, key TEXT NOT NULL, epoch INTEGER NOT NULL,
      version INTEGER NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL,
      prev_hash TEXT NOT NULL, hash TEXT NOT NULL,
      PRIMARY KEY (run, seq), UNIQUE (run, key)
    ) STRICT;
    CREATE TABLE drive (run TEXT PRIMARY KEY, epoch INTEGER NOT NULL) STRICT;
    """,
}
"""Schema version to the statements that lead to it from the one before."""
POLL_S = 0.1
_COLUMNS = "run, seq, key, epoch, version, at, body, prev_hash, hash"


class SqliteLedger:
    """Facts of every run of one repository. `clock` returns the time of a fact, UTC ISO 8601."""

    def __init__(
        self, path: Path, clock: Callable[[], str], *, busy_timeout_s: float = 10.0
    ) -> None:
        self._path = path
        self._clock = clock
        with self._explaining():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(
                path, isolation_level=None, timeout=busy_timeout_s, check_same_thread=False
            )
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._migrate()

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise _explained(self._path, error) from error

    def _migrate(self) -> None:
        found = self._schema_version()
        if found > SCHEMA_VERSION:
            self._db.close()
            raise LedgerError(
                f"The ledger {self._path} was written by a newer pullcord "
                f"(schema {found}, this one knows {SCHEMA_VERSION}).",
                "Install the newer pullcord; nothing was changed.",
            )
        if found == SCHEMA_VERSION:
            return
        if found:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copy2(self._path, self._path.with_suffix(f".schema{found}.backup"))
        self._db.execute("BEGIN IMMEDIATE")
        # Another process may have migrated between the look and the lock.
        for version in range(self._schema_version() + 1, SCHEMA_VERSION + 1):
            for statement in filter(str.strip, MIGRATIONS[version].split(";")):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version={version}")
        self._db.execute("COMMIT")

    def _schema_version(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def close(self) -> None:
        self._db.close()

    async def append(self, run: str, key: str, body: dict[str, Any], *, epoch: int) -> Fact:
        """See protocols.Ledger. Durable when it returns."""
        with self._explaining():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                fact = self._append(run, key, body, epoch)
                self._db.execute("COMMIT")
            except BaseException:
                # A full disk may have ended the transaction already.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        return fact

    def _append(self, run: str, key: str, body: dict[str, Any], epoch: int) -> Fact:
        current = self._epoch(run)
        if epoch and epoch != current:
            raise StaleEpoch(
                f"Run {run} was taken over by another process.",
                f"Follow it with `pullcord resume {run}`.",
            )
        if existing := self._one("WHERE run=? AND key=?", run, key):
            return existing
        last = self._one("WHERE run=? ORDER BY seq DESC LIMIT 1", run)
        # What is recorded is what is read back: bodies go through JSON before they are hashed.
        stored = json.loads(canonical(body))
        fact = link(last, run, key, stored, epoch=epoch or current, at=self._clock())
        self._db.execute(
            f"INSERT INTO fact ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)",
            (*fact.model_dump(exclude={"body", "prev_hash", "hash"}).values(),
             canonical(fact.body), fact.prev_hash, fact.hash),
        )  # fmt: skip
        return fact

    def _epoch(self, run: str) -> int:
        row = self._db.execute("SELECT epoch FROM drive WHERE run=?", (run,)).fetchone()
        return int(row[0]) if row else 0

    def _one(self, where: str, *values: object) -> Fact | None:
        return next(iter(self._all(where, *values)), None)

    def _all(self, where: str, *values: object) -> list[Fact]:
        return [_fact(row) for row in self._rows(f"SELECT {_COLUMNS} FROM fact {where}", *values)]

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._explaining():
            return self._db.execute(query, values).fetchall()

    async def get(self, run: str, key: str) -> Fact | None:
        return self._one("WHERE run=? AND key=?", run, key)

    async def read(self, run: str, after: int = 0) -> list[Fact]:
        return self._all("WHERE run=? AND seq>? ORDER BY seq", run, after)

    async def runs(self) -> list[str]:
        """The ids of all runs, oldest first."""
        rows = self._rows("SELECT run FROM fact WHERE seq=1 ORDER BY at, rowid")
        return [str(run) for (run,) in rows]

    async def claim(self, run: str) -> int:
        """See protocols.Ledger."""
        with self._explaining():
            row = self._db.execute(
                "INSERT INTO drive VALUES (?, 1) "
                "ON CONFLICT (run) DO UPDATE SET epoch = epoch + 1 RETURNING epoch",
                (run,),
            ).fetchone()
        return int(row[0])

    async def follow(self, run: str, after: int = 0) -> AsyncIterator[Fact]:
        """The facts of a run as they come; ends only when the caller stops."""
        while True:
            for fact in await self.read(run, after):
                after = fact.seq
                yield fact
            await asyncio.sleep(POLL_S)


def _fact(row: tuple[Any, ...]) -> Fact:
    run, seq, key, epoch, version, at, body, prev_hash, digest = row
    try:
        stored = json.loads(body)
    except ValueError as error:
        raise damaged(run, seq, key) from error
    return Fact(
        run=run, seq=seq, key=key, epoch=epoch, version=version, at=at,
        body=stored, prev_hash=prev_hash, hash=digest,
    )  # fmt: skip


def _explained(path: Path, error: Exception) -> LedgerError:
    text = str(error)
    if "locked" in text or "busy" in text:
        return LedgerError(
            f"The ledger {path} is locked by another program.",
            "End the program that holds it open, then run the same command again.",
        )
    if isinstance(error, OSError) or "readonly" in text or "unable to open" in text:
        return LedgerError(
            f"The ledger {path} cannot be written: {text}.",
            "Give this user the right to write there, then run the same command again.",
        )
    if "disk is full" in text or "disk I/O" in text:
        return LedgerError(
            f"The disk that holds the ledger {path} is full or failing: {text}.",
            "Free some space (`pullcord clean` shows sizes); every recorded fact is safe.",
        )
    return LedgerError(
        f"The ledger {path} cannot be used: {text}.", "Restore it from a backup or move it away."
    )
