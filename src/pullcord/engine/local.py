"""The local driver: a file lock per run says which process works; the others follow."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from pullcord.engine.drive import Drive
from pullcord.protocols import Ledger

RETRY_S = 0.2


class LocalDriver:
    """Drives runs in this process. The kernel drops the lock when the process dies, however it
    dies, so that one of the followers inherits the run without a clock or a heartbeat."""

    def __init__(self, ledger: Ledger, locks: Path) -> None:
        self._ledger = ledger
        self._locks = locks

    async def drive(self, run: str, work: Callable[[Drive], Awaitable[None]]) -> None:
        """Wait until no other process drives the run, then do `work` with a fresh epoch."""
        async with self._lock(run):
            epoch = await self._ledger.claim(run)
            await work(Drive(self._ledger, run, epoch))

    def driven(self, run: str) -> bool:
        """Whether a living process, this one included, drives the run now."""
        descriptor = self._open(run)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    @asynccontextmanager
    async def _lock(self, run: str) -> AsyncIterator[None]:
        descriptor = self._open(run)
        try:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    await asyncio.sleep(RETRY_S)
            yield
        finally:
            os.close(descriptor)

    def _open(self, run: str) -> int:
        self._locks.mkdir(parents=True, exist_ok=True)
        path = self._locks / f"{run}.lock"
        # Not inherited: an agent's process must not keep the run locked after us.
        return os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
