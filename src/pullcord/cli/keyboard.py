"""Asking the person at the terminal, in a way that can be called off."""

from __future__ import annotations

import asyncio
import os
import sys

from pullcord.cli.shell import Shell

_LONGEST = 1 << 16


async def ask_line(shell: Shell, prompt: str) -> str | None:
    """One line from the terminal without its end; None when the person ends the input (Ctrl-D).

    A thread that reads could not be called off when somebody else answers first; so the loop waits
    for the terminal, which hands over whole lines.
    """
    shell.err.write(prompt)
    shell.err.flush()
    loop = asyncio.get_running_loop()
    line: asyncio.Future[bytes] = loop.create_future()
    descriptor = sys.stdin.fileno()

    def ready() -> None:
        if not line.done():
            line.set_result(os.read(descriptor, _LONGEST))

    loop.add_reader(descriptor, ready)
    try:
        got = await line
    finally:
        loop.remove_reader(descriptor)
    return got.decode("utf-8", "replace").strip() if got else None
