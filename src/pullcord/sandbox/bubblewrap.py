"""The sandbox: namespaces of its own, made by bubblewrap.

Inside there is /repo, /env, /reports, /cache, a private /tmp, the system's programs read-only, and
nothing else of the machine: no home, no other process, no network unless asked for.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pullcord import process
from pullcord.errors import Unavailable
from pullcord.model.work import Environment
from pullcord.process import Completed, Limits
from pullcord.protocols import Box
from pullcord.sandbox import cgroup
from pullcord.sandbox.interpreter import needs

USER = "1000"
"""Who the command is inside. Never 0: PostgreSQL's initdb, for one, refuses root."""
TMP_BYTES = 2 << 30
"""Size of the private /tmp, which lies in memory."""
ENVIRONMENT = {
    "PATH": "/env/bin:/usr/local/bin:/usr/bin:/bin",
    "HOME": "/tmp/home",
    "TMPDIR": "/tmp",
    "USER": "dev",
    "XDG_RUNTIME_DIR": "/tmp/run",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    # The environment is complete: what is missing is an error, not a reason to download.
    "UV_PYTHON_DOWNLOADS": "never",
    "UV_NO_SYNC": "1",
    "UV_OFFLINE": "1",
}
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store")
_ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime", "mime.types",
        "ssl/certs", "ssl/openssl.cnf", "pki/tls/certs", "pki/ca-trust")  # fmt: skip
_ETC_NETWORK = ("resolv.conf",)
_OWN_ETC = Path(__file__).parent / "etc"
# The shell is process 1 of the namespace: when it ends, the kernel kills all others, and only then
# bwrap itself ends. So nothing lives on when `run` returns. It has no session of its own: it stays
# in the process group that dies with us (process.run gave it a session without a terminal), even
# when bwrap is killed before its child could ask to die with it. The limit must be set inside: the
# user namespace counts its own processes from Linux 5.14 on.
_FIRST = (
    'if [ "$1" != 0 ]; then ulimit -p "$1" 2>/dev/null || ulimit -u "$1" || exit 125; fi; '
    'shift; "$@"; exit $?'
)
_JOIN = 'echo 0 >"$1" || exit 125; shift; exec "$@"'


@dataclass(frozen=True)
class Bubblewrap:
    """Runs commands in bubblewrap. `program` is the path of bwrap; `nested` says that this kernel
    lets us forbid further user namespaces inside."""

    program: Path
    nested: bool = True
    name = "bubblewrap"

    async def run(self, argv: Sequence[str], box: Box, limits: Limits) -> Completed:
        """Run argv with cwd /repo. Raises Unavailable when the sandbox cannot be made."""
        with cgroup.limited(limits.processes) as group:
            join = ["/bin/sh", "-c", _JOIN, "sh", str(group)] if group else []
            command = [*join, *self.command(argv, box, limits)]
            done = await process.run(command, cwd=Path("/"), env={}, limits=limits)
        if done.exit == 1 and done.stderr.startswith("bwrap: "):
            raise Unavailable(
                f"bubblewrap could not make the sandbox: {done.stderr.strip()}",
                "run `pullcord doctor`",
            )
        return Completed(**{**vars(done), "argv": tuple(argv)})

    def command(self, argv: Sequence[str], box: Box, limits: Limits) -> list[str]:
        """The command line that runs argv inside the box."""
        return [str(self.program), *_namespaces(box, self.nested), *_system(box.network),
                *_box(box), *_settings(box), "--", "/bin/sh", "-c", _FIRST, "sh",
                str(_processes(limits)), *argv]  # fmt: skip


def _processes(limits: Limits) -> int:
    """The hard limit on processes, or 0 where the kernel cannot keep it (root, before 5.14)."""
    version = tuple(int(part) for part in platform.release().split("-")[0].split(".")[:2])
    return 0 if os.getuid() == 0 or version < (5, 14) else limits.processes


def _namespaces(box: Box, nested: bool) -> Iterator[str]:
    yield from ("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts")
    yield from ("--unshare-cgroup-try", "--die-with-parent", "--as-pid-1")
    yield from ("--uid", USER, "--gid", USER, "--cap-drop", "ALL", "--hostname", "pullcord")
    if nested:
        yield "--disable-userns"
    if not box.network:
        yield "--unshare-net"


def _system(network: bool) -> Iterator[str]:
    # Read-only, because root outside is still the kernel's root for the files below /proc/sys.
    yield from ("--proc", "/proc", "--remount-ro", "/proc")
    yield from ("--dev", "/dev", "--size", str(TMP_BYTES), "--tmpfs", "/dev/shm")
    yield from ("--remount-ro", "/dev")
    # Before all binds: a workspace or an interpreter may itself lie below /tmp.
    yield from ("--size", str(TMP_BYTES), "--tmpfs", "/tmp")
    yield from ("--dir", "/tmp/home", "--perms", "0700", "--dir", ENVIRONMENT["XDG_RUNTIME_DIR"])
    for path in map(Path, _SYSTEM):
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.exists():
            yield from ("--ro-bind", str(path), str(path))
    for name in (*_ETC, *(_ETC_NETWORK if network else ())):
        path = Path("/etc", name)
        if path.exists():
            yield from ("--ro-bind", os.path.realpath(path), str(path))
    for own in sorted(_OWN_ETC.iterdir()):
        yield from ("--ro-bind", str(own), f"/etc/{own.name}")


def _box(box: Box) -> Iterator[str]:
    repo = os.path.realpath(box.repo)
    yield from ("--bind" if box.writable else "--ro-bind", repo, "/repo")
    for name in box.readonly:
        yield from _readonly(Path(repo), name)
    if box.environment:
        yield from _environment(box.environment)
    for folder, place in ((box.reports, "/reports"), (box.cache, "/cache")):
        if folder:
            yield from ("--bind", os.path.realpath(folder), place)


def _readonly(repo: Path, name: str) -> Iterator[str]:
    """What is absent cannot be protected: it may be created inside, and the freeze will see it."""
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts:
        raise Unavailable(f"the protected path {name!r} does not lie in the repository")
    path = repo / inside
    if path.is_symlink() or path.resolve() != path:
        raise Unavailable(f"the protected path {name} is a symbolic link; nothing was started")
    if path.exists():
        yield from ("--ro-bind", str(path), f"/repo/{inside}")


def _environment(environment: Environment) -> Iterator[str]:
    yield from ("--ro-bind", os.path.realpath(environment.path), "/env")
    needed = needs(environment.path)
    for place in (*needed.folders, *environment.links):
        yield from ("--ro-bind", os.path.realpath(place), str(place))
    for link, target in needed.links:
        yield from ("--symlink", str(target), str(link))


def _settings(box: Box) -> Iterator[str]:
    yield from ("--remount-ro", "/", "--chdir", "/repo", "--clearenv")
    for name, value in {**ENVIRONMENT, **box.env}.items():
        yield from ("--setenv", name, value)
