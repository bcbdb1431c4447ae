"""The user's repository: what a run refuses to start from, what is seen of it, what apply does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pullcord.errors import Conflict, UsageError
from pullcord.workspace.git import Git
from pullcord.workspace.repository import Repository
from story import git, make_repository

POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'ab' * 32}\nsize 12345\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's home without any configuration."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "Repository mit Ümlaut")


def commit(root: Path, files: dict[str, str | None], message: str = "Change") -> str:
    for name, text in files.items():
        if text is None:
            (root / name).unlink()
        else:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
    git(root, "add", "-A", "-f")
    git(root, "commit", "-q", "--allow-empty", "-m", message)
    return git(root, "rev-parse", "HEAD")


def head(root: Path) -> str:
    return git(root, "rev-parse", "HEAD")


# -- finding -------------------------------------------------------------------------------------


async def test_a_repository_is_found_from_any_folder_in_it(root: Path) -> None:
    found = await Repository.find(root / "tiny")

    assert (found.root, found.common) == (root, root / ".git")
    assert found.state == root / ".git" / "pullcord"


async def test_linked_worktrees_share_their_state(root: Path, tmp_path: Path) -> None:
    git(root, "worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))

    found = await Repository.find(tmp_path / "linked")

    assert found.root == tmp_path / "linked"
    assert found.state == root / ".git" / "pullcord"


async def test_no_repository_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not in a git repository") as caught:
        await Repository.find(tmp_path)

    assert "git init" in caught.value.hint


async def test_a_bare_repository_is_a_usage_error(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "bare.git")

    with pytest.raises(UsageError, match="with a work tree"):
        await Repository.find(tmp_path / "bare.git")


async def test_the_inside_of_git_is_no_place_to_work(root: Path) -> None:
    with pytest.raises(UsageError, match="with a work tree"):
        await Repository.find(root / ".git")


@pytest.mark.parametrize("name", ["nothing-here", "README.md"])
async def test_what_is_no_folder_is_a_usage_error(root: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        await Repository.find(root / name)


# -- what a run starts from ----------------------------------------------------------------------


async def test_a_run_starts_from_the_commit_and_branch_of_the_checkout(root: Path) -> None:
    assert await (await Repository.find(root)).base() == (head(root), "main")


async def test_a_detached_head_has_no_branch(root: Path) -> None:
    git(root, "checkout", "-q", "--detach")

    assert await (await Repository.find(root)).base() == (head(root), "")


async def test_a_repository_without_a_commit_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "new")

    with pytest.raises(UsageError, match="no commit yet") as caught:
        await (await Repository.find(tmp_path / "new")).base()

    assert "git commit" in caught.value.hint


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (lambda r: (r / "README.md").write_text("x"), "README.md"),
        (lambda r: (r / "ünd neu.txt").write_text("x"), "ünd neu.txt"),
        (lambda r: (r / "README.md").unlink(), "README.md"),
        (lambda r: git(r, "mv", "README.md", "R.md"), "README.md -> R.md"),
        (lambda r: git(r, "rm", "-q", "--cached", "README.md"), "README.md"),
    ],
    ids=["modified", "untracked", "deleted", "moved", "unstaged"],
)  # fmt: skip
async def test_a_checkout_with_changes_is_refused_and_they_are_named(
    root: Path, change: object, shown: str
) -> None:
    assert callable(change)
    change(root)

    with pytest.raises(UsageError, match="not committed") as caught:
        await (await Repository.find(root)).base()

    assert shown in caught.value.message
    assert "git stash" in caught.value.hint


async def test_a_request_that_was_read_already_need_not_be_committed(root: Path) -> None:
    (root / "asked").mkdir()
    request, other = root / "asked/request.md", root.parent / "plan.py"
    request.write_text("# x\n")
    repository = await Repository.find(root)

    assert (await repository.base([request, other]))[0] == head(root)

    (root / "asked/more.md").write_text("# y\n")
    with pytest.raises(UsageError, match="not committed: asked/"):
        await repository.base([request])
    (root / "asked/more.md").unlink()
    (root / "README.md").write_text("changed\n")
    with pytest.raises(UsageError, match=r"not committed: README\.md"):
        await repository.base([request, root / "README.md"])


async def test_files_that_the_person_ignores_everywhere_are_no_changes(
    root: Path, home: Path
) -> None:
    (home / ".config/git").mkdir(parents=True)
    (home / ".config/git/ignore").write_text(".idea/\n")
    (root / ".idea").mkdir()
    (root / ".idea/workspace.xml").touch()

    assert (await (await Repository.find(root)).base())[1] == "main"


async def test_a_file_of_ignored_names_that_the_person_configured_is_honoured(
    root: Path, home: Path
) -> None:
    (home / "my ignores").write_text("*.swp\n")
    (home / ".gitconfig").write_text(
        '[core]\n\texcludesFile = "~/my ignores"\n\tautocrlf = input\n'
    )
    (root / "x.swp").touch()
    repository = await Repository.find(root)

    assert (await repository.base())[1] == "main"
    assert await repository.habits() == (
        "-c", f"core.excludesFile={home}/my ignores", "-c", "core.autocrlf=input",
    )  # fmt: skip


async def test_submodules_are_refused(root: Path, tmp_path: Path) -> None:
    other = make_repository(tmp_path / "other")
    git(
        root,
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        "-q",
        str(other),
        "vendor/other",
    )
    git(root, "commit", "-q", "-m", "submodule")

    with pytest.raises(UsageError, match="vendor/other is a submodule"):
        await (await Repository.find(root)).base()


async def test_large_file_pointers_are_refused(root: Path) -> None:
    commit(root, {"data/model ü.bin": POINTER})

    with pytest.raises(UsageError, match=r"data/model ü\.bin is a Git LFS pointer"):
        await (await Repository.find(root)).base()


async def test_a_text_that_only_speaks_of_large_files_is_fine(root: Path) -> None:
    commit(
        root, {"docs/lfs.md": f"A pointer looks like this:\n\n{POINTER}", "long.txt": POINTER * 9}
    )

    assert (await (await Repository.find(root)).base())[1] == "main"


async def test_many_small_files_are_looked_at_at_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(
        root, {f"tiny/m{n}.py": "x = 1  # as long as a pointer would be\n" * 4 for n in range(60)}
    )
    calls = []
    real = Git.attempt

    async def counted(self: Git, *args: str, **more: object) -> object:
        calls.append(args[0])
        return await real(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Git, "attempt", counted)
    await (await Repository.find(root)).base()

    assert len(calls) < 10


async def test_a_person_is_who_git_says_or_who_is_logged_in(
    root: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = await Repository.find(root)
    monkeypatch.setenv("LOGNAME", "grace")

    assert await repository.person() == "grace"
    (home / ".gitconfig").write_text("[user]\n\tname = Grace Höpper\n")
    assert await repository.person() == "Grace Höpper"


async def test_a_person_without_any_name_is_still_somebody(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 987654)

    assert await (await Repository.find(root)).person() == "user 987654"


# -- what no agent may change --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda r: git(r, "branch", "new"), "refs"),
        (lambda r: git(r, "tag", "v1"), "refs"),
        (lambda r: commit(r, {"a": "a"}), "refs"),
        (lambda r: git(r, "checkout", "-q", "--detach"), "head"),
        (lambda r: git(r, "config", "core.pager", "evil"), "config"),
        (lambda r: (r / ".git/hooks/pre-commit").write_text("evil"), "hooks"),
    ],
    ids=["branch", "tag", "commit", "detached", "configuration", "hook"],
)
async def test_the_fingerprint_shows_what_was_touched(
    root: Path, change: object, part: str
) -> None:
    (root / ".git/hooks").mkdir(exist_ok=True)
    repository = await Repository.find(root)
    before = await repository.fingerprint()
    assert before == await repository.fingerprint()

    assert callable(change)
    change(root)

    after = await repository.fingerprint()
    assert part in {name for name in before if after[name] != before[name]}


async def test_the_fingerprint_of_a_linked_worktree_is_its_own(root: Path, tmp_path: Path) -> None:
    git(root, "worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    repository = await Repository.find(tmp_path / "linked")
    before = await repository.fingerprint()

    git(tmp_path / "linked", "checkout", "-q", "--detach")

    assert (await repository.fingerprint())["head"] != before["head"]


async def test_the_runs_own_refs_are_no_change(root: Path) -> None:
    repository = await Repository.find(root)
    before = await repository.fingerprint()
    git(root, "update-ref", "refs/pullcord/r-1/head", "HEAD")

    assert await repository.fingerprint() == before


# -- apply ---------------------------------------------------------------------------------------


@pytest.fixture
def result(root: Path) -> tuple[str, str]:
    """Where main stands, and a commit on top of it that adds, changes and deletes."""
    old = commit(root, {"gone.txt": "old\n", "stays.txt": "stays\n"})
    new = commit(root, {"gone.txt": None, "README.md": "new\n", "docs/temp/a.md": "a\n"})
    git(root, "update-ref", "refs/pullcord/r-1/head", new)
    git(root, "reset", "-q", "--hard", old)
    return old, new


def is_applied(root: Path, new: str) -> bool:
    clean = git(root, "status", "--porcelain") == ""
    return clean and git(root, "rev-parse", "main") == new and not (root / "gone.txt").exists()


async def test_apply_moves_the_branch_and_the_checkout(root: Path, result: tuple[str, str]) -> None:
    await (await Repository.find(root)).apply("main", *result)

    assert is_applied(root, result[1])
    assert (root / "README.md").read_text() == "new\n"


async def test_apply_may_be_repeated(root: Path, result: tuple[str, str]) -> None:
    repository = await Repository.find(root)
    await repository.apply("main", *result)
    (root / "stays.txt").write_text("changed since\n")

    await repository.apply("main", *result)

    assert git(root, "status", "--porcelain") == "M stays.txt"


async def test_apply_killed_between_branch_and_checkout_can_be_repeated(
    root: Path, result: tuple[str, str]
) -> None:
    git(root, "update-ref", "refs/heads/main", result[1])

    await (await Repository.find(root)).apply("main", *result)

    assert is_applied(root, result[1])


@pytest.mark.parametrize(
    "written", [["README.md"], ["docs/temp/a.md"], ["README.md", "docs/temp/a.md"]]
)
async def test_apply_killed_while_the_checkout_was_written_can_be_repeated(
    root: Path, result: tuple[str, str], written: list[str]
) -> None:
    old, new = result
    git(root, "update-ref", "refs/heads/main", new)
    (root / "gone.txt").unlink()
    for name in written:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(git(root, "show", f"{new}:{name}") + "\n")

    await (await Repository.find(root)).apply("main", old, new)

    assert is_applied(root, new)


async def test_changes_that_are_not_in_the_way_stay(root: Path, result: tuple[str, str]) -> None:
    (root / "stays.txt").write_text("mine\n")
    (root / "untracked.txt").write_text("mine\n")

    await (await Repository.find(root)).apply("main", *result)

    assert git(root, "status", "--porcelain").splitlines() == ["M stays.txt", "?? untracked.txt"]
    assert (root / "README.md").read_text() == "new\n"


@pytest.mark.parametrize("name", ["README.md", "gone.txt", "docs/temp/a.md", "docs"])
@pytest.mark.parametrize("ignored", [False, True], ids=["", "ignored"])
async def test_changes_in_the_way_are_a_conflict_and_nothing_moves(
    root: Path, result: tuple[str, str], name: str, ignored: bool
) -> None:
    if ignored:
        (root / ".git/info").mkdir(exist_ok=True)
        (root / ".git/info/exclude").write_text("docs\n")
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("mine\n")
    before = git(root, "status", "--porcelain", "--ignored")

    with pytest.raises(Conflict, match="in the way") as caught:
        await (await Repository.find(root)).apply("main", *result)

    assert "apply again" in caught.value.hint
    assert (root / name).read_text() == "mine\n"
    assert git(root, "rev-parse", "main") == result[0]
    assert git(root, "status", "--porcelain", "--ignored") == before


async def test_a_branch_that_went_on_is_a_conflict_that_names_the_choices(
    root: Path, result: tuple[str, str]
) -> None:
    went_on = commit(root, {"mine.txt": "mine\n"})

    with pytest.raises(Conflict, match="cannot be fast-forwarded") as caught:
        await (await Repository.find(root)).apply("main", *result)

    assert caught.value.exit_code == 7
    assert f"git merge {result[1][:12]}" in caught.value.hint
    assert head(root) == went_on


async def test_a_branch_that_is_gone_is_a_conflict(root: Path, result: tuple[str, str]) -> None:
    git(root, "checkout", "-q", "-b", "other")
    git(root, "branch", "-q", "-D", "main")

    with pytest.raises(Conflict, match="main is gone"):
        await (await Repository.find(root)).apply("main", *result)


async def test_a_checkout_of_another_branch_stays_as_it_is(
    root: Path, result: tuple[str, str]
) -> None:
    git(root, "checkout", "-q", "-b", "other")

    await (await Repository.find(root)).apply("main", *result)

    assert git(root, "rev-parse", "main") == result[1]
    assert head(root) == result[0]
    assert git(root, "status", "--porcelain") == ""


async def test_a_linked_worktree_that_has_the_branch_follows_too(
    root: Path, result: tuple[str, str], tmp_path: Path
) -> None:
    git(root, "checkout", "-q", "-b", "other")
    git(root, "worktree", "add", "-q", str(tmp_path / "linked"), "main")

    await (await Repository.find(root)).apply("main", *result)

    assert is_applied(tmp_path / "linked", result[1])
    assert git(root, "status", "--porcelain") == ""


async def test_apply_runs_no_hook(root: Path, result: tuple[str, str], tmp_path: Path) -> None:
    (root / ".git/hooks").mkdir(exist_ok=True)
    for name in ("reference-transaction", "post-checkout", "post-merge", "post-index-change"):
        hook = root / ".git/hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\n")
        hook.chmod(0o755)

    await (await Repository.find(root)).apply("main", *result)

    assert not (tmp_path / "ran").exists()
    assert git(root, "rev-parse", "main") == result[1]
