"""The commits of one run: mirror, clones, frozen trees, published refs, rescue."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from pullcord.errors import WorkspaceError
from pullcord.workspace.git import Git


@dataclass(frozen=True)
class RunTree:
    """The git side of one run.

    `repository` is the user's; `folder` is this run's place in the cache: a bare mirror with
    nothing but the run's own history, and the clones made from it. Agents read answers out of git,
    so a clone holds no other runs, no tags, no unreachable commits of the user.
    """

    repository: Path
    folder: Path
    run: str

    @property
    def mirror(self) -> Git:
        return Git(self.folder / "mirror.git")

    @property
    def user(self) -> Git:
        return Git(self.repository)

    def ref(self, name: str) -> str:
        return f"refs/pullcord/{self.run}/{name}"

    async def prepare(self, base: str) -> None:
        """Make the run's refs and mirror; harmless when they are there."""
        await self.user.create_ref(self.ref("base"), base)
        await self.user.create_ref(self.ref("head"), base)
        mirror = self.folder / "mirror.git"
        if not (mirror / "HEAD").exists():
            # A kill leaves a half-made mirror under its temporary name only.
            fresh = self.folder / f"mirror.{os.getpid()}"
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(parents=True)
            await Git(fresh)("init", "-q", "--bare", "--template=", ".")
            fresh.rename(mirror)
        await self._fetch("base")

    async def _fetch(self, name: str) -> None:
        await self.mirror(
            "fetch", "-q", "--no-tags", "--no-write-fetch-head", str(self.repository),
            f"+{self.ref(name)}:refs/heads/{name}",
        )  # fmt: skip

    async def head(self) -> str:
        """The commit the next task starts from."""
        commit = await self.user.resolve(self.ref("head"))
        if commit is None:
            raise WorkspaceError(f"The ref {self.ref('head')} is gone.", "Start the run again.")
        return commit

    async def clone(self, name: str, base: str) -> Path:
        """A fresh clone at `base`; what stood there before must have been rescued."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        await self._fetch("head")
        path.parent.mkdir(parents=True, exist_ok=True)
        await self.mirror(
            "clone", "-q", "--local", "--no-tags", "--template=", "--no-checkout",
            "--single-branch", "--branch", "base", ".", str(path),
        )  # fmt: skip
        await Git(path)("remote", "remove", "origin")
        await self.mirror("push", "-q", str(path), f"{base}:refs/heads/line")
        await Git(path)("checkout", "-q", "-f", "-B", "line", base)
        return path

    async def freeze(self, workspace: Path, base: str) -> str:
        """The tree that stands in a workspace. Nothing in the workspace's own .git is trusted."""
        index = self.folder / f"{workspace.name}.index"
        env = {"GIT_INDEX_FILE": str(index), "GIT_WORK_TREE": str(workspace)}
        index.unlink(missing_ok=True)
        await self.mirror("read-tree", base, env=env)
        git_dir = str(self.mirror.directory)
        await Git(workspace)(
            "--git-dir", git_dir, "--work-tree", str(workspace), "add", "-A", ".",
            env={"GIT_INDEX_FILE": str(index)},
        )  # fmt: skip
        tree = (await self.mirror("write-tree", env=env)).strip()
        index.unlink(missing_ok=True)
        return tree

    async def commit(self, tree: str, parent: str, message: str, *, agent: str, at: str) -> str:
        """A commit whose id depends on its arguments alone, so that a repeat gives the same one.

        `at` is UTC `YYYY-MM-DD HH:MM:SS`.
        """
        date = f"{at.replace(' ', 'T')}+00:00"
        env = {
            "GIT_AUTHOR_NAME": agent, "GIT_AUTHOR_EMAIL": f"{agent}@pullcord.localhost",
            "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date,
        }  # fmt: skip
        out = await self.mirror(
            "commit-tree", tree, "-p", parent, env=env, stdin=message.encode("utf-8", "replace")
        )
        return out.strip()

    async def publish(self, name: str, commit: str) -> str:
        """Bring a commit into the user's repository under the run's own refs.

        Create-only: returns the commit that stands there, which is another one when somebody was
        faster.
        """
        staged = f"refs/publish/{name}"
        await self.mirror("update-ref", staged, commit)
        await self.user(
            "fetch", "-q", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance",
            str(self.mirror.directory), staged,
        )  # fmt: skip
        return await self.user.create_ref(self.ref(name), commit)

    async def replace_file(self, commit_tree: str, path: str, text: str) -> str:
        """The tree with one file's text replaced or added."""
        index = self.folder / f"replace.{commit_tree[:20]}.{os.getpid()}.index"
        index.unlink(missing_ok=True)
        env = {"GIT_INDEX_FILE": str(index)}
        await self.mirror("read-tree", commit_tree, env=env)
        blob = await self.mirror("hash-object", "-w", "--stdin", stdin=text.encode())
        await self.mirror(
            "update-index", "--add", "--cacheinfo", f"100644,{blob.strip()},{path}", env=env
        )
        tree = (await self.mirror("write-tree", env=env)).strip()
        index.unlink(missing_ok=True)
        return tree

    async def export(self, treeish: str, folder: Path) -> Path:
        """The files of a tree in a fresh folder, without any .git."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        index = folder.with_name(f"{folder.name}.index")
        index.unlink(missing_ok=True)
        env = {"GIT_INDEX_FILE": str(index), "GIT_WORK_TREE": str(folder)}
        await self.mirror("read-tree", treeish, env=env)
        await self.mirror("checkout-index", "-a", "-f", "-q", f"--prefix={folder}/", env=env)
        index.unlink(missing_ok=True)
        return folder

    async def advance(self, new: str, old: str) -> bool:
        """Move the run's head by compare-and-swap."""
        return await self.user.move_ref(self.ref("head"), new, old)

    async def exported(self, treeish: str) -> Path:
        """The files of a tree, made once and kept for the run. Callers must not change them."""
        tree = (await self.mirror("rev-parse", f"{treeish}^{{tree}}")).strip()
        folder = self.folder / "exports" / tree
        if not folder.is_dir():
            # A kill leaves a half-made export under its temporary name only.
            fresh = await self.export(tree, folder.with_name(f"{tree}.{os.getpid()}"))
            try:
                fresh.rename(folder)
            except OSError:
                shutil.rmtree(fresh)  # somebody was faster
        return folder
