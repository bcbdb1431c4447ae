"""One process of a run: begin or resume it, answer what it asks, apply it; or die on the way."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from pullcord import sandbox
from pullcord.app import Orchestrator
from pullcord.chaos.reaper import Kill, Reaper
from pullcord.chaos.stories import Story
from pullcord.errors import Unavailable
from pullcord.runtimes import RUNTIMES
from pullcord.workspace.repository import Repository

RUN = "r-chaos"
NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
"""The hour of every fact: commits of two runs can be compared."""
DONE, OTHERWISE = 0, 3
"""Exit status of a process whose run was applied, and of one whose run ended in another way."""


def live(folder: Path, story: Story, kill: Kill) -> int:
    """Drive the run in `folder`/repo. The caller's process is given up to it."""
    os.chdir(folder)
    RUNTIMES["counted"] = "pullcord.chaos.agents:make"
    return asyncio.run(_live(story, Reaper(kill)))


async def _live(story: Story, reaper: Reaper) -> int:
    repository = await Repository.find(Path("repo").absolute())
    orchestrator = Orchestrator(
        repository, clock=lambda: NOON, cache=Path("cache").absolute(), ids=lambda: RUN
    )
    reaper.watch(orchestrator)
    if RUN not in await orchestrator.ledger.runs():
        await orchestrator.start(
            story.request, story.plan, runtime="counted", script=story.script,
            unsafe=not await sandboxed(),
        )  # fmt: skip
    status = await orchestrator.drive(RUN)
    while status.state == "waiting" and any(q.has_default for q in status.open_questions):
        for question in status.open_questions:
            await orchestrator.answer(RUN, question.id, "1", by="Ada")
        status = await orchestrator.drive(RUN)
    if status.state != "passed":
        asked = [q.escalation.description for q in status.open_questions]
        print(f"the run is {status.state}: {status.why or asked}", file=sys.stderr)  # noqa: T201
        return OTHERWISE
    await orchestrator.apply(RUN)
    return DONE


async def sandboxed() -> bool:
    """Whether there is a sandbox here; tried out once for a process and its children."""
    try:
        await sandbox.choose(unsafe=False)
    except Unavailable:
        return False
    return True
