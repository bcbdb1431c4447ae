"""Eight tasks of ten seconds with eight slots, beside one such task alone through the same line."""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from handoff import Nothing
from table import Row, show

from pullcord.app import Orchestrator
from pullcord.gates import registry
from pullcord.model.request import Request
from pullcord.model.task import Plan, Task
from pullcord.workspace.repository import Repository
from story import TINY, make_repository

TASKS, SECONDS, SLOTS = 8, 10.0, 8
AGENT = "sprint-manager"


async def main() -> None:
    registry.GATES.clear()
    registry.GATES["scope"] = Nothing()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        repository = make_repository(folder / "repo", TINY)
        orchestrator = Orchestrator(
            await Repository.find(repository),
            cache=folder / "cache", clock=lambda: datetime.now(UTC),
        )  # fmt: skip
        alone = await run(orchestrator, 1)
        together = await run(orchestrator, TASKS)
    critical = ("one alone, the critical path", alone)
    show([Row(f"makespan of {TASKS} tasks", together, "s", *critical, "<= 1.1 x")])


async def run(orchestrator: Orchestrator, count: int) -> float:
    """Seconds from the first line of a run of independent tasks to its end."""
    tasks = tuple(
        Task(id=f"t{n}", subagent_type=AGENT, description=f"Note {n}", prompt="Write a note.")
        for n in range(count)
    )
    script = "tasks:\n" + "".join(
        f"  t{n}:\n    - {{sleep: {SECONDS}, write: {{docs/notes/{n}.md: note}}}}\n"
        for n in range(count)
    )
    request = Request(title="Notes", criteria=("There are notes.",))
    plan = Plan(pattern="parallel", tasks=tasks)
    started = await orchestrator.start(
        request, plan, runtime="scripted", script=script, max_parallel=SLOTS
    )
    begun = time.perf_counter()
    status = await orchestrator.drive(started)
    took = time.perf_counter() - begun
    if any(task.state != "passed" for task in status.tasks):
        raise SystemExit(f"not every task was handed off; the run is {status.state}")
    return took


if __name__ == "__main__":
    asyncio.run(main())
