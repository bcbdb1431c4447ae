"""A short run of a pullcord with a fault, killed like every other, for tests/story/test_chaos.py:
python breaking.py FAULT FOLDER prints its toll."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from pullcord.chaos import agents, forms
from pullcord.chaos.life import sandboxed
from pullcord.chaos.nursery import adopt_orphans
from pullcord.chaos.stories import APPROVE, CRITERION, REVIEWER, Story
from pullcord.ledger.sqlite import SqliteLedger
from pullcord.line import attempt, handoff
from pullcord.model.request import Request
from pullcord.model.task import Plan, Task
from pullcord.workspace.git import Git

SHORT = Story(
    Request(title="Differences", criteria=(CRITERION,)),
    Plan(
        pattern="sequential",
        tasks=(Task(id="review", subagent_type=REVIEWER, description="Look", prompt="Look."),),
    ),
    {"review": [APPROVE]},
)


class Fault(NamedTuple):
    """What is broken, and the column of the toll in which it must be seen."""

    plant: Callable[[], None]
    seen_as: str


def forget_published_work() -> None:
    """Whoever is about to let an agent work does not see that it has worked already."""
    resolve = Git.resolve

    async def forgetful(self: Git, name: str) -> str | None:
        caller = sys._getframe(1).f_code.co_name
        return None if caller == "perform" else await resolve(self, name)

    Git.resolve = forgetful  # type: ignore[method-assign]


def rescue_nothing() -> None:
    async def nothing(*_: Any) -> None: ...

    attempt.rescue = nothing  # type: ignore[assignment]


def hand_off_without_receipts() -> None:
    """What was judged in an earlier life is taken for granted."""
    real = handoff.hand_off

    async def generous(parts: Any, tried: Any, commit: str, receipts: Any) -> Any:
        early = await parts.drive.ledger.get(parts.drive.run, f"{tried.key}/judged")
        return await real(
            parts, tried, commit, receipts if early.epoch == parts.drive.epoch else ()
        )

    sys.modules["pullcord.line.flow"].hand_off = generous  # type: ignore[attr-defined]


def forget_facts() -> None:
    """Whoever takes a run over begins with a clean table."""
    claim = SqliteLedger.claim

    async def clean(self: SqliteLedger, name: str) -> int:
        epoch = await claim(self, name)
        if epoch == 4:
            self._db.execute("DELETE FROM fact WHERE seq > 1")
        return epoch

    SqliteLedger.claim = clean  # type: ignore[method-assign, assignment]


def leave_processes() -> None:
    """An agent's process that nobody knows of ends only when the agent ends by itself."""
    half = agents._half

    async def careless(*args: Any) -> None:
        unknown = subprocess.Popen(["sleep", "600"], start_new_session=True)
        await half(*args)
        unknown.kill()
        unknown.wait()

    agents._half = careless  # type: ignore[assignment]


FAULTS = {
    "published work is not adopted": Fault(forget_published_work, "repeated"),
    "partial work is not rescued": Fault(rescue_nothing, "lost"),
    "facts are deleted": Fault(forget_facts, "lost"),
    "a handoff without its receipts": Fault(hand_off_without_receipts, "skipped"),
    "an agent's process lives on": Fault(leave_processes, "orphans"),
}


def main(fault: str, folder: str) -> None:
    adopt_orphans()
    asyncio.run(sandboxed())
    FAULTS[fault].plant()
    toll = forms.every(Path(folder), SHORT)
    sys.stdout.write(f"{toll.model_dump_json()}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
