"""What `pullcord doctor` looks at: each check says whether something holds, and the cure."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from pullcord import config, environments, process, sandbox
from pullcord.agents import lint, load
from pullcord.app import Orchestrator, cache_folder
from pullcord.cli.render import plural, size
from pullcord.environments.installed import packages
from pullcord.errors import PullcordError
from pullcord.ledger import chain

GIT = (2, 31)
"""The least version of git; it brought `rev-parse --path-format`."""
ROOM = 1 << 30
"""Bytes that a run should find free."""


@dataclass(frozen=True)
class Check:
    """One line of the doctor. `cure` is what to do; only where something is missing."""

    name: str
    ok: bool
    detail: str
    cure: str = ""


async def machine() -> list[Check]:
    """What holds for this machine, in any folder."""
    return [await _named(name, check) for name, check in _MACHINE.items()]


async def repository(orchestrator: Orchestrator) -> list[Check]:
    """What holds for one repository."""
    return [
        await _named(name, lambda check=check: check(orchestrator))  # type: ignore[misc]  # mypy does not see through the default
        for name, check in _REPOSITORY.items()
    ]


async def _named(name: str, check: Callable[[], Awaitable[str]]) -> Check:
    """A check that raises is one that found something missing; its hint is the cure."""
    try:
        return Check(name, True, await check())
    except PullcordError as error:
        return Check(name, False, error.message, error.hint)


async def _git() -> str:
    done = await process.run(["git", "--version"])
    text = done.stdout.strip().removeprefix("git version ")
    found = tuple(int(part) for part in text.split(".")[:2] if part.isdigit())
    if found < GIT:
        least = ".".join(map(str, GIT))
        raise PullcordError(f"git {text} is too old.", f"Install git {least} or newer.")
    return text


async def _python() -> str:
    return f"{platform.python_version()}  {sys.executable}"


async def _sandbox() -> str:
    found = await sandbox.choose(unsafe=False)
    return f"{found.name}: a test command could not get out"


async def _uv() -> str:
    found = shutil.which("uv")
    return found or "not here; pip makes environments instead"


async def _disk() -> str:
    folder = cache_folder()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if not os.access(folder, os.W_OK):
        raise PullcordError(
            f"{folder} cannot be written.", "Set XDG_CACHE_HOME to a folder of yours."
        )
    if free < ROOM:
        raise PullcordError(f"Only {size(free)} are free at {folder}.", "pullcord clean")
    return f"{size(free)} free at {folder}"


async def _clean_start(orchestrator: Orchestrator) -> str:
    commit, branch = await orchestrator.repository.base()
    return f"{orchestrator.repository.root}, {branch or 'detached head'} at {commit[:9]}, clean"


async def _environment(orchestrator: Orchestrator) -> str:
    root = orchestrator.repository.root
    folders = (Path(sys.prefix), root / ".venv")
    reasons = [environments.lacks(root, folder) for folder in folders]
    for folder, lacking in zip(folders, reasons, strict=True):
        if not lacking:
            return str(folder)
    raise PullcordError(
        f"No environment satisfies the repository: {'; '.join(reasons[-1][:3])}.",
        "With a network, the first run makes one. Without: uv pip install what is missing.",
    )


async def _tools(orchestrator: Orchestrator) -> str:
    root = orchestrator.repository.root
    folders = (Path(sys.prefix), root / ".venv")
    chosen = next((f for f in folders if not environments.lacks(root, f)), folders[0])
    held = packages(chosen)
    if missing := [name for name in environments.TOOLS if name not in held]:
        raise PullcordError(
            f"{', '.join(missing)} cannot be found.", f"uv pip install {' '.join(missing)}"
        )
    return ", ".join(f"{name} {held[name].version}" for name in environments.TOOLS)


async def _configuration(orchestrator: Orchestrator) -> str:
    project = config.detect(orchestrator.repository.root)
    runs = [f"{gate} from {command.origin}" for gate, command in project.commands.items()]
    return ", ".join(runs) or "defaults"


async def _agents(orchestrator: Orchestrator) -> str:
    folder = orchestrator.repository.root / ".claude" / "agents"
    if wrong := lint(folder):
        lines = [f"{found.path}:{found.line} {found.message}" for found in wrong]
        raise PullcordError("; ".join(lines[:3]), "pullcord agents lint")
    known = load(folder)
    own = sum(agent.origin != "pullcord" for agent in known.values())
    return f"{plural(len(known), 'agent')}, {own} of them the repository's own"


async def _ledger(orchestrator: Orchestrator) -> str:
    runs = await orchestrator.ledger.runs()
    count = 0
    for run in runs:
        facts = await orchestrator.facts(run)
        chain.verify(facts)
        count += len(facts)
    return f"{plural(len(runs), 'run')}, {plural(count, 'fact')}, every hash holds"


_MACHINE: dict[str, Callable[[], Awaitable[str]]] = {
    "git": _git,
    "python": _python,
    "sandbox": _sandbox,
    "uv": _uv,
    "disk": _disk,
}
_REPOSITORY: dict[str, Callable[[Orchestrator], Awaitable[str]]] = {
    "repository": _clean_start,
    "configuration": _configuration,
    "environment": _environment,
    "tools": _tools,
    "agents": _agents,
    "ledger": _ledger,
}
