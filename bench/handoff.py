"""A run of 50 tasks whose agents and gates do nothing: what is left is the orchestrator's own."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from typing import Any

from table import Row, show

from pullcord.app import Orchestrator
from pullcord.gates import registry
from pullcord.model.quality import Verdict
from pullcord.model.request import Request
from pullcord.model.task import Plan, Task
from pullcord.protocols import Case
from pullcord.runtimes.scripted import Scripted
from pullcord.workspace.repository import Repository
from story import TINY, git, make_repository

TASKS = 50
WRITES = "docs/notes/{}.md"
AGENT = "sprint-manager"


class Nothing:
    """A gate that looks at nothing."""

    name = "scope"
    version = 1

    def applies(self, case: Case) -> str:
        return ""

    async def judge(self, case: Case) -> Verdict:
        return Verdict(gate=self.name, outcome="pass", detail="nothing was looked at")


async def main() -> None:
    registry.GATES.clear()
    registry.GATES["scope"] = Nothing()
    agents: list[float] = []
    briefs: list[int] = []
    ends: list[float] = []
    real = Scripted.run

    async def timed(self: Scripted, *given: Any) -> Any:
        briefs.append(len(given[1].text.encode()))
        started = time.perf_counter()
        report = await real(self, *given)
        agents.append(time.perf_counter() - started)
        ends.append(time.perf_counter())
        return report

    Scripted.run = timed  # type: ignore[method-assign, assignment]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        repository = make_repository(folder / "repo", TINY)
        state = await run(repository, folder / "cache")
        spawn = await asyncio.to_thread(git_ms, repository, "--version")
        copies = (str(folder / f"clone-{number}") for number in range(20))
        clone = await asyncio.to_thread(
            git_ms, repository, "clone", "-q", "--no-local", ".", last=copies
        )
    if len(ends) < TASKS:
        raise SystemExit(f"only {len(ends)} of {TASKS} tasks ran; the run is {state}")
    # From the end of one agent's work to the end of the next one's, without that work itself.
    own = [1000 * (b - a - w) for a, b, w in zip(ends, ends[1:], agents[1:], strict=False)]
    middle = statistics.median(own)
    show(
        [
            Row("per handoff, p50", middle, "ms", "git clone of the same", clone, "<= 300 ms"),
            Row("per handoff, p50", middle, "ms", "git --version", spawn),
            Row("first ten, p50", statistics.median(own[:10]), "ms", "git --version", spawn),
            Row("last ten, p50", statistics.median(own[-10:]), "ms", "git --version", spawn),
            Row("brief of task 10", briefs[9], "bytes", "task 1", briefs[0]),
            Row("brief of task 50", briefs[-1], "bytes", "task 10", briefs[9], "flat"),
        ]
    )


async def run(repository: Path, cache: Path) -> str:
    tasks = tuple(
        Task(id=f"t{n}", subagent_type=AGENT, description=f"Note {n}", prompt="Write a note.",
             after=(f"t{n - 1}",) if n else ())
        for n in range(TASKS)
    )  # fmt: skip
    script = "tasks:\n" + "".join(
        f"  t{n}:\n    - write: {{{WRITES.format(n)}: 'note'}}\n" for n in range(TASKS)
    )
    orchestrator = Orchestrator(
        await Repository.find(repository), cache=cache, clock=lambda: datetime.now(UTC)
    )
    plan = Plan(pattern="sequential", tasks=tasks)
    request = Request(title="Notes", criteria=("There are notes.",))
    started = await orchestrator.start(request, plan, runtime="scripted", script=script)
    return (await orchestrator.drive(started)).state


def git_ms(repository: Path, *args: str, last: Iterable[str] = repeat("")) -> float:
    """Milliseconds of a git command, the median of 20, each with a last argument of its own."""
    times = []
    for _, end in zip(range(20), last, strict=False):
        started = time.perf_counter()
        git(repository, *args, *filter(None, [end]))
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


if __name__ == "__main__":
    asyncio.run(main())
