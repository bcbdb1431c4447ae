"""What a program writes, kept up to a cap."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextvars import ContextVar

HEARD: ContextVar[Callable[[], None] | None] = ContextVar("HEARD", default=None)
"""Called for every output of a program that is started in this context. Whoever waits for an agent
hears so that it lives, whatever runtime starts its programs."""


class Output:
    """One stream: keeps the first `cap` bytes, drops the rest, never lets the writer block."""

    def __init__(self, fd: int, cap: int) -> None:
        self._fd = fd
        self._cap = cap
        self._kept = bytearray()
        self._heard = HEARD.get()
        self._loop = asyncio.get_running_loop()
        self.truncated = False
        self.done: asyncio.Future[None] = self._loop.create_future()
        os.set_blocking(fd, False)
        self._loop.add_reader(fd, self._read)

    def _read(self) -> None:
        try:
            data = os.read(self._fd, 1 << 16)
        except BlockingIOError:
            return
        if data and self._heard:
            self._heard()
        room = self._cap - len(self._kept)
        self._kept += data[:room]
        self.truncated = self.truncated or len(data) > room
        if not data:
            self.close()

    def close(self) -> None:
        """Stop reading. The file descriptor stays its owner's."""
        self._loop.remove_reader(self._fd)
        if not self.done.done():
            self.done.set_result(None)

    @property
    def text(self) -> str:
        return self._kept.decode("utf-8", "replace")
