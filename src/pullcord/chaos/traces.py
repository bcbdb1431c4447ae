"""What a run left behind: its facts, its commits, what lies in its agents' clones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pullcord.app import Orchestrator
from pullcord.chaos.life import RUN
from pullcord.errors import PullcordError
from pullcord.line.parts import DOCUMENTS
from pullcord.line.verify import verify
from pullcord.model.fact import Fact
from pullcord.workspace.git import Git
from pullcord.workspace.repository import Repository

_CHANGING = {"duration_s", "cached", "log", "seconds"}
"""What a clock or a cache may change in a fact's body."""


@dataclass(frozen=True)
class Traces:
    """Of one moment. `hashes` are those of the facts, in order; `refs` the run's, without those of
    rescued work; `clones` the blobs that lie in agents' folders, by place."""

    hashes: tuple[str, ...]
    refs: dict[str, str]
    clones: dict[str, str]


@dataclass(frozen=True)
class Ending:
    """Of a run that has come to its end. `meaning` is each fact's body without clocks and caches;
    `work` what each attempt changed outside of docs/; `result` the files of the run's head there;
    `kept` all objects below the run's refs; `doubt` why line.verify or git does not trust it."""

    refs: dict[str, str]
    history: str
    checkout: str
    meaning: dict[str, str]
    work: dict[str, str]
    result: str
    kept: frozenset[str]
    doubt: str


async def traces(folder: Path) -> Traces:
    """What stands in the folder of a trial now, after a death or at the end."""
    repository = _repository(folder)
    return Traces(
        tuple(fact.hash for fact in await _facts(repository)),
        await _refs(repository.git),
        _clones(folder / "cache"),
    )


async def ending(folder: Path) -> Ending:
    """What must not depend on kills."""
    repository = _repository(folder)
    git, facts = repository.git, await _facts(repository)
    doubt = ""
    try:
        await verify(git, facts)
        await git("fsck", "--strict", "--no-dangling", "--connectivity-only")
    except PullcordError as error:
        doubt = error.message
    glob, head = f"--glob=refs/pullcord/{RUN}/", f"refs/pullcord/{RUN}/head"
    return Ending(
        refs=await _refs(git),
        history=await git("log", "--format=%H %an %s", head),
        checkout=await git("status", "--porcelain", "--branch"),
        meaning={fact.key: json.dumps(_meaning(fact.body), sort_keys=True) for fact in facts},
        work={
            fact.key: await _changed(git, fact, facts)
            for fact in facts if fact.key.endswith("/worked")
        },
        result=await git.fingerprint(head, DOCUMENTS),
        kept=frozenset(
            line.split()[0] for line in (await git("rev-list", "--objects", glob)).splitlines()
        ),
        doubt=doubt,
    )  # fmt: skip


def _repository(folder: Path) -> Repository:
    return Repository(folder / "repo", folder / "repo" / ".git")


async def _facts(repository: Repository) -> list[Fact]:
    if not (repository.state / "ledger.db").exists():
        return []
    orchestrator = Orchestrator(repository, cache=repository.state)
    try:
        return await orchestrator.ledger.read(RUN)
    finally:
        orchestrator.ledger.close()


async def _refs(git: Git) -> dict[str, str]:
    listing = await git("for-each-ref", "--format=%(refname) %(objectname)")
    pairs = (line.split() for line in listing.splitlines())
    return {name: commit for name, commit in pairs if "/rescue/" not in name}


async def _changed(git: Git, worked: Fact, facts: Sequence[Fact]) -> str:
    opened = worked.key.replace("/worked", "/opened")
    base = next(fact.body["base"] for fact in facts if fact.key == opened)
    span = (base, worked.body["commit"])
    return await git("diff-tree", "-r", "--no-renames", *span, "--", ".", ":(exclude)docs")


def _clones(cache: Path) -> dict[str, str]:
    """Place to blob of every file that an agent may have written."""
    folders = [git.parent for git in cache.glob(f"*/runs/{RUN}/*/.git")]
    files = (
        file for folder in folders for file in folder.rglob("*")
        if file.is_file() and ".git" not in file.relative_to(folder).parts
    )  # fmt: skip
    return {str(file.relative_to(cache)): _blob(file.read_bytes()) for file in files}


def _blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _meaning(body: Any) -> Any:
    if isinstance(body, dict):
        return {key: _meaning(value) for key, value in body.items() if key not in _CHANGING}
    return [_meaning(value) for value in body] if isinstance(body, list) else body
