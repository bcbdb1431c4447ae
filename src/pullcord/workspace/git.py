"""Calling git so that a repository's own configuration cannot make it run anything."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pullcord.errors import WorkspaceError
from pullcord.model.work import Change
from pullcord.process import Limits, run

HARDENED = (
    "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0",
    "-c", "maintenance.auto=false", "-c", "core.quotePath=false",
    "-c", "core.autocrlf=false", "-c", "commit.gpgSign=false", "-c", "protocol.ext.allow=never",
    "-c", "core.attributesFile=/dev/null", "-c", "core.excludesFile=/dev/null",
)  # fmt: skip
_ENV = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": str(Path(__file__).with_name("gitconfig")),
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_AUTHOR_NAME": "pullcord",
    "GIT_AUTHOR_EMAIL": "pullcord@localhost",
    "GIT_COMMITTER_NAME": "pullcord",
    "GIT_COMMITTER_EMAIL": "pullcord@localhost",
}
_STATUS = {"A": "added", "M": "modified", "D": "deleted", "T": "type-changed"}
LIMITS = Limits(wall_s=300.0, output_bytes=256 << 20, file_bytes=8 << 30)


@dataclass(frozen=True)
class Git:
    """git in one directory, with hooks, filters and the user's configuration switched off.

    `settings` are further arguments of git itself (`-c`, `name=value`); they win.
    """

    directory: Path
    settings: tuple[str, ...] = ()

    async def __call__(
        self, *args: str, env: Mapping[str, str] | None = None, stdin: bytes = b""
    ) -> str:
        """Standard output of a git command. Raises WorkspaceError with git's own words."""
        code, out, err = await self.attempt(*args, env=env, stdin=stdin)
        if code != 0:
            raise WorkspaceError(
                f"git {args[0]} failed in {self.directory}: {err.strip() or out.strip() or code}"
            )
        return out

    async def attempt(
        self, *args: str, env: Mapping[str, str] | None = None, stdin: bytes = b""
    ) -> tuple[int, str, str]:
        """Exit status, output and error output, for commands whose failure is an answer.

        Whoever is cancelled meanwhile waits for git to end: killed, it would leave its locks.
        """
        command = run(
            ["git", *HARDENED, *self.settings, *args],
            cwd=self.directory, env={**_ENV, **(env or {})}, stdin=stdin, limits=LIMITS,
        )  # fmt: skip
        work = asyncio.ensure_future(command)
        try:
            done = await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.gather(work, return_exceptions=True)
            raise
        if done.exit is None:
            raise WorkspaceError(
                f"git {args[0]} did not end within {LIMITS.wall_s:.0f} s in {self.directory}."
            )
        if done.truncated:
            raise WorkspaceError(
                f"git {args[0]} had more than {LIMITS.output_bytes >> 20} MiB to say "
                f"in {self.directory}."
            )
        return done.exit, done.stdout, done.stderr

    async def resolve(self, name: str) -> str | None:
        """The full id of a commit, None when there is no such thing."""
        code, out, _ = await self.attempt("rev-parse", "-q", "--verify", f"{name}^{{commit}}")
        return out.strip() if code == 0 else None

    async def tree(self, commit: str) -> str:
        return (await self("rev-parse", f"{commit}^{{tree}}")).strip()

    async def create_ref(self, ref: str, commit: str) -> str:
        """Create a ref, or return the commit of the one that was faster."""
        code, _, err = await self.attempt("update-ref", ref, commit, "")
        if code == 0:
            return commit
        if (winner := await self.resolve(ref)) is not None:
            return winner
        raise WorkspaceError(f"The ref {ref} could not be written: {err.strip()}")

    async def move_ref(self, ref: str, new: str, old: str) -> bool:
        """Compare-and-swap; True when the ref stands at `new` afterwards."""
        code, _, _ = await self.attempt("update-ref", ref, new, old)
        return code == 0 or await self.resolve(ref) == new

    async def read(self, commit: str, path: str) -> str | None:
        """Text of a file in a commit, None when it is not there."""
        code, out, _ = await self.attempt("cat-file", "blob", f"{commit}:{path}")
        return out if code == 0 else None

    async def read_all(self, names: Sequence[tuple[str, str]]) -> list[str | None]:
        """The texts of many (commit, path), with one start of git; see `read`."""
        if not names:
            return []
        asked = "".join(f"{commit}:{path}\n" for commit, path in names)
        out = await self("cat-file", "--batch", stdin=asked.encode())
        if "\ufffd" in out:  # what is no UTF-8 has another length by now
            return [await self.read(commit, path) for commit, path in names]
        texts: list[str | None] = []
        rest = out.encode()
        for _ in names:
            header, _, rest = rest.partition(b"\n")
            if header.endswith(b" missing"):
                texts.append(None)
                continue
            size = int(header.rpartition(b" ")[2])
            texts.append(rest[:size].decode())
            rest = rest[size + 1 :]
        return texts

    async def diff(self, before: str, after: str) -> str:
        """A unified diff, without external drivers."""
        return await self("diff", "--no-ext-diff", "--no-textconv", before, after)

    async def changes(self, before: str, after: str) -> tuple[Change, ...]:
        """The paths that differ between two trees; a rename is a delete and an add."""
        out = await self("diff-tree", "-r", "-z", "--no-renames", before, after)
        parts = out.split("\0")
        return tuple(
            Change.model_validate(
                {"path": path, "status": _STATUS[meta.split()[4][0]], "mode": meta.split()[1]}
            )
            for meta, path in zip(parts[0::2], parts[1::2], strict=False)
            if meta
        )

    async def fingerprint(self, treeish: str, without: str) -> str:
        """A hash of the files of a tree, those under the folder `without` left out."""
        listing = await self("ls-tree", "-r", "-z", treeish)
        kept = [
            entry for entry in listing.split("\0")
            if not entry.partition("\t")[2].startswith(without)
        ]  # fmt: skip
        return hashlib.sha256("\0".join(kept).encode()).hexdigest()
