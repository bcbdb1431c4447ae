"""One run in processes of its own, which can be killed: for tests/story/test_several_runs.py.

Stands in a module of its own because a process that multiprocessing starts must find it by name.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
from collections import Counter
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import yaml

from pullcord.app import Orchestrator
from pullcord.ledger.chain import verify as verify_chain
from pullcord.line import run
from pullcord.line.verify import verify
from pullcord.model.fact import Fact
from pullcord.model.task import Task
from pullcord.runtimes import RUNTIMES
from pullcord.runtimes.scripted import Scripted
from pullcord.workspace.repository import Repository
from story import REQUEST, Counting, git, noon, plan, remembered_result

CONTEXT = multiprocessing.get_context("forkserver")
# Only what is installed: the server does not look where pytest looks.
CONTEXT.set_forkserver_preload(["pullcord.app", "pullcord.runtimes.scripted", "pytest"])
SCRIPT = yaml.safe_load("""
implement:
  - write: {Makefile: "all:\\n"}
  - delete: [Makefile]
    append:
      tiny/sums.py: |


        def subtract(a: int, b: int) -> int:
            return a - b
test:
  - write:
      tests/test_difference.py: |
        from tiny.sums import subtract


        def test_three_minus_two() -> None:
            assert subtract(3, 2) == 1
review:
  - review: {decision: approve, criteria: {Differences are computed.: met}}
""")
"""The first round of `implement` is red: nobody but a person writes a Makefile."""
TASKS = ("implement", "test", "review")
ATTEMPTS = ("implement/1", "implement/2", "test/1", "review/1")
RUN = "r-story"


def drive(folder: Path, tasks: tuple[str, ...], name: str) -> None:
    """Start the story's run in folder/repo, or take it up, and drive it. The process ends with 0
    when the run passed."""
    asyncio.run(_drive(folder, tasks, name))


async def _drive(folder: Path, tasks: tuple[str, ...], name: str) -> None:
    os.chdir(folder)
    RUNTIMES["counting"] = "killing:counting"
    # The gates over the result run afresh, which takes seconds and changes nothing in a kill.
    run.judge_result = remembered_result  # type: ignore[attr-defined]
    orchestrator = Orchestrator(
        await Repository.find(folder / "repo"),
        clock=noon, cache=folder / "cache", ids=lambda: name,
    )  # fmt: skip
    if name not in await orchestrator.ledger.runs():
        script = yaml.safe_dump({"tasks": {task: SCRIPT[task] for task in tasks}})
        # Without a sandbox: trying it out takes longer than all the rest, and no command runs.
        await orchestrator.start(
            REQUEST, plan(*tasks), runtime="counting", script=script, unsafe=True
        )
    status = await orchestrator.drive(name)
    assert status.state == "passed", status


def counting(script: str, tasks: Sequence[Task]) -> Counting:
    """A runtime factory: scripted agents whose calls are counted in `paid` of this folder."""
    return Counting(Scripted.parse(script, tasks), Path("paid"))


def begin(folder: Path, tasks: tuple[str, ...], name: str = RUN) -> BaseProcess:
    """A process that drives the run."""
    process = CONTEXT.Process(target=drive, args=(folder, tasks, name))
    process.start()
    return process


def live(folder: Path, tasks: tuple[str, ...], name: str = RUN) -> int:
    """Drive the run in a process of its own; its exit status, negative for a signal."""
    return ended(begin(folder, tasks, name))


def ended(process: BaseProcess) -> int:
    """The exit status of a process that ends soon."""
    process.join(120)
    assert process.exitcode is not None
    return process.exitcode


def paid(folder: Path) -> Counter[str]:
    """How often each attempt's agent was called."""
    file = folder / "paid"
    return Counter(file.read_text().split() if file.exists() else [])


def facts(folder: Path, name: str = RUN) -> list[Fact]:
    """The run's facts, of a chain that holds and whose bytes are there."""
    return asyncio.run(_facts(folder / "repo", name, proved=True))


async def _facts(repository: Path, name: str, *, proved: bool) -> list[Fact]:
    found = await Repository.find(repository)
    orchestrator = Orchestrator(found, cache=repository)
    recorded = await orchestrator.ledger.read(name)
    orchestrator.ledger.close()
    verify_chain(recorded)
    if proved:
        await verify(found.git, recorded)
    return recorded


def outcome(folder: Path) -> dict[str, Any]:
    """Everything that must not depend on kills: commits, documents, what the facts mean."""
    repository = folder / "repo"
    recorded = asyncio.run(_facts(repository, RUN, proved=False))
    refs = git(repository, "for-each-ref", "--format=%(refname) %(objectname)")
    return {
        "refs": [line for line in refs.splitlines() if "/rescue/" not in line],
        "log": git(repository, "log", "--format=%H %an %s", f"refs/pullcord/{RUN}/head"),
        "status": git(repository, "status", "--porcelain"),
        "facts": sorted((fact.key, json.dumps(_meaning(fact.body))) for fact in recorded),
    }


def _meaning(body: Any) -> Any:
    """A body without what a clock or a cache may change."""
    if isinstance(body, dict):
        skipped = {"duration_s", "cached", "log", "seconds"}
        return {k: _meaning(v) for k, v in sorted(body.items()) if k not in skipped}
    return [_meaning(v) for v in body] if isinstance(body, list) else body
