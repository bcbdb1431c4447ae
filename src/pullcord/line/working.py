"""The gates over a person's working tree, without a run."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from pullcord import config, environments
from pullcord.agents import widened
from pullcord.errors import UsageError
from pullcord.model.agent import Agent
from pullcord.protocols import Case, Sandbox
from pullcord.workspace.git import Git
from pullcord.workspace.line import RunTree
from pullcord.workspace.repository import Repository

_MAIN = ("@{upstream}", "origin/HEAD", "main", "master")


@dataclass(frozen=True)
class Place:
    """Where a judgement keeps what it needs: `cache` of the repository, `environments` of the
    machine."""

    cache: Path
    environments: Path


async def working_case(
    repository: Repository,
    place: Place,
    sandbox: Sandbox,
    *,
    base: str = "",
    agent: Agent | None = None,
) -> Case:
    """The working tree with its untracked files against `base` (default: the merge base with the
    upstream or main branch, HEAD when there is none). Nothing of the repository is changed."""
    git = repository.git
    commit = await git.resolve(base) if base else await merge_base(git)
    if commit is None:
        raise UsageError(
            f"{base or 'HEAD'} is no commit of {repository.root}.", "Name one with --base REV."
        )
    tree = await _borrowing(repository, place.cache / "working")
    judged = await tree.freeze(repository.root, commit, await repository.habits())
    trusted = await tree.exported(commit)
    project = config.detect(trusted)
    scratch = place.cache / "working" / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    tools = place.cache / "tools"
    tools.mkdir(parents=True, exist_ok=True)
    return Case(
        tree=await tree.exported(judged),
        before=trusted,
        trusted=trusted,
        changes=await tree.mirror.changes(commit, judged),
        project=project,
        sandbox=sandbox,
        environment=await environments.resolve(trusted, place.environments),
        scratch=scratch,
        cache=tools,
        agent=widened(agent, project.packages) if agent else None,
    )


async def merge_base(git: Git) -> str | None:
    """The commit that the current branch grew from; HEAD itself on the main branch."""
    head = await git.resolve("HEAD")
    for name in _MAIN:
        code, out, _ = await git.attempt("merge-base", "HEAD", name)
        if head is not None and code == 0:
            return out.strip()
    return head


async def _borrowing(repository: Repository, folder: Path) -> RunTree:
    """A scratch git directory that reads the user's objects and writes its own."""
    mirror = folder / "mirror.git"
    if not (mirror / "HEAD").exists():
        mirror.mkdir(parents=True, exist_ok=True)
        await Git(mirror)("init", "-q", "--bare", "--template=", ".")
    info = mirror / "objects" / "info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "alternates").write_text(f"{repository.common / 'objects'}\n")
    return RunTree(repository.root, folder, "working")
