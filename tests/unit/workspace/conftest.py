"""A repository and the git side of one of its runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pullcord.workspace.line import RunTree
from story import git, make_repository


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "Repository mit Ümlaut")


@pytest.fixture
def base(repository: Path) -> str:
    return git(repository, "rev-parse", "HEAD")


@pytest.fixture
async def tree(repository: Path, base: str, tmp_path: Path) -> RunTree:
    made = RunTree(repository, tmp_path / "cache dir" / "r-1", "r-1")
    await made.prepare(base)
    return made
