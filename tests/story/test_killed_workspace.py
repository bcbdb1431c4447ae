"""From base to applied commit, killed before every single git command, and done again."""

from __future__ import annotations

import multiprocessing
import shutil
import signal
from pathlib import Path

import pytest

import committing
from story import git, make_repository

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["committing"])


def live(folder: Path, die_at: int = 0) -> int | None:
    arguments = (folder / "repo", folder / "cache", die_at, folder / "calls")
    process = CONTEXT.Process(target=committing.attempt_and_apply, args=arguments)
    process.start()
    process.join(60)
    return process.exitcode


def outcome(folder: Path) -> dict[str, str]:
    """All of the repository that a person can see."""
    repo = folder / "repo"
    return {
        "refs": git(repo, "for-each-ref", "--format=%(refname) %(objectname)"),
        "status": git(repo, "status", "--porcelain", "--ignored"),
        "files": "\n".join(sorted(str(p.relative_to(repo)) for p in repo.glob("*"))),
        "doubts": git(repo, "fsck", "--strict", "--no-dangling", "--connectivity-only"),
    }


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("pristine") / "repo")


def test_work_killed_before_any_git_command_and_done_again_ends_the_same(
    pristine: Path, tmp_path: Path
) -> None:
    shutil.copytree(pristine, tmp_path / "never" / "repo")
    assert live(tmp_path / "never") == 0
    undisturbed = outcome(tmp_path / "never")
    commands = int((tmp_path / "never" / "calls").read_text())

    for number in range(1, commands + 1):
        folder = tmp_path / str(number)
        shutil.copytree(pristine, folder / "repo")
        assert live(folder, number) == -signal.SIGKILL
        assert live(folder) == 0
        assert outcome(folder) == undisturbed, f"killed before git command {number}"

    assert "new.py" in undisturbed["files"]
    assert undisturbed["status"] == ""
