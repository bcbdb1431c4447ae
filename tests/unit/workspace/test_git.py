"""git in a repository that may be anybody's: refs, reading, and nothing that it makes us run."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from pullcord.errors import WorkspaceError
from pullcord.model.work import Change
from pullcord.process import Limits
from pullcord.workspace import git as hardened
from pullcord.workspace.git import Git
from story import git, make_repository


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "Repository mit Ümlaut")


def commit(repository: Path, name: str, text: str) -> str:
    (repository / name).parent.mkdir(parents=True, exist_ok=True)
    (repository / name).write_text(text)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", name)
    return git(repository, "rev-parse", "HEAD")


async def test_a_failing_command_says_which_and_why(repository: Path) -> None:
    with pytest.raises(
        WorkspaceError, match=r"git cat-file failed in .*Ümlaut.*: fatal: Not a valid"
    ):
        await Git(repository)("cat-file", "blob", "nonsense")


async def test_names_resolve_to_commits_only(repository: Path) -> None:
    head = git(repository, "rev-parse", "HEAD")

    assert await Git(repository).resolve("main") == head
    assert await Git(repository).resolve("nonsense") is None
    assert await Git(repository).resolve("HEAD^{tree}") is None


async def test_a_ref_is_created_once_and_the_first_wins(repository: Path) -> None:
    one, two = git(repository, "rev-parse", "HEAD"), commit(repository, "two", "")
    ref = "refs/pullcord/r-1/backend/1/work"

    assert await Git(repository).create_ref(ref, one) == one
    assert await Git(repository).create_ref(ref, two) == one
    assert await Git(repository).create_ref(ref, one) == one


async def test_a_ref_that_cannot_be_is_an_error(repository: Path) -> None:
    with pytest.raises(WorkspaceError, match="could not be written"):
        await Git(repository).create_ref("refs/pullcord/..", git(repository, "rev-parse", "HEAD"))


async def test_a_ref_moves_from_where_it_was_thought_to_be_only(repository: Path) -> None:
    one, two = git(repository, "rev-parse", "HEAD"), commit(repository, "two", "")
    three, ref = commit(repository, "three", ""), "refs/pullcord/r-1/head"
    await Git(repository).create_ref(ref, one)

    assert await Git(repository).move_ref(ref, two, one)
    assert not await Git(repository).move_ref(ref, three, one)
    assert await Git(repository).move_ref(ref, two, one), "a repeat after a kill"
    assert git(repository, "rev-parse", ref) == two


async def test_many_who_move_a_ref_at_once_have_one_winner(repository: Path) -> None:
    base = git(repository, "rev-parse", "HEAD")
    heads = [commit(repository, f"f{n}", "") for n in range(4)]
    await Git(repository).create_ref("refs/pullcord/r-1/head", base)

    moved = await asyncio.gather(
        *(Git(repository).move_ref("refs/pullcord/r-1/head", head, base) for head in heads)
    )

    assert sum(moved) == 1
    assert git(repository, "rev-parse", "refs/pullcord/r-1/head") == heads[moved.index(True)]


async def test_changes_name_every_path_as_it_is(repository: Path) -> None:
    before = commit(repository, "gone.txt", "text\n")
    (repository / "gone.txt").rename(repository / "came \n ünd.txt")
    (repository / "tiny/sums.py").unlink()
    (repository / "tiny/sums.py").symlink_to("/etc/passwd")
    (repository / "README.md").chmod(0o755)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "changes")

    changes = await Git(repository).changes(before, "HEAD")

    assert set(changes) == {
        Change(path="gone.txt", status="deleted", mode="000000"),
        Change(path="came \n ünd.txt", status="added"),
        Change(path="tiny/sums.py", status="type-changed", mode="120000"),
        Change(path="README.md", status="modified", mode="100755"),
    }


async def test_no_changes_are_an_empty_list(repository: Path) -> None:
    assert await Git(repository).changes("HEAD", "HEAD") == ()


async def test_a_file_is_read_from_a_commit_and_not_from_the_checkout(repository: Path) -> None:
    (repository / "README.md").write_text("changed")

    assert await Git(repository).read("HEAD", "README.md") == "# tiny\n"
    assert await Git(repository).read("HEAD", "nothing.md") is None
    assert await Git(repository).read("HEAD", "tiny") is None


async def test_many_files_are_read_at_once_and_missing_ones_are_none(repository: Path) -> None:
    head = commit(repository, "docs/ünd leer.md", "eins\nzwei ü\n")
    (repository / "empty").touch()
    head = commit(repository, "binary", "x")

    assert await Git(repository).read_all(
        [(head, "docs/ünd leer.md"), (head, "nothing"), (head, "empty"), (head, "README.md")]
    ) == ["eins\nzwei ü\n", None, "", "# tiny\n"]


async def test_a_file_that_is_no_text_does_not_shift_the_others(repository: Path) -> None:
    (repository / "binary").write_bytes(b"\xff\n\xfe 100\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "binary")

    texts = await Git(repository).read_all([("HEAD", "binary"), ("HEAD", "README.md")])

    assert texts == ["\ufffd\n\ufffd 100\n", "# tiny\n"]


async def test_the_fingerprint_of_a_tree_leaves_one_folder_out(repository: Path) -> None:
    base = git(repository, "rev-parse", "HEAD")
    documents = commit(repository, "docs/temp/summary.md", "text")
    code = commit(repository, "tiny/more.py", "")

    prints = [await Git(repository).fingerprint(c, "docs/") for c in (base, documents, code)]

    assert prints[0] == prints[1] != prints[2]


async def test_nothing_the_repository_configures_is_ever_run(
    repository: Path, tmp_path: Path
) -> None:
    """Hooks, monitors, filters' drivers, pagers: each would leave a mark."""
    mark = tmp_path / "ran"
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\necho $0 >> '{mark}'\ncat\n")
    spy.chmod(0o755)
    hooks = repository / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("pre-commit", "post-checkout", "reference-transaction", "post-index-change"):
        os.link(spy, hooks / name)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "diff.py.textconv", "core.editor"):
        git(repository, "config", key, str(spy))
    (repository / ".gitattributes").write_text("*.py diff=py\n")
    base = git(repository, "-c", "core.hooksPath=/dev/null", "rev-parse", "HEAD")
    git(repository, "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=", "add", "-A")
    mark.unlink(missing_ok=True)
    here = Git(repository)

    await here("status")
    await here.diff(base, base)
    await here.create_ref("refs/pullcord/r-1/head", base)
    await here("read-tree", "-m", "-u", "HEAD", "HEAD")

    assert not mark.exists()


async def test_the_users_own_configuration_and_environment_are_not_seen(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".gitconfig").write_text("[core]\n\tnonsense = [broken\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")

    assert await Git(repository).resolve("HEAD") is not None


async def test_output_that_was_cut_off_is_an_error_and_no_answer(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardened, "LIMITS", Limits(output_bytes=10))

    with pytest.raises(WorkspaceError, match="more than"):
        await Git(repository)("ls-tree", "-r", "HEAD")


async def test_who_is_cancelled_waits_for_git_to_end_so_that_it_leaves_no_lock(
    repository: Path,
) -> None:
    slow = "!touch begun; sleep 0.3; touch done"
    work = asyncio.create_task(Git(repository, ("-c", f"alias.slow={slow}")).attempt("slow"))
    while not (repository / "begun").exists():
        await asyncio.sleep(0.01)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert (repository / "done").exists()
