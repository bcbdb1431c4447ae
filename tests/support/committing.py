"""One attempt's way through git, killed before any of its commands: for
tests/story/test_killed_workspace.py.

Stands in a module of its own because a process that multiprocessing starts must find it by name.
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from pullcord.workspace.git import Git
from pullcord.workspace.line import RunTree
from pullcord.workspace.repository import Repository

AT = "2026-11-22 12:00:00"


def attempt_and_apply(root: Path, cache: Path, die_at: int, calls: Path) -> None:
    """From a base to an applied commit; dies before git command number `die_at` (0: never)."""
    counted = 0
    real = Git.attempt

    async def mortal(self: Git, *args: str, **more: Any) -> tuple[int, str, str]:
        nonlocal counted
        counted += 1
        calls.write_text(str(counted))
        if counted == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return await real(self, *args, **more)

    Git.attempt = mortal  # type: ignore[method-assign]
    asyncio.run(_work(root, cache))


async def _work(root: Path, cache: Path) -> None:
    repository = await Repository.find(root)
    tree = RunTree(root, cache, "r-1")
    base = await tree.user.resolve(tree.ref("base")) or (await repository.base())[0]
    await tree.prepare(base)
    commit = await tree.user.resolve(tree.ref("implement/1/work"))
    if commit is None:
        workspace = await tree.clone("implement-1", base)
        (workspace / "new.py").write_text("NEW = 1\n")
        (workspace / "README.md").unlink()
        frozen = await tree.freeze(workspace, base)
        made = await tree.commit(frozen, base, "Work\n", agent="backend", at=AT)
        commit = await tree.publish("implement/1/work", made)
    assert await tree.advance(commit, base)
    await repository.apply("main", base, commit)
