"""What story tests share: a small repository, a clock that stands, agents that are functions."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pullcord.app import Orchestrator
from pullcord.briefs import summary as summaries
from pullcord.briefs.reports import REPORTS
from pullcord.line import judge, run
from pullcord.line.parts import Parts
from pullcord.line.state import Status
from pullcord.model.agent import Agent
from pullcord.model.budget import Budgets
from pullcord.model.fact import Fact
from pullcord.model.quality import Receipt
from pullcord.model.report import Report, Review
from pullcord.model.request import Request
from pullcord.model.summary import Summary
from pullcord.model.task import Plan, Task
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Runtime, Sandbox
from pullcord.runtimes import RUNTIMES
from pullcord.workspace.repository import Repository

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
TINY = {
    "README.md": "# tiny\n",
    "pyproject.toml": """\
[project]
name = "tiny"
version = "0.1.0"
requires-python = ">=3.11"

[tool.ruff]
line-length = 100

[tool.mypy]
strict = true
files = ["tiny"]

[tool.pytest.ini_options]
addopts = "--strict-markers"
pythonpath = ["."]

[tool.coverage.run]
source = ["tiny"]
""",
    "tiny/__init__.py": '"""A tiny package."""\n',
    "tiny/sums.py": '"""Sums."""\n\n\ndef add(a: int, b: int) -> int:\n    """The sum."""\n'
    "    return a + b\n",
    "tests/test_sums.py": "from tiny.sums import add\n\n\ndef test_two_and_two() -> None:\n"
    "    assert add(2, 2) == 4\n",
}


def git(folder: Path, *args: str, **env: str) -> str:
    """git with an identity of its own, outside of the user's configuration."""
    done = subprocess.run(
        ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *args],
        cwd=folder, check=True, capture_output=True, text=True,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": "/nonexistent",
             "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_DATE": "2026-11-22T11:00:00Z",
             "GIT_COMMITTER_DATE": "2026-11-22T11:00:00Z", **env},
    )  # fmt: skip
    return done.stdout.strip()


def make_repository(folder: Path, files: Mapping[str, str] = TINY) -> Path:
    """A repository with one commit on main."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Begin")
    return folder


def noon() -> datetime:
    return NOON


QUICK = """\
[gates.types]
off = "other stories look at types"
[gates.lint]
off = "other stories look at style"
[gates.format]
off = "other stories look at style"
[gates.tests]
run = ["python", "-m", "pytest", "-p", "pytest_cov"]
[env]
PYTEST_DISABLE_PLUGIN_AUTOLOAD = "1"
"""
"""A pullcord.toml that leaves the gates whose verdict takes no second, and the tests. To load the
plugins of pytest that are installed here would take longer than the tests."""
FAST = {**TINY, "pullcord.toml": QUICK}
ADD = TINY["tiny/sums.py"]
SUBTRACT = '''

def subtract(a: int, b: int) -> int:
    """The difference."""
    return a - b
'''
TESTED = """\
from tiny.sums import subtract


def test_three_minus_two() -> None:
    assert subtract(3, 2) == 1
"""
CRITERION = "Differences are computed."
REQUEST = Request(title="Differences", criteria=(CRITERION,))
ROLES = {
    "extend": "python-backend-engineer",
    "design": "api-designer",
    "implement": "python-backend-engineer",
    "test": "python-test-engineer",
    "review": "code-reviewer",
}


def plan(*ids: str, pattern: str = "sequential") -> Plan:
    """A plan of tasks that are named after what they do, one after the other; in parallel what is
    built comes first, at the same time."""
    built = tuple(id for id in ids if ROLES[id] == ROLES["implement"])
    after = {id: ids[:number][-1:] for number, id in enumerate(ids)}
    if pattern == "parallel":
        after |= dict.fromkeys(built, ()) | {ids[len(built)]: built}
    tasks = [
        Task(
            id=id, subagent_type=ROLES[id], description=f"{id.title()} differences",
            prompt=f"{id.title()} them.", after=after[id],
        )
        for id in ids
    ]  # fmt: skip
    return Plan(pattern=pattern, tasks=tuple(tasks))


Act = Callable[[Brief, Workspace], "Report | Awaitable[Report | None] | None"]
"""What an agent does in a workspace. None: it is done, and leaves a summary."""
Rounds = Sequence[Act]
"""What an agent does in each round; the last is repeated."""


def write(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)


def summary(agent: str, brief: Brief, overview: str = "Did it.") -> str:
    """A complete summary."""
    said = Summary(
        agent=agent, task=brief.task.description, date=brief.written_at, overview=overview,
        handoff=("Go on.",),
    )  # fmt: skip
    return summaries.render(said)


def implement(brief: Brief, workspace: Workspace) -> None:
    write(workspace.path, "tiny/sums.py", ADD + SUBTRACT)


def cover(brief: Brief, workspace: Workspace) -> None:
    write(workspace.path, "tests/test_difference.py", TESTED)


def approve(brief: Brief, workspace: Workspace) -> Report:
    review = Review(decision="approve", criteria=dict.fromkeys(brief.request.criteria, "met"))
    return Report(status="done", review=review)


def idle(brief: Brief, workspace: Workspace) -> None:
    """Does nothing and says that it is done."""


def extend(brief: Brief, workspace: Workspace) -> None:
    write(workspace.path, "tiny/more.py", '"""More."""\n\nMORE = 1\n')


GOOD: dict[str, Act] = {
    "extend": extend,
    "design": idle,
    "implement": implement,
    "test": cover,
    "review": approve,
}


@dataclass
class Acting:
    """A runtime whose agents are functions. `paid` gets a line for every time one is called."""

    acts: Mapping[str, Act | Rounds]
    paid: Path
    name: str = "acting"
    briefs: list[Brief] = field(default_factory=list)

    async def run(
        self, agent: Agent, brief: Brief, workspace: Workspace, sandbox: Sandbox
    ) -> Report:
        with self.paid.open("a") as paid:
            paid.write(f"{brief.task.id}/{brief.round}\n")
        self.briefs.append(brief)
        acts = self.acts[brief.task.id]
        act = acts if callable(acts) else acts[min(brief.round, len(acts)) - 1]
        said = act(brief, workspace)
        report = await said if inspect.isawaitable(said) else said
        if report is None or report.review is not None:
            place = workspace.path / brief.summary_path
            if not place.exists():
                write(workspace.path, brief.summary_path, summary(agent.name, brief))
        return report or Report(status="done", message="Done.")


_STAGES: dict[str, Acting] = {}


def acting(script: str, tasks: Sequence[Task]) -> Acting:
    """The factory of the runtime `acting`. Its script names the folder of a story."""
    return _STAGES[script]


@dataclass
class Counting:
    """Another runtime, with a line in `paid` for every time it is called. No agent begins while
    there is a file `hold` beside it."""

    runtime: Runtime
    paid: Path
    name: str = "counting"

    async def run(
        self, agent: Agent, brief: Brief, workspace: Workspace, sandbox: Sandbox
    ) -> Report:
        with self.paid.open("a") as paid:
            paid.write(f"{brief.task.id}/{brief.round}\n")
        while self.paid.with_name("hold").exists():
            await asyncio.sleep(0.02)
        return await self.runtime.run(agent, brief, workspace, sandbox)


@dataclass
class Story:
    """A repository with an orchestrator whose agents are functions."""

    folder: Path
    runtime: Acting
    orchestrator: Orchestrator

    @classmethod
    async def begin(
        cls,
        folder: Path,
        patch: pytest.MonkeyPatch,
        acts: Mapping[str, Act | Rounds] = GOOD,
        files: Mapping[str, str] = FAST,
        verdicts: Path | None = None,
    ) -> Story:
        """A fresh repository below `folder`; the runtime is known as `acting` until `patch` ends.
        Gates' verdicts are looked up and kept in `verdicts`."""
        repository = make_repository(folder / "repo", files)
        if verdicts:
            (repository / ".git" / "pullcord").mkdir()
            (repository / ".git" / "pullcord" / "verdicts").symlink_to(verdicts)
        runtime = Acting(acts, folder / "paid")
        patch.setitem(RUNTIMES, "acting", "story:acting")
        _STAGES[str(folder)] = runtime
        orchestrator = Orchestrator(
            await Repository.find(repository), clock=noon, cache=folder / "cache"
        )
        return cls(repository, runtime, orchestrator)

    async def start(
        self,
        *ids: str,
        request: Request = REQUEST,
        pattern: str = "sequential",
        budgets: Budgets = Budgets(),
    ) -> str:
        """A new run of these tasks: see `plan`."""
        return await self.orchestrator.start(
            request, plan(*ids, pattern=pattern), runtime="acting",
            script=str(self.folder.parent), budgets=budgets,
        )  # fmt: skip

    async def run(self, *ids: str) -> Status:
        """Start a run and drive it until it ends or waits."""
        return await self.orchestrator.drive(await self.start(*ids))

    async def report(self, run: str) -> str:
        """The final report."""
        return REPORTS["final"](await self.orchestrator.view(run))

    def brief(self, task: str, round: int) -> Brief:
        """What an agent was told at last in a round."""
        return next(
            b for b in reversed(self.runtime.briefs) if (b.task.id, b.round) == (task, round)
        )

    async def facts(self, run: str) -> dict[str, Fact]:
        return {fact.key: fact for fact in await self.orchestrator.facts(run)}

    def paid(self) -> list[str]:
        """Task and round of every call of an agent, in order."""
        return self.runtime.paid.read_text().split() if self.runtime.paid.exists() else []

    def refs(self, run: str) -> dict[str, str]:
        """The run's refs, without their prefix, and where they stand."""
        prefix = f"refs/pullcord/{run}/"
        listing = git(self.folder, "for-each-ref", "--format=%(refname) %(objectname)", prefix)
        pairs = (line.split() for line in listing.splitlines())
        return {name.removeprefix(prefix): commit for name, commit in pairs}


async def remembered_result(parts: Parts, head: str, key: str = "result") -> tuple[Receipt, ...]:
    """line.judge.judge_result with verdicts that are known already."""
    return await judge._judged(parts, key, (parts.start.base, head))


def passed_run(
    folder: Path, verdicts: Path, acts: Mapping[str, Act | Rounds] = GOOD
) -> tuple[Path, str]:
    """A repository below `folder` in which a run of all four tasks passed, and the run."""

    async def tell() -> str:
        story = await Story.begin(folder, patch, acts, verdicts=verdicts)
        status = await story.run("design", "implement", "test", "review")
        assert status.state == "passed", status
        story.orchestrator.ledger.close()
        return status.run

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "judge_result", remembered_result)
        return folder / "repo", asyncio.run(tell())


Begin = Callable[..., Awaitable[Story]]
"""Begins a story: see the fixture in tests/story/conftest.py."""
