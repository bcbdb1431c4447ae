"""Fast-forwarding a branch and the checkout that stands on it, without losing a person's file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from pullcord.errors import Conflict, WorkspaceError
from pullcord.model.work import Change
from pullcord.workspace.git import Git


async def fast_forward(git: Git, branch: str, old: str, new: str) -> None:
    """Move `branch` from `old` to `new`, then the checkout, if there is one on that branch.

    May be repeated after a kill. Raises Conflict when the branch is elsewhere or the checkout has
    changes in the way; then nothing is changed.
    """
    current = await git.resolve(f"refs/heads/{branch}")
    if current is None:
        raise Conflict(
            f"The branch {branch} is gone.", f"Make it again: git branch {branch} {old[:12]}"
        )
    if current not in (old, new):
        if (await git.attempt("merge-base", "--is-ancestor", new, current))[0] == 0:
            return  # it was applied, and the branch went on
        raise Conflict(
            f"{branch} is at {current[:12]}, the run started from {old[:12]}: "
            "it cannot be fast-forwarded.",
            f"Merge it yourself: git merge {new[:12]} (or rebase {branch} and run again)",
        )
    where = await git("for-each-ref", "--format=%(worktreepath)", f"refs/heads/{branch}")
    checkout = Git(Path(where.rstrip("\n")), git.settings) if where.strip() else None
    if checkout and current == old:
        await _refuse_in_the_way(checkout, old, new)
    if not await git.move_ref(f"refs/heads/{branch}", new, old):
        raise Conflict(f"{branch} moved while it was applied.", "Apply again.")
    if checkout:
        await _update(checkout, old, new)


async def _refuse_in_the_way(checkout: Git, old: str, new: str) -> None:
    # A file that was only touched, or copied, is no change.
    await checkout.attempt("update-index", "-q", "--refresh")
    code, _, err = await checkout.attempt("read-tree", "-n", "-m", "-u", old, new)
    # git would overwrite a file that it ignores without a word.
    hidden = _hidden(checkout.directory, await checkout.changes(old, new))
    if code != 0 or hidden:
        what = err.strip() or ", ".join(sorted(hidden))
        raise Conflict(
            f"Uncommitted changes in {checkout.directory} are in the way: {what}",
            "Commit, stash or move them, then apply again.",
        )


def _hidden(root: Path, changes: Sequence[Change]) -> set[str]:
    """What stands, unknown to git, where a path is going to be added."""
    going = {change.path for change in changes if change.status in ("deleted", "type-changed")}
    found = set()
    for change in changes:
        if change.status != "added":
            continue
        for place in (PurePosixPath(change.path), *PurePosixPath(change.path).parents):
            path = root / place
            folder_wanted = str(place) != change.path
            there = path.is_symlink() or (path.exists() and not (folder_wanted and path.is_dir()))
            if there and str(place) not in going and path != root:
                found.add(str(place))
    return found


async def _update(checkout: Git, old: str, new: str) -> None:
    code, _, err = await checkout.attempt("read-tree", "-m", "-u", old, new)
    if code != 0:
        # Killed before, while the files were written: those that are as they should be are known.
        await _know_written(checkout, await checkout.changes(old, new), new)
        code, _, err = await checkout.attempt("read-tree", "-m", "-u", old, new)
    if code != 0:
        raise WorkspaceError(
            f"The branch was moved, but the checkout could not follow: {err.strip()}",
            "See `git status`; `git restore --source=HEAD --staged --worktree :/` brings the whole "
            "checkout to the branch.",
        )


async def _know_written(checkout: Git, changes: Sequence[Change], new: str) -> None:
    """Bring into the index what stands in the checkout as it stands in `new`."""
    files = [c for c in changes if c.mode.startswith("100") and "\n" not in c.path]
    files = [c for c in files if _is_file(checkout.directory / c.path)]
    if not files:
        return
    names = "\n".join(change.path for change in files)
    here = await checkout("hash-object", "--stdin-paths", stdin=names.encode())
    there = await checkout(
        "cat-file", "--batch-check=%(objectname)",
        stdin="\n".join(f"{new}:{change.path}" for change in files).encode(),
    )  # fmt: skip
    written = [
        f"{change.mode} {mine}\t{change.path}\0"
        for change, mine, theirs in zip(files, here.split(), there.splitlines(), strict=True)
        if mine == theirs
    ]
    await checkout("update-index", "-z", "--index-info", stdin="".join(written).encode())
    await checkout.attempt("update-index", "-q", "--refresh")


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
