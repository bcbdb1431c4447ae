"""A run that is killed at any fact and resumed ends like one that was never killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from story import TINY, git, make_repository, noon

from pullcord.app import Orchestrator
from pullcord.model.fact import Fact
from pullcord.model.request import Request
from pullcord.model.task import Plan, Task
from pullcord.workspace.repository import Repository

SCRIPT = """
tasks:
  design:
    - write: {docs/sums.md: "Sums have a difference.\\n"}
  implement:
    - write: {tiny/sums.py: "import os\\n"}
    - write:
        tiny/sums.py: |
          \"\"\"Sums.\"\"\"


          def add(a: int, b: int) -> int:
              \"\"\"The sum.\"\"\"
              return a + b


          def subtract(a: int, b: int) -> int:
              \"\"\"The difference.\"\"\"
              return a - b
        tests/test_difference.py: |
          from tiny.sums import subtract


          def test_three_minus_two() -> None:
              assert subtract(3, 2) == 1
  review:
    - review: {decision: approve, criteria: {Differences are computed.: met}}
"""
REQUEST = Request(title="Differences", criteria=("Differences are computed.",))
PLAN = Plan(
    pattern="sequential",
    tasks=(
        Task(id="design", subagent_type="api-designer", description="Design", prompt="Design it."),
        Task(
            id="implement", subagent_type="python-backend-engineer", description="Implement",
            prompt="Implement it.", after=("design",),
        ),
        Task(
            id="review", subagent_type="code-reviewer", description="Review", prompt="Review it.",
            after=("implement",),
        ),
    ),
)  # fmt: skip
RUN = "r-story"


class Deadly:
    """A ledger in a process that is killed (SIGKILL) just before or after its nth new fact."""

    def __init__(self, ledger: Any, nth: int, after: bool) -> None:
        self._ledger, self._left, self._after = ledger, nth, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    async def append(self, run: str, key: str, body: dict[str, Any], *, epoch: int) -> Fact:
        new = await self._ledger.get(run, key) is None
        self._left -= new
        if new and self._left == 0 and not self._after:
            os.kill(os.getpid(), signal.SIGKILL)
        fact: Fact = await self._ledger.append(run, key, body, epoch=epoch)
        if new and self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return fact


async def drive(folder: Path, cache: Path, *, nth: int = 0, after: bool = False) -> str:
    """Start the story's run (or take it up) and drive it; returns its state."""
    orchestrator = Orchestrator(
        await Repository.find(folder), clock=noon, cache=cache, ids=lambda: RUN
    )
    if nth:
        deadly = Deadly(orchestrator.ledger, nth, after)
        orchestrator.ledger = orchestrator.driver._ledger = deadly  # type: ignore[assignment]
    if RUN not in await orchestrator.ledger.runs():
        await orchestrator.start(REQUEST, PLAN, runtime="scripted", script=SCRIPT)
    return (await orchestrator.drive(RUN)).state


def killed(folder: Path, cache: Path, nth: int, after: bool) -> int:
    """Drive in a child that is killed at its nth fact; the signal that ended it, 0 for none."""
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(drive(folder, cache, nth=nth, after=after))
            os._exit(0)
        except BaseException:
            os._exit(99)
    return os.waitpid(child, 0)[1]


def outcome(folder: Path) -> dict[str, Any]:
    """Everything that must not depend on kills: commits, documents, what the facts mean."""
    facts = asyncio.run(_facts(folder))
    refs = git(folder, "for-each-ref", "--format=%(refname) %(objectname)", "refs/pullcord")
    return {
        "refs": [line for line in refs.splitlines() if "/rescue/" not in line],
        "log": git(folder, "log", "--format=%H %an %s", f"refs/pullcord/{RUN}/head"),
        "status": git(folder, "status", "--porcelain"),
        "facts": sorted((fact.key, json.dumps(_meaning(fact.body))) for fact in facts),
    }


async def _facts(folder: Path) -> list[Fact]:
    return await Orchestrator(await Repository.find(folder)).ledger.read(RUN)


def _meaning(body: Any) -> Any:
    """A body without what a clock or a cache may change."""
    if isinstance(body, dict):
        skipped = {"duration_s", "cached", "log", "seconds"}
        return {k: _meaning(v) for k, v in sorted(body.items()) if k not in skipped}
    return [_meaning(v) for v in body] if isinstance(body, list) else body


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, Any]]:
    """A repository in which the story ran to its end, the cache it used, and the outcome."""
    folder = tmp_path_factory.mktemp("undisturbed")
    repository = make_repository(folder / "repo", TINY)
    assert asyncio.run(drive(repository, folder / "cache")) == "passed"
    return repository, folder / "cache", outcome(repository)


def test_a_run_killed_at_any_fact_ends_like_one_that_was_not(
    undisturbed: tuple[Path, Path, dict[str, Any]], tmp_path: Path
) -> None:
    finished, _, expected = undisturbed
    keys = [fact.key for fact in asyncio.run(_facts(finished))]
    assert {"design/1/handoff", "implement/2/handoff", "review/1/handoff", "run/finished"} <= set(
        keys
    )

    for nth in range(1, len(keys) + 1):
        for after in (False, True):
            folder = tmp_path / f"{nth}-{after}"
            repository = make_repository(folder / "repo", TINY)
            (repository / ".git" / "pullcord").mkdir()
            (repository / ".git" / "pullcord" / "verdicts").symlink_to(
                finished / ".git" / "pullcord" / "verdicts"
            )
            assert killed(repository, folder / "cache", nth, after) == signal.SIGKILL, keys[nth - 1]
            assert killed(repository, folder / "cache", 0, False) == 0, keys[nth - 1]

            assert outcome(repository) == expected, (keys[nth - 1], after)
