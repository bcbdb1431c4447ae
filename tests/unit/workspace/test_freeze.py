"""Freezing takes what an agent left, whatever it did to its clone, and trusts nothing in it."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from publishing import published
from pullcord.workspace.line import RunTree
from story import git


async def test_freezing_trusts_nothing_in_the_workspaces_git_folder(
    tree: RunTree, base: str, tmp_path: Path
) -> None:
    clone = await tree.clone("backend-1", base)
    mark, spy = tmp_path / "ran", tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\ntouch '{mark}'\ncat\n")
    spy.chmod(0o755)
    (clone / "README.md").write_text("changed")
    git(clone, "update-index", "--assume-unchanged", "README.md")
    for key in ("core.fsmonitor", "filter.spy.clean", "filter.spy.process", "core.sshCommand"):
        git(clone, "config", key, str(spy))
    git(clone, "config", "core.worktree", "/")
    git(clone, "config", "core.excludesFile", str(tmp_path / "excludes"))
    (tmp_path / "excludes").write_text("*\n")
    (clone / ".git/info").mkdir(exist_ok=True)
    (clone / ".git/info/exclude").write_text("*\n")
    (clone / ".git/index").write_bytes(b"rubbish")
    (clone / ".gitattributes").write_text("* filter=spy\n")
    (clone / "new.py").write_text("NEW = 1\n")

    commit = await published(tree, clone, base)

    changed = {c.path for c in await tree.mirror.changes(base, commit)}
    assert changed == {"README.md", "new.py", ".gitattributes"}
    assert not mark.exists()


async def test_freezing_works_when_the_workspaces_git_folder_is_gone_or_a_trap(
    tree: RunTree, repository: Path, base: str
) -> None:
    clone = await tree.clone("backend-1", base)
    shutil.rmtree(clone / ".git")
    (clone / ".git").write_text(f"gitdir: {repository}/.git\n")
    (clone / "a").write_text("a")

    frozen = await tree.freeze(clone, base)

    assert [c.path for c in await tree.mirror.changes(base, frozen)] == ["a"]


ATTRIBUTES = """\
*.py text eol=crlf ident
*.md working-tree-encoding=UTF-16
*.bin filter=lfs diff=lfs merge=lfs -text
*.txt text=auto
"""


async def test_what_is_judged_is_byte_for_byte_what_the_agent_wrote(
    tree: RunTree, base: str
) -> None:
    """No attribute may turn the file that the gates see into another one than is committed."""
    clone = await tree.clone("backend-1", base)
    written = {
        ".gitattributes": ATTRIBUTES.encode(), "a.py": b"# $Id$\r\nA = 1\n",
        "b.md": "plain ünd\n".encode(), "c.bin": b"\x00\xff", "d.txt": b"one\r\ntwo\r\n",
    }  # fmt: skip
    for name, content in written.items():
        (clone / name).write_bytes(content)

    commit = await published(tree, clone, base)
    export = await tree.exported(commit)
    again = await tree.clone("backend-2", commit)

    for place in (export, again):
        assert {name: (place / name).read_bytes() for name in written} == written
    assert git(again, "status", "--porcelain") == ""


@pytest.mark.parametrize("committed", [True, False], ids=["with a commit", "empty"])
async def test_a_repository_inside_the_workspace_is_frozen_as_files(
    tree: RunTree, base: str, committed: bool
) -> None:
    clone = await tree.clone("backend-1", base)
    inner = clone / "vendor" / "thing"
    inner.mkdir(parents=True)
    (inner / "code.py").write_text("CODE = 1\n")
    git(inner, "init", "-q")
    if committed:
        git(inner, "add", "-A")
        git(inner, "commit", "-q", "-m", "hidden")

    commit = await published(tree, clone, base)

    [change] = await tree.mirror.changes(base, commit)
    assert (change.path, change.mode) == ("vendor/thing/code.py", "100644")


async def test_a_file_that_points_to_a_repository_elsewhere_is_not_followed(
    tree: RunTree, repository: Path, base: str
) -> None:
    clone = await tree.clone("backend-1", base)
    (clone / "sub").mkdir()
    (clone / "sub" / ".git").write_text(f"gitdir: {repository}/.git\n")
    (clone / "sub" / "a").write_text("a")

    frozen = await tree.freeze(clone, base)

    assert [c.path for c in await tree.mirror.changes(base, frozen)] == ["sub/a"]
    assert (repository / ".git/HEAD").exists()


async def test_links_are_frozen_as_links_and_never_followed(
    tree: RunTree, base: str, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    clone = await tree.clone("backend-1", base)
    shutil.rmtree(clone / "tests")
    (clone / "tests").symlink_to(outside)
    (clone / "etc").symlink_to("/etc/passwd")
    (clone / "loop").symlink_to("loop")

    commit = await published(tree, clone, base)

    modes = {c.path: c.mode for c in await tree.mirror.changes(base, commit)}
    assert modes == {
        "tests": "120000", "etc": "120000", "loop": "120000", "tests/test_sums.py": "000000",
    }  # fmt: skip
    export = await tree.exported(commit)
    assert (export / "etc").is_symlink()
    assert await tree.mirror.read(commit, "tests") == str(outside)


async def test_pipes_odd_names_and_files_without_rights_do_not_stop_the_freeze(
    tree: RunTree, base: str
) -> None:
    clone = await tree.clone("backend-1", base)
    os.mkfifo(clone / "pipe")
    locked = clone / "locked"
    locked.mkdir()
    (locked / "file").write_text("text")
    (locked / "file").chmod(0)
    locked.chmod(0)
    names = [
        "mit leer zeichen",
        "ümlaut",
        "new\nline",
        "-rf",
        "quote'\"",
        "tab\t",
        "$HOME",
        ":(top)",
    ]
    for name in names:
        (clone / name).write_text(name)
    (clone / os.fsdecode(b"not-utf8-\xff")).write_text("x")

    frozen = await tree.freeze(clone, base)

    found = [c.path for c in await tree.mirror.changes(base, frozen)]
    assert set(found) == {*names, "locked/file", "not-utf8-\ufffd"}


async def test_an_executable_stays_one_and_ignored_files_stay_out(tree: RunTree, base: str) -> None:
    clone = await tree.clone("backend-1", base)
    (clone / ".gitignore").write_text("*.log\nREADME.md\n")
    (clone / "x.log").write_text("noise")
    (clone / "README.md").write_text("tracked, so the change counts")
    (clone / "run.sh").write_text("#!/bin/sh\n")
    (clone / "run.sh").chmod(0o755)

    frozen = await tree.freeze(clone, base)

    modes = {c.path: c.mode for c in await tree.mirror.changes(base, frozen)}
    assert modes == {".gitignore": "100644", "README.md": "100644", "run.sh": "100755"}


async def test_a_workspace_without_changes_freezes_to_its_base(tree: RunTree, base: str) -> None:
    clone = await tree.clone("backend-1", base)

    assert await tree.freeze(clone, base) == await tree.mirror.tree(base)


async def test_freezes_and_exports_at_the_same_time_do_not_meet(tree: RunTree, base: str) -> None:
    clone = await tree.clone("backend-1", base)
    (clone / "a").write_text("a")

    frozen = await asyncio.gather(*(tree.freeze(clone, base) for _ in range(4)))
    exports = await asyncio.gather(*(tree.exported(frozen[0]) for _ in range(4)))

    assert len({*frozen}) == len({*exports}) == 1
    assert (exports[0] / "a").read_text() == "a"
    left = [p.name for p in tree.folder.iterdir() if "index" in p.name]
    assert left == []
    assert [p.name for p in (tree.folder / "exports").iterdir()] == [frozen[0]]
