"""The user's repository: what must hold before a run, where a run's commits live, apply."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from pathlib import Path

from pullcord.errors import Conflict, UsageError, WorkspaceError
from pullcord.process import run
from pullcord.workspace.git import Git

LFS_POINTER = "version https://git-lfs.github.com/spec/v1"


@dataclass(frozen=True)
class Repository:
    """The user's checkout (`root`) and its common git directory, where pullcord keeps its state."""

    root: Path
    common: Path

    @classmethod
    async def find(cls, start: Path) -> Repository:
        """The repository that holds `start`. Raises UsageError when there is none."""
        if not start.is_dir():
            raise UsageError(f"{start} is not a folder.", "Name a folder with -C.")
        code, out, _ = await Git(start).attempt(
            "rev-parse", "--path-format=absolute", "--show-toplevel", "--git-common-dir"
        )
        lines = out.splitlines()
        if code != 0 or len(lines) != 2:
            raise UsageError(
                f"{start} is not in a git repository with a work tree.",
                "Run `git init` and commit, or name the repository with -C.",
            )
        return cls(Path(lines[0]), Path(lines[1]))

    @property
    def git(self) -> Git:
        return Git(self.root)

    @property
    def state(self) -> Path:
        """The folder of ledger, logs and locks; never in the work tree."""
        return self.common / "pullcord"

    async def base(self) -> tuple[str, str]:
        """The commit a run starts from and the branch it is on ('' when detached).

        Raises UsageError for what a run cannot start from: no commit, uncommitted changes,
        submodules, large-file pointers.
        """
        commit = await self.git.resolve("HEAD")
        if commit is None:
            raise UsageError(
                f"{self.root} has no commit yet.", "Commit something first: git add -A; git commit"
            )
        await self._refuse_dirty()
        await self._refuse_unsupported(commit)
        code, branch, _ = await self.git.attempt("symbolic-ref", "-q", "--short", "HEAD")
        return commit, branch.strip() if code == 0 else ""

    async def _refuse_dirty(self) -> None:
        status = await self.git("status", "--porcelain=v1", "--untracked-files=normal")
        if status:
            shown = ", ".join(line[3:] for line in status.splitlines()[:5])
            raise UsageError(
                f"The checkout has changes that are not committed: {shown}. Agents start from a "
                "commit and would not see them.",
                "Commit or stash them: git stash --include-untracked",
            )

    async def _refuse_unsupported(self, commit: str) -> None:
        listing = await self.git("ls-tree", "-r", "-l", "-z", commit)
        for entry in filter(None, listing.split("\0")):
            meta, _, path = entry.partition("\t")
            mode, _, sha, size = meta.split()
            if mode == "160000":
                raise UsageError(
                    f"{path} is a submodule; pullcord cannot work in repositories with submodules.",
                    "Vendor it or run pullcord in a repository without submodules.",
                )
            if size.isdigit() and 100 < int(size) < 300:
                text = await self.git("cat-file", "blob", sha)
                if text.startswith(LFS_POINTER):
                    raise UsageError(
                        f"{path} is a Git LFS pointer; agents would see the pointer only.",
                        "Migrate it out of LFS: git lfs migrate export --include=...",
                    )

    async def person(self) -> str:
        """The user's name for answers and waivers: git's, else the login name."""
        done = await run(["git", "config", "user.name"], cwd=self.root, env=dict(os.environ))
        return done.stdout.strip() or getpass.getuser()

    async def fingerprint(self) -> dict[str, str]:
        """What no agent may change: HEAD, the other refs, configuration and hooks."""
        refs = await self._refs()
        head = (self.common / "HEAD").read_text() if (self.common / "HEAD").is_file() else ""
        config = (self.common / "config").read_text() if (self.common / "config").is_file() else ""
        hooks = sorted(
            f"{hook.name}:{hook.stat().st_size}:{hook.stat().st_mtime_ns}"
            for hook in (self.common / "hooks").glob("*")
        )
        return {"refs": refs, "head": head, "config": config, "hooks": "\n".join(hooks)}

    async def _refs(self) -> str:
        listing = await self.git("for-each-ref", "--format=%(refname) %(objectname)")
        return "\n".join(
            line for line in listing.splitlines() if not line.startswith("refs/pullcord/")
        )

    async def apply(self, branch: str, old: str, new: str) -> None:
        """Move `branch` from `old` to `new`, then the checkout if it stands on that branch.

        May be repeated after a kill. Raises Conflict when the branch is elsewhere or the checkout
        has changes in the way; then nothing is changed.
        """
        current = await self.git.resolve(f"refs/heads/{branch}")
        code, out, _ = await self.git.attempt("symbolic-ref", "-q", "--short", "HEAD")
        checked_out = code == 0 and out.strip() == branch
        if current not in (old, new):
            raise Conflict(
                f"{branch} is at {str(current)[:12]}, the run started from {old[:12]}: "
                "it cannot be fast-forwarded.",
                f"Merge it yourself: git merge {new[:12]} (or rebase {branch} and run again)",
            )
        if checked_out and current == old:
            code, _, err = await self.git.attempt("read-tree", "-n", "-m", "-u", old, new)
            if code != 0:
                raise Conflict(
                    f"Uncommitted changes in {self.root} are in the way: {err.strip()}",
                    "Commit or stash them, then apply again.",
                )
        if not await self.git.move_ref(f"refs/heads/{branch}", new, old):
            raise Conflict(f"{branch} moved while it was applied.", "Apply again.")
        if checked_out:
            await self._update_checkout(old, new)

    async def _update_checkout(self, old: str, new: str) -> None:
        code, _, err = await self.git.attempt("read-tree", "-m", "-u", old, new)
        if code != 0:
            raise WorkspaceError(
                f"The branch was moved, but the checkout could not follow: {err.strip()}",
                "See `git status`; `git restore .` brings the checkout to the branch.",
            )
