"""The user's repository: what must hold before a run, where a run's commits live, apply."""

from __future__ import annotations

import getpass
import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pullcord.errors import UsageError
from pullcord.process import run
from pullcord.workspace.checkout import fast_forward
from pullcord.workspace.git import Git

_OF_A_HOOK = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}
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

    async def base(self, read: Collection[Path] = ()) -> tuple[str, str]:
        """The commit a run starts from and the branch it is on ('' when detached).

        Untracked files that were `read` already need not be in it. Raises UsageError for what a
        run cannot start from: no commit, uncommitted changes, submodules, large-file pointers.
        """
        commit = await self.git.resolve("HEAD")
        if commit is None:
            raise UsageError(
                f"{self.root} has no commit yet.", "Commit something first: git add -A; git commit"
            )
        await self._refuse_dirty(read)
        await self._refuse_unsupported(commit)
        code, branch, _ = await self.git.attempt("symbolic-ref", "-q", "--short", "HEAD")
        return commit, branch.strip() if code == 0 else ""

    async def _refuse_dirty(self, read: Collection[Path]) -> None:
        git = Git(self.root, await self.habits())
        known = [
            f":(exclude,top,literal){path.resolve().relative_to(self.root.resolve())}"
            for path in read
            if path.resolve().is_relative_to(self.root.resolve())
            and not await self.tracked(f":(literal){path.resolve()}")
        ]
        status = await git(
            "status", "--porcelain=v1", "--untracked-files=normal", "--", ".", *known
        )
        if status:
            shown = ", ".join(line[3:] for line in status.splitlines()[:5])
            raise UsageError(
                f"The checkout has changes that are not committed: {shown}. Agents start from a "
                "commit and would not see them.",
                "Commit or stash them: git stash --include-untracked",
            )

    async def _refuse_unsupported(self, commit: str) -> None:
        listing = await self.git("ls-tree", "-r", "-l", "-z", commit)
        sizes = {}
        for entry in filter(None, listing.split("\0")):
            meta, _, path = entry.partition("\t")
            mode, _, _, size = meta.split()
            sizes[path] = size
            if mode == "160000":
                raise UsageError(
                    f"{path} is a submodule; pullcord cannot work in repositories with submodules.",
                    "Vendor it or run pullcord in a repository without submodules.",
                )
        _, found, _ = await self.git.attempt("grep", "-l", "-z", "-F", "-e", LFS_POINTER, commit)
        for name in filter(None, found.split("\0")):
            path = name.partition(":")[2]
            if int(sizes[path]) < 1024 and await self._starts_as_pointer(commit, path):
                raise UsageError(
                    f"{path} is a Git LFS pointer; agents would see the pointer only.",
                    "Migrate it out of LFS: git lfs migrate export --include=...",
                )

    async def _starts_as_pointer(self, commit: str, path: str) -> bool:
        return (await self.git.read(commit, path) or "").startswith(LFS_POINTER)

    async def tracked(self, folder: str) -> frozenset[str]:
        """The paths below a folder that git knows, relative to the repository."""
        listing = await self.git("ls-files", "-z", "--", folder)
        return frozenset(filter(None, listing.split("\0")))

    async def person(self) -> str:
        """The user's name for answers and waivers: git's, else the login name."""
        if name := await self._configured("user.name"):
            return name
        try:
            return getpass.getuser()
        except (KeyError, OSError):
            return f"user {os.getuid()}"

    async def habits(self) -> tuple[str, ...]:
        """The person's own settings that say what a change is, for Git over their checkout: files
        ignored everywhere, and how lines end."""
        home = os.environ.get("XDG_CONFIG_HOME") or Path(os.environ.get("HOME") or "/", ".config")
        usual = Path(home, "git", "ignore")
        ignored = await self._configured("core.excludesFile", "--type=path") or usual
        endings = await self._configured("core.autocrlf")
        settings = [f"core.excludesFile={ignored}", *([f"core.autocrlf={endings}"] * bool(endings))]
        return tuple(part for setting in settings for part in ("-c", setting))

    async def _configured(self, name: str, *kind: str) -> str:
        # Set where pullcord is called from a git hook, and then about another repository.
        env = {k: v for k, v in os.environ.items() if k not in _OF_A_HOOK}
        done = await run(["git", "config", *kind, name], cwd=self.root, env=env)
        return done.stdout.strip()

    async def fingerprint(self) -> dict[str, str]:
        """What no agent may change: HEAD, the other refs, configuration and hooks."""
        listing = await self.git("for-each-ref", "--format=%(HEAD)%(refname) %(objectname)")
        refs = [line for line in listing.splitlines() if not line[1:].startswith("refs/pullcord/")]
        # A star marks the branch of the checkout; there is none when it is detached, or new.
        head = next((line for line in refs if line.startswith("*")), "")
        head = head or str(await self.git.resolve("HEAD"))
        config = (self.common / "config").read_text() if (self.common / "config").is_file() else ""
        hooks = sorted(
            f"{hook.name}:{hook.stat().st_size}:{hook.stat().st_mtime_ns}"
            for hook in (self.common / "hooks").glob("*")
        )
        return {
            "refs": "\n".join(line[1:] for line in refs),
            "head": head.split(" ")[0],
            "config": config,
            "hooks": "\n".join(hooks),
        }

    async def apply(self, branch: str, old: str, new: str) -> None:
        """Move `branch` from `old` to `new`, then the checkout that stands on that branch, if any.

        May be repeated after a kill. Raises Conflict when the branch is elsewhere or the checkout
        has changes in the way; then nothing is changed.
        """
        git = Git(self.root, await self.habits())
        await fast_forward(git, branch, old, new)
