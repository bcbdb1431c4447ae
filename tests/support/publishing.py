"""An attempt's end, as tests of the git side need it."""

from __future__ import annotations

from pathlib import Path

from pullcord.workspace.line import RunTree

AT = "2026-11-22 12:00:00"


async def published(tree: RunTree, workspace: Path, base: str, name: str = "backend/1/work") -> str:
    """The commit of what stands in a workspace, under its ref."""
    frozen = await tree.freeze(workspace, base)
    commit = await tree.commit(frozen, base, "Work\n", agent="backend", at=AT)
    return await tree.publish(name, commit)
