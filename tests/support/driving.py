"""Processes that drive a run, for tests/contract/test_driver.py.

Stands in a module of its own because a process that multiprocessing starts must find it by name.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

from pullcord.engine.drive import Body, Drive
from pullcord.engine.local import LocalDriver
from pullcord.errors import StaleEpoch
from pullcord.ledger.sqlite import SqliteLedger

Start = Callable[..., BaseProcess]
DRIVERS: dict[str, Callable[[SqliteLedger, Path], LocalDriver]] = {
    "local": lambda ledger, folder: LocalDriver(ledger, folder / "locks"),
}
STALE = 75
"""Exit status of a process whose run was taken over."""


def ledger(folder: Path) -> SqliteLedger:
    return SqliteLedger(folder / "ledger.db", lambda: "2026-11-22T12:00:00+00:00")


def driver(kind: str, folder: Path) -> LocalDriver:
    return DRIVERS[kind](ledger(folder), folder)


def lose_the_lock(kind: str, folder: Path) -> None:
    """What a network file system or a tidy person may do to whoever works now."""
    assert kind == "local"
    shutil.rmtree(folder / "locks")


def drive(kind: str, folder: Path, steps: Sequence[str]) -> None:
    """Drive r-1 through the steps: `once KEY`, `mark FILE`, `wait for FILE`, `leave a child`."""

    async def work(drive: Drive) -> None:
        for step in steps:
            await _step(drive, folder, step)

    try:
        asyncio.run(driver(kind, folder).drive("r-1", work))
    except StaleEpoch:
        raise SystemExit(STALE) from None


async def _step(drive: Drive, folder: Path, step: str) -> None:
    word, _, rest = step.partition(" ")
    if word == "once":

        async def effect() -> Body:
            with (folder / "paid").open("a") as paid:
                paid.write(f"{rest}\n")
            return {}

        await drive.once(rest, effect)
    elif word == "mark":
        (folder / rest).touch()
    elif word == "leave":
        child = subprocess.Popen(["sleep", "300"], start_new_session=True)
        (folder / "child").write_text(str(child.pid))
    else:
        while not (folder / rest.removeprefix("for ")).exists():
            await asyncio.sleep(0.01)
