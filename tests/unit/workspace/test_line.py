"""A run's git side, against agents that do anything to their clones."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from publishing import AT, published
from pullcord.errors import WorkspaceError
from pullcord.workspace.git import Git
from pullcord.workspace.line import RunTree
from story import git, make_repository


def everything(git_dir: Path) -> set[str]:
    """Every object that git can find there, reachable or not."""
    listing = git(git_dir, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
    return set(listing.splitlines())


async def test_an_attempts_files_become_a_commit_in_the_users_repository(
    tree: RunTree, repository: Path, base: str
) -> None:
    workspace = await tree.clone("backend-1", base)
    (workspace / "tiny/new.py").write_text("NEW = 1\n")
    (workspace / "README.md").unlink()

    commit = await published(tree, workspace, base)

    assert git(repository, "rev-parse", "refs/pullcord/r-1/backend/1/work") == commit
    assert git(repository, "diff", "--name-status", base, commit) == "D\tREADME.md\nA\ttiny/new.py"
    assert git(repository, "log", "-1", "--format=%an %ae %cn %ai|%P", commit) == (
        f"backend backend@pullcord.localhost pullcord 2026-11-22 12:00:00 +0000|{base}"
    )


async def test_the_users_checkout_and_branches_stay_as_they_are(
    tree: RunTree, repository: Path, base: str
) -> None:
    before = [
        git(repository, "status", "--porcelain"),
        git(repository, "for-each-ref", "refs/heads"),
    ]
    workspace = await tree.clone("backend-1", base)
    (workspace / "README.md").write_text("changed")
    await tree.advance(await published(tree, workspace, base), base)

    after = [
        git(repository, "status", "--porcelain"),
        git(repository, "for-each-ref", "refs/heads"),
    ]
    assert after == before
    assert not (repository / ".git/FETCH_HEAD").exists()


async def test_the_same_work_gives_the_same_commit(tree: RunTree, base: str) -> None:
    commits = set()
    for _ in range(2):
        workspace = await tree.clone("backend-1", base)
        (workspace / "a").write_text("a")
        frozen = await tree.freeze(workspace, base)
        commits.add(await tree.commit(frozen, base, "Work\n", agent="backend", at=AT))

    assert len(commits) == 1


async def test_what_was_published_first_stays(tree: RunTree, base: str) -> None:
    commits = []
    for text in ("one", "two"):
        workspace = await tree.clone("backend-1", base)
        (workspace / "a").write_text(text)
        commits.append(await published(tree, workspace, base))

    assert commits[0] == commits[1]


async def test_the_head_moves_from_where_it_was_only(tree: RunTree, base: str) -> None:
    workspace = await tree.clone("backend-1", base)
    (workspace / "a").write_text("a")
    one = await published(tree, workspace, base)
    (workspace / "a").write_text("b")
    two = await published(tree, workspace, base, "frontend/1/work")

    assert await tree.advance(one, base)
    assert not await tree.advance(two, base)
    assert await tree.advance(one, base), "a repeat after a kill"
    assert await tree.head() == one


async def test_a_head_that_is_gone_is_said(tree: RunTree, repository: Path) -> None:
    git(repository, "update-ref", "-d", "refs/pullcord/r-1/head")

    with pytest.raises(WorkspaceError, match="is gone"):
        await tree.head()


async def test_preparing_again_changes_nothing_even_after_the_cache_was_emptied(
    tree: RunTree, base: str
) -> None:
    workspace = await tree.clone("backend-1", base)
    (workspace / "a").write_text("a")
    commit = await published(tree, workspace, base)
    await tree.advance(commit, base)
    shutil.rmtree(tree.folder)

    await tree.prepare(base)

    assert await tree.head() == commit
    again = await tree.clone("backend-2", commit)
    assert (again / "a").read_text() == "a"


async def test_a_clone_starts_at_the_given_commit_with_the_base_beside_it(
    tree: RunTree, base: str
) -> None:
    workspace = await tree.clone("backend-1", base)
    (workspace / "a").write_text("a")
    red = await published(tree, workspace, base)

    clone = await tree.clone("backend-2", red)

    assert git(clone, "rev-parse", "HEAD") == red
    assert git(clone, "rev-parse", "base") == base
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "symbolic-ref", "--short", "HEAD") == "line"


async def test_a_clone_holds_no_word_of_anything_else(
    tree: RunTree, repository: Path, base: str, tmp_path: Path
) -> None:
    """Agents read answers out of git: other branches, tags, other runs, other attempts, remotes."""
    for name, how in (("answer", "branch"), ("v9", "tag")):
        (repository / name).write_text(name)
        git(repository, "add", "-A")
        git(repository, "commit", "-q", "-m", name)
        git(repository, how, name)
        git(repository, "reset", "-q", "--hard", base)
    git(repository, "update-ref", "refs/pullcord/r-0/head", "answer")
    other = await tree.clone("other-1", base)
    (other / "secret").write_text("what another attempt wrote")
    await published(tree, other, base, "other/1/work")

    clone = await tree.clone("backend-1", base)

    assert everything(clone) == set(
        git(repository, "rev-list", "--objects", "--no-object-names", base).split()
    )
    assert sorted(git(clone, "for-each-ref", "--format=%(refname)").split()) == [
        "refs/heads/base", "refs/heads/line",
    ]  # fmt: skip
    assert git(clone, "remote") == ""
    configuration = (clone / ".git/config").read_text()
    assert str(tmp_path) not in configuration
    assert not (clone / ".git/objects/info/alternates").exists()
    assert not (clone / ".git/logs").exists() or str(tmp_path) not in "".join(
        log.read_text() for log in (clone / ".git/logs").rglob("*") if log.is_file()
    )


async def test_an_agent_that_rewrites_the_objects_of_its_clone_reaches_no_other(
    tree: RunTree, repository: Path, base: str
) -> None:
    clone = await tree.clone("backend-1", base)
    for file in (clone / ".git/objects").rglob("*"):
        if file.is_file():
            file.chmod(0o644)
            file.write_bytes(b"rubbish" * 99)

    assert (await tree.exported(base) / "README.md").read_text() == "# tiny\n"
    next_one = await tree.clone("backend-2", base)
    git(next_one, "fsck", "--strict")
    git(repository, "fsck", "--strict")


async def test_one_file_is_replaced_and_nothing_else(tree: RunTree, base: str) -> None:
    whole = await tree.mirror.tree(base)
    replaced = await tree.replace_file(whole, "docs/temp/ünd neu.md", "text\r\n")

    [change] = await tree.mirror.changes(whole, replaced)
    assert (change.path, change.status) == ("docs/temp/ünd neu.md", "added")
    assert await tree.mirror.read(replaced, "docs/temp/ünd neu.md") == "text\r\n"


@pytest.mark.parametrize("message", ["", "nul \0 nul\n", "half \ud800\n", "# only a comment\n"])
async def test_any_message_can_be_committed(tree: RunTree, base: str, message: str) -> None:
    whole = await tree.mirror.tree(base)

    assert await tree.commit(whole, base, message, agent="backend", at=AT)


async def test_a_clone_replaces_what_a_killed_attempt_left_there(tree: RunTree, base: str) -> None:
    left = tree.folder / "backend-1"
    (left / "deep").mkdir(parents=True)
    (left / "deep" / "file").touch()
    (left / "deep").chmod(0o500)

    clone = await tree.clone("backend-1", base)

    assert not (clone / "deep").exists()
    assert (clone / "README.md").exists()


async def test_a_half_made_clone_stands_under_no_name_that_is_looked_at(
    tree: RunTree, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that whatever stands in a workspace's place is a whole one, in which an agent worked."""
    seen = []
    real = Git.__call__

    async def watched(self: Git, *args: str, **more: object) -> str:
        seen.append((tree.folder / "backend-1").exists())
        return await real(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Git, "__call__", watched)
    await tree.clone("backend-1", base)

    assert len(seen) > 1
    assert not any(seen)


async def test_a_shallow_repository_works(repository: Path, tmp_path: Path) -> None:
    for n in range(3):
        (repository / "n").write_text(str(n))
        git(repository, "add", "-A")
        git(repository, "commit", "-q", "-m", str(n))
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", str(shallow))
    base = git(shallow, "rev-parse", "HEAD")
    tree = RunTree(shallow, tmp_path / "cache2", "r-1")
    await tree.prepare(base)

    clone = await tree.clone("backend-1", base)
    (clone / "a").write_text("a")
    commit = await published(tree, clone, base)

    assert git(shallow, "rev-parse", f"{commit}^") == base
    assert (await tree.clone("backend-2", commit) / "a").exists()


async def test_a_repository_of_another_owner_works(repository: Path, tmp_path: Path) -> None:
    """The usual case in a container, where git refuses unless told that it is meant."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    for path in [repository, *repository.rglob("*")]:
        os.lchown(path, 1234, 1234)
    base = await Git(repository).resolve("HEAD")
    assert base is not None
    tree = RunTree(repository, tmp_path / "cache2", "r-1")

    await tree.prepare(base)
    clone = await tree.clone("backend-1", base)
    (clone / "a").write_text("a")

    assert await published(tree, clone, base)


async def test_a_repository_that_names_objects_by_longer_hashes_works(tmp_path: Path) -> None:
    repository = tmp_path / "repo"
    git(tmp_path, "init", "-q", "-b", "main", "--object-format=sha256", str(repository))
    make_repository(repository)
    base = git(repository, "rev-parse", "HEAD")
    tree = RunTree(repository, tmp_path / "cache2", "r-1")
    await tree.prepare(base)

    clone = await tree.clone("backend-1", base)
    (clone / "a").write_text("a")

    assert len(await published(tree, clone, base)) == 64


async def test_a_repository_that_borrows_objects_from_another_works(
    repository: Path, base: str, tmp_path: Path
) -> None:
    borrower = tmp_path / "borrower"
    git(tmp_path, "clone", "-q", "--shared", str(repository), str(borrower))
    (borrower / ".git/objects/info/alternates").write_text(
        f"../../../{repository.name}/.git/objects\n"
    )
    tree = RunTree(borrower, tmp_path / "cache2", "r-1")
    await tree.prepare(base)

    clone = await tree.clone("backend-1", base)
    (clone / "a").write_text("a")

    assert await published(tree, clone, base)


async def test_a_repository_that_was_moved_is_found_again(
    tree: RunTree, repository: Path, base: str, tmp_path: Path
) -> None:
    moved = RunTree(repository.rename(tmp_path / "moved"), tree.folder, "r-1")

    await moved.prepare(base)

    assert await moved.mirror.tree(base)


async def test_a_linked_worktree_and_packed_objects_work(
    repository: Path, base: str, tmp_path: Path
) -> None:
    git(repository, "gc", "-q")
    linked = tmp_path / "linked"
    git(repository, "worktree", "add", "-q", "-b", "side", str(linked))
    tree = RunTree(linked, tmp_path / "cache2", "r-2")
    await tree.prepare(base)

    clone = await tree.clone("backend-1", base)
    (clone / "a").write_text("a")

    assert await published(tree, clone, base) == git(
        repository, "rev-parse", "refs/pullcord/r-2/backend/1/work"
    )
