"""The gate set beside the repository's own tasks, over the commits of a small service.

Printed as ratios within one run; wall time, so an idle machine gives the honest figure. CPU time is
printed beside it, which other load does not change much.
"""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

from pullcord import config, process, scaffold
from pullcord.gates import Memory, judge
from pullcord.model.work import Change, Environment
from pullcord.protocols import Case
from pullcord.sandbox import choose

TASKS = ("lint", "typecheck", "test", "generate-openapi", "verify-openapi", "publish-openapi")
"""SPEC.md, Required Checks. `lint` stands for `fix`: it looks and writes nothing."""
COMMITS = 6


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        service = Path(folder, "service")
        await scaffold.new(service, name="workout-tracker", today=date(2026, 1, 1))
        bench = Bench(Path(folder), service)
        await bench.prepare()
        tasks_cold = await measured(bench.tasks)
        tasks_warm = await measured(bench.tasks)
        gates_cold = await measured(bench.gates)
        gates_warm = []
        for number in range(COMMITS):
            bench.commit(number)
            gates_warm.append(await measured(bench.gates))
        known = await measured(bench.gates)
    mean = tuple(sum(x) / len(gates_warm) for x in zip(*gates_warm, strict=True))
    print(f"tasks one after another: cold {show(tasks_cold)}, warm {show(tasks_warm)}")
    print(f"gates: cold {show(gates_cold)}, warm over {COMMITS} commits {show(mean)}")
    print(f"ratio cold {gates_cold[0] / tasks_cold[0]:.2f} (aim 0.5), "
          f"warm {mean[0] / tasks_warm[0]:.2f} (aim 0.5)")  # fmt: skip
    print(f"unchanged tree: {known[0]:.2f} s (aim 0.3)")


class Bench:
    """A service, its tasks and its gates."""

    def __init__(self, folder: Path, service: Path) -> None:
        self.folder, self.service, self.commits = folder, service, 0
        self.base = folder / "base"
        shutil.copytree(service, self.base, ignore=shutil.ignore_patterns(".git"))

    async def prepare(self) -> None:
        """What is made once per process: the sandbox and its canary."""
        self.sandbox = await choose(unsafe=False)
        self.project = config.detect(self.base)

    async def tasks(self) -> None:
        env = {**os.environ, "PATH": f"{Path(sys.prefix, 'bin')}:{os.environ['PATH']}"}
        for task in TASKS:
            done = await process.run(["poe", "-q", task], cwd=self.service, env=env)
            if done.exit != 0:
                raise SystemExit(f"{task}: {done.stdout}{done.stderr}")

    def commit(self, number: int) -> None:
        """A small change of a module that many import."""
        self.commits = number + 1
        path = self.service / "app/core/pagination.py"
        path.write_text(f"{path.read_text()}\n\nREVISION_{number} = {number}\n")

    async def gates(self) -> None:
        ignored = shutil.ignore_patterns(
            ".git", ".mypy_cache", ".ruff_cache", "__pycache__", ".cov*"
        )
        tree, scratch = self.folder / f"tree-{self.commits}", self.folder / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        if not tree.exists():
            shutil.copytree(self.service, tree, ignore=ignored)
        changed = Change(path="app/core/pagination.py", status="modified")
        case = Case(
            tree=tree,
            before=self.base,
            trusted=self.base,
            changes=(changed,) if self.commits else (),
            project=self.project,
            sandbox=self.sandbox,
            environment=Environment(path=Path(sys.prefix), key="bench"),
            scratch=scratch,
            cache=self.folder / "cache",
        )
        trees = (f"tree-{self.commits}", "base", "base")
        judged = await judge(case, memory=Memory(self.folder / "memory", trees))
        if not judged.open:
            raise SystemExit("\n".join(f"{v.gate}: {v.detail}" for v in judged.verdicts))


async def measured(work: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Seconds on the wall and seconds of CPU, our own and our children's."""
    started, used = time.perf_counter(), cpu()
    await work()
    return time.perf_counter() - started, cpu() - used


def cpu() -> float:
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, who))


def show(times: tuple[float, ...]) -> str:
    return f"{times[0]:.1f} s ({times[1]:.1f} s CPU)"


if __name__ == "__main__":
    asyncio.run(main())
