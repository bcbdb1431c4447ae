"""The commits of one run: mirror, clones, frozen trees, published refs, rescue."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from pullcord.errors import WorkspaceError
from pullcord.workspace.folder import flatten, remove
from pullcord.workspace.git import Git

_RAW = "* -text !eol -ident !filter !working-tree-encoding\n"
"""Attributes above all others: a file in a workspace or an export is its blob, byte for byte, so
that no attribute an agent writes makes the judged file another one than the committed."""


@dataclass(frozen=True)
class RunTree:
    """The git side of one run.

    `repository` is the user's; `folder` is this run's place in the cache. There stand `seed.git`
    with the history of the base and nothing else; `mirror.git`, a git folder of our own over the
    user's objects, so that nothing the user's repository configures applies to agents' files; and
    the clones in which agents work. A clone is a copy of the seed: agents read answers out of git,
    so it holds no other run or attempt, no tag, no remote; and they may rewrite what is in it, so
    it shares no file with us.
    """

    repository: Path
    folder: Path
    run: str
    _known: dict[tuple[str, str], str] = field(default_factory=dict, compare=False, repr=False)
    """Trees and fingerprints of commits that were asked for: they never change."""

    @property
    def mirror(self) -> Git:
        return Git(self.folder / "mirror.git")

    @property
    def seed(self) -> Git:
        return Git(self.folder / "seed.git")

    @property
    def user(self) -> Git:
        return Git(self.repository)

    def ref(self, name: str) -> str:
        return f"refs/pullcord/{self.run}/{name}"

    async def prepare(self, base: str) -> None:
        """Make the run's refs and mirror; harmless when they are there."""
        await self.user.create_ref(self.ref("base"), base)
        await self.user.create_ref(self.ref("head"), base)
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.seed.directory.exists():
            with self._making(self.seed.directory) as fresh:
                await self._make_seed(fresh)
        if not (self.mirror.directory / "objects").exists():
            remove(self.mirror.directory)
            with self._making(self.mirror.directory) as fresh:
                await self._make_mirror(fresh)

    async def _init(self, folder: Path) -> None:
        kind = (await self.user("rev-parse", "--show-object-format")).strip()
        folder.mkdir()
        await Git(folder)("init", "-q", "--bare", "--template=", f"--object-format={kind}")
        (folder / "info").mkdir()
        (folder / "info" / "attributes").write_text(_RAW)

    async def _make_seed(self, folder: Path) -> None:
        await self._init(folder)
        seed = Git(folder, ("-c", "fetch.unpackLimit=1"))
        await seed(
            "fetch", "-q", "--no-tags", "--no-write-fetch-head", "--update-shallow",
            str(self.repository), f"+{self.ref('base')}:refs/heads/base",
        )  # fmt: skip
        await seed("config", "core.bare", "false")  # its copies are not

    async def _make_mirror(self, folder: Path) -> None:
        await self._init(folder)
        paths = await self.user(
            "rev-parse", "--path-format=absolute", "--git-path", "objects", "--git-path", "shallow"
        )
        remove(folder / "objects")
        for path in map(Path, paths.splitlines()):
            (folder / path.name).symlink_to(path)

    async def tree_of(self, commit: str) -> str:
        """The tree of a commit, given by its full id; of a tree the tree itself."""
        if ("tree", commit) not in self._known:
            self._known["tree", commit] = await self.mirror.tree(commit)
        return self._known["tree", commit]

    async def fingerprint(self, commit: str, without: str) -> str:
        """Git.fingerprint of a commit, given by its full id."""
        if (without, commit) not in self._known:
            self._known[without, commit] = await self.mirror.fingerprint(commit, without)
        return self._known[without, commit]

    async def head(self) -> str:
        """The commit the next task starts from."""
        commit = await self.user.resolve(self.ref("head"))
        if commit is None:
            raise WorkspaceError(f"The ref {self.ref('head')} is gone.", "Start the run again.")
        return commit

    async def clone(self, name: str, base: str) -> Path:
        """A fresh clone at `base`; what stood there before must have been rescued.

        It stands there whole or not at all, so that what is found there is what an agent left.
        """
        path = self.folder / name
        remove(path)
        with self._making(path) as fresh:
            shutil.copytree(self.seed.directory, fresh / ".git")
            pack = str(fresh / ".git" / "objects" / "pack" / "pack")
            await self.seed(
                "pack-objects", "-q", "--revs", "--non-empty", pack,
                stdin=f"{base}\n^base\n".encode(),
                env={"GIT_ALTERNATE_OBJECT_DIRECTORIES": str(self.mirror.directory / "objects")},
            )  # fmt: skip
            await Git(fresh)("checkout", "-q", "-f", "-B", "line", base)
            remove(fresh / ".git" / "logs")
        return path

    async def freeze(self, workspace: Path, base: str, habits: tuple[str, ...] = ()) -> str:
        """The tree that stands in a workspace. Nothing in the workspace's own .git is trusted.

        A run's own workspace is flattened before; any other folder is only read, with its owner's
        `habits` (Repository.habits).
        """
        if self.folder in workspace.parents:
            flatten(workspace)
        with self._index() as env:
            await self.mirror("read-tree", base, env=env)
            where = {"GIT_DIR": str(self.mirror.directory), "GIT_WORK_TREE": str(workspace)}
            await Git(workspace, habits)("add", "-A", ".", env={**env, **where})
            return (await self.mirror("write-tree", env=env)).strip()

    async def merge(self, ours: str, theirs: str) -> tuple[str, tuple[str, ...]]:
        """The tree of a merge and the paths in conflict; those hold git's conflict marks."""
        code, out, err = await self.mirror.attempt(
            "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs
        )
        tree, _, paths = out.partition("\0")
        if code not in (0, 1):
            raise WorkspaceError(f"git could not merge {theirs[:12]}: {err.strip()}")
        return tree, tuple(filter(None, paths.split("\0")))

    async def commit(
        self, tree: str, parent: str, message: str, *, agent: str, at: str, merged: str = ""
    ) -> str:
        """A commit whose id depends on its arguments alone, so that a repeat gives the same one.

        `at` is UTC `YYYY-MM-DD HH:MM:SS`; `merged` the second parent of a merge.
        """
        date = f"{at.replace(' ', 'T')}+00:00"
        env = {
            "GIT_AUTHOR_NAME": agent, "GIT_AUTHOR_EMAIL": f"{agent}@pullcord.localhost",
            "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date,
        }  # fmt: skip
        text = message.replace("\0", "�").encode("utf-8", "replace")
        after = ["-p", parent, *(["-p", merged] if merged else [])]
        made = (await self.mirror("commit-tree", tree, *after, env=env, stdin=text)).strip()
        self._known["tree", made] = tree
        return made

    async def publish(self, name: str, commit: str) -> str:
        """Give a commit its name in the user's repository, among the run's own refs.

        Create-only: returns the commit that stands there, which is another one when somebody was
        faster.
        """
        return await self.user.create_ref(self.ref(name), commit)

    async def replace_file(self, commit_tree: str, path: str, text: str) -> str:
        """The tree with one file's text replaced or added."""
        with self._index() as env:
            await self.mirror("read-tree", commit_tree, env=env)
            blob = await self.mirror("hash-object", "-w", "--stdin", stdin=text.encode())
            entry = f"100644,{blob.strip()},{path}"
            await self.mirror("update-index", "--add", "--replace", "--cacheinfo", entry, env=env)
            return (await self.mirror("write-tree", env=env)).strip()

    async def advance(self, new: str, old: str) -> bool:
        """Move the run's head by compare-and-swap."""
        return await self.user.move_ref(self.ref("head"), new, old)

    async def exported(self, treeish: str) -> Path:
        """The files of a tree, made once and kept for the run. Callers must not change them."""
        tree = await self.tree_of(treeish)
        folder = self.folder / "exports" / tree
        if not folder.is_dir():
            with self._making(folder) as fresh, self._index() as env:
                fresh.mkdir()
                env["GIT_WORK_TREE"] = str(fresh)
                await self.mirror("read-tree", "--reset", "-u", tree, env=env)
        return folder

    @contextmanager
    def _making(self, final: Path) -> Iterator[Path]:
        """A path to build at, which becomes `final` at the end: a kill leaves nothing half-made."""
        with TemporaryDirectory(prefix=".making-", dir=self.folder) as aside:
            fresh = Path(aside, final.name)
            yield fresh
            final.parent.mkdir(parents=True, exist_ok=True)
            try:
                fresh.rename(final)
            except OSError:
                if not final.exists():
                    raise  # else somebody was faster

    @contextmanager
    def _index(self) -> Iterator[dict[str, str]]:
        """The environment of git commands that share an index of their own."""
        with TemporaryDirectory(prefix=".index-", dir=self.folder) as aside:
            yield {"GIT_INDEX_FILE": str(Path(aside, "index"))}
