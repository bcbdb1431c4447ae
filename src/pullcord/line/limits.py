"""Around every runtime, never inside it: wall time, silence, and the time that was paid for."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any

from pullcord.line import budget
from pullcord.line.budget import minutes_recorded, time_left
from pullcord.line.parts import Parts
from pullcord.model.report import Limit, Report
from pullcord.model.task import Task
from pullcord.process.output import HEARD

_LOOK_S = 5.0
"""The longest time between two looks at an agent."""


@contextmanager
def on_the_clock(parts: Parts, key: str, before: int) -> Iterator[Callable[[], float]]:
    """An attempt at work: gives the seconds that it has taken, `before` minutes of them in earlier
    processes."""
    loop = asyncio.get_running_loop()
    parts.working[key] = began = loop.time() - before * budget.MINUTE_S
    try:
        yield lambda: round(loop.time() - began, 1)
    finally:
        del parts.working[key]


async def limited(
    parts: Parts, task: Task, key: str, folder: Path, work: Coroutine[Any, Any, Report]
) -> Report:
    """The agent's report, or that of the limit which ended it. When this returns or is cancelled,
    the agent has ended with every program that its runtime started."""
    activity = _Activity(folder, parts.project.idle_s / 10)
    context = copy_context()
    context.run(HEARD.set, activity.noticed)  # for what the agent starts, and nothing else
    agent = asyncio.create_task(work, context=context)
    over = asyncio.ensure_future(_over(parts, task, key, activity))
    try:
        await asyncio.wait((agent, over), return_when=asyncio.FIRST_COMPLETED)
        if agent.done():
            return agent.result()
        limit, said = over.result()
        return Report(status="blocked", exit=None, limit=limit, message=said)
    finally:
        for one in (agent, over):
            one.cancel()
        await asyncio.wait((agent, over))


async def _over(parts: Parts, task: Task, key: str, activity: _Activity) -> tuple[Limit, str]:
    """Which limit the attempt has reached; returns only then."""
    loop, project = asyncio.get_running_loop(), parts.project
    began, timed = loop.time(), parts.start.budgets.timed
    while True:
        facts = await parts.facts()
        if timed:
            done = int((loop.time() - parts.working[key]) / budget.MINUTE_S)
            for minute in range(minutes_recorded(facts, key) + 1, done + 1):
                await parts.drive.record(f"{key}/minute/{minute}", {"minutes": minute})
        elapsed = {name: loop.time() - since for name, since in parts.working.items()}
        whose, budgeted = time_left(facts, task, elapsed) if timed else ("", float("inf"))
        idle = project.idle_s - await activity.silent_s()
        rest = began + project.attempt_s - loop.time()
        if budgeted <= 0:
            return "budget", f"The time budget of {whose} is spent."
        if idle <= 0:
            said = f"It printed nothing and changed no file for {project.idle_s:g} s."
            return "idle", said
        if rest <= 0:
            return "attempt", f"Not done after {project.attempt_s:g} s."
        # Several may work on one budget: its end is nearer than it looks.
        ends = (budgeted / max(1, len(elapsed)), idle, rest, project.idle_s / 10)
        await asyncio.sleep(min(_LOOK_S, budget.MINUTE_S, *ends))


class _Activity:
    """When an agent last printed something or changed a file of its workspace, which is looked at
    every so many seconds: a large one takes its time."""

    def __init__(self, folder: Path, every_s: float) -> None:
        self._folder = folder
        self._every = every_s
        self._newest = 0
        self._clock = asyncio.get_running_loop().time
        self._last = self._looked = self._clock()

    def noticed(self) -> None:
        self._last = self._clock()

    async def silent_s(self) -> float:
        """Seconds without a sign of life."""
        if self._clock() - self._looked >= self._every:
            self._looked = self._clock()
            newest = await asyncio.to_thread(_newest_change, self._folder)
            if newest > self._newest:
                self._newest = newest
                self.noticed()
        return self._clock() - self._last


def _newest_change(folder: Path) -> int:
    """The latest change of a file or folder, as the kernel and not its writer says, in ns."""
    newest = 0
    for parent, _, names in os.walk(folder):
        for name in (".", *names):
            try:
                changed = os.lstat(os.path.join(parent, name)).st_ctime_ns  # noqa: PTH118 - the fast one
            except FileNotFoundError:
                continue  # it went while we looked, which its folder tells
            newest = max(newest, changed)
    return newest
