"""Where a process dies: just before a fact, just after it, just before a git command, while an
agent works."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pullcord.app import Orchestrator
from pullcord.model.fact import Fact
from pullcord.workspace.git import Git

DEATHS = "deaths"
"""The file, in the folder of a trial, with a line for each place where a process died."""
_READING = {
    "cat-file", "diff-tree", "for-each-ref", "grep", "log", "ls-files", "ls-tree", "merge-base",
    "rev-list", "rev-parse", "status", "symbolic-ref",
}  # fmt: skip
"""Commands that change nothing: before them is as before what comes after them."""
_ASIDE = re.compile(r"\.(making|index)-\w+")


@dataclass(frozen=True)
class Kill:
    """How a process is killed (SIGKILL): at the first place of these `kinds` where no one has died
    yet; at its `nth` place of these kinds; or `after_s` seconds. Without any it lives on."""

    kinds: tuple[str, ...] = ()
    nth: int = 0
    after_s: float = 0.0


class Reaper:
    """Kills the process that it lives in."""

    def __init__(self, kill: Kill) -> None:
        self._kill = kill
        self._passed = 0
        self._known = set(deaths(Path())) if kill.kinds and not kill.nth else set()

    def pass_by(self, kind: str, name: str) -> None:
        """The process is at a place; it may be its last."""
        place = f"{kind} {_ASIDE.sub('.aside', name)}".replace("\n", " ")
        if kind not in self._kill.kinds or place in self._known:
            return
        self._passed += 1
        if self._kill.nth in (0, self._passed):
            with Path(DEATHS).open("a") as file:
                file.write(f"{place}\n")
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, orchestrator: Orchestrator) -> None:
        """Be there at every new fact and at every git command that changes something."""
        _mine.append(self)
        orchestrator.ledger = _Watched(orchestrator.ledger, self)  # type: ignore[assignment]
        attempt = Git.attempt

        async def watched(
            git: Git, *args: str, env: Mapping[str, str] | None = None, stdin: bytes = b""
        ) -> tuple[int, str, str]:
            if args[0] not in _READING:
                self.pass_by("git", " ".join(args))
            return await attempt(git, *args, env=env, stdin=stdin)

        Git.attempt = watched  # type: ignore[method-assign, assignment]


class _Watched:
    """A ledger with a reaper at every new fact."""

    def __init__(self, ledger: Any, reaper: Reaper) -> None:
        self._ledger, self._reaper = ledger, reaper

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    async def append(self, run: str, key: str, body: dict[str, Any], *, epoch: int) -> Fact:
        new = await self._ledger.get(run, key) is None
        if new:
            self._reaper.pass_by("before", key)
        fact: Fact = await self._ledger.append(run, key, body, epoch=epoch)
        if new:
            self._reaper.pass_by("after", key)
        return fact


_mine: list[Reaper] = []


def pass_by(kind: str, name: str) -> None:
    """This process is at a place; its reaper, if there is one, is told."""
    for reaper in _mine:
        reaper.pass_by(kind, name)


def deaths(folder: Path) -> list[str]:
    """The places where processes of the trial in this folder died, in order."""
    file = folder / DEATHS
    return file.read_text().splitlines() if file.exists() else []
