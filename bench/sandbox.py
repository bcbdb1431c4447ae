"""What the sandbox costs per command, beside starting the same program bare."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from pullcord import process
from pullcord.model.work import Environment
from pullcord.process import Limits
from pullcord.protocols import Box
from pullcord.sandbox import choose

ROUNDS = 40
WORK = "import json, asyncio, email, http.client, decimal"


async def main() -> None:
    started = time.perf_counter()
    sandbox = await choose(unsafe=False)
    canary = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as repo:
        box = Box(Path(repo), environment=Environment(path=Path(sys.prefix), key=""))
        print(f"canary, once per process: {canary * 1e3:.0f} ms")
        for name, argv in (("true", ["true"]), ("python with imports", ["python", "-c", WORK])):
            bare = [sys.executable if argv[0] == "python" else "/bin/true", *argv[1:]]
            await compare(
                name,
                lambda bare=bare: asyncio.to_thread(subprocess.run, bare, check=True),
                lambda bare=bare: process.run(bare),
                lambda argv=argv: sandbox.run(argv, box, Limits()),
            )


async def compare(name: str, *ways: Callable[[], Awaitable[object]]) -> None:
    """Interleaved, so that other load falls on all alike."""
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for way, measured in zip(ways, times, strict=True):
            started = time.perf_counter()
            await way()
            measured.append(time.perf_counter() - started)
    bare, run, boxed = (statistics.median(measured) * 1e3 for measured in times)
    print(
        f"{name}: bare {bare:.1f} ms, process.run {run:.1f} ms ({run / bare:.2f} x), "
        f"sandbox {boxed:.1f} ms ({boxed / bare:.2f} x, + {boxed - bare:.1f} ms)"
    )


if __name__ == "__main__":
    asyncio.run(main())
