"""The one careful way to start a program: own process group, timeout, output cap, kill.

Every program is started through a line of shell that sets the limits and then becomes the program.
`preexec_fn` would need no shell, but it runs Python between fork and exec, which can deadlock once
there are threads; setting limits from outside after the start would come too late.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pullcord.errors import PullcordError, Unavailable

FILES = 4096
"""Open files that one process may have."""
_PATIENCE_S = 10.0
_COUNT_EVERY_S = 0.1
_START = (
    # The watchdog hears of the group before the program exists: no moment is left for an orphan.
    'echo "+ $$" 1<>"$1" && ulimit -c 0 && ulimit -S -t "$2" && ulimit -H -t "$3" && '
    'ulimit -v "$4" && ulimit -f "$5" && ulimit -n "$6" || exit 125; shift 6; '
    # Some shells put these into the environment by themselves.
    'unset {foreign}; exec "$@"'
)


@dataclass(frozen=True)
class Limits:
    """Bounds of one command. Seconds, bytes, counts. `output_bytes` is kept per stream: what comes
    beyond is dropped and `Completed.truncated` is set. `processes` are counted now and then: a
    crowd is ended soon after it has grown too large."""

    wall_s: float = 600.0
    cpu_s: int = 600
    memory_bytes: int = 4 << 30
    processes: int = 512
    file_bytes: int = 256 << 20
    output_bytes: int = 4 << 20


@dataclass(frozen=True)
class Completed:
    """How a command ended. `exit` is None when a limit ended it; a signal is negative."""

    argv: tuple[str, ...]
    exit: int | None
    stdout: str
    stderr: str
    duration_s: float
    timed_out: bool = False
    truncated: bool = False


async def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    limits: Limits = Limits(),
) -> Completed:
    """Run a program in its own process group; when it ends, is cancelled or hits a limit, the whole
    group is dead. Raises Unavailable when the program does not exist.

    `env` is the whole environment; without it the program gets PATH, HOME, TMPDIR and a UTF-8
    locale. `timed_out` tells of wall time and of processor time.
    """
    env = clean_environment() if env is None else env
    command = _guarded([_find(argv[0], cwd, env), *argv[1:]], env, limits)
    started = time.monotonic()
    child = _start(command, cwd, env, stdin)
    assert child.stdout is not None
    assert child.stderr is not None
    out = _Output(child.stdout.fileno(), limits.output_bytes)
    err = _Output(child.stderr.fileno(), limits.output_bytes)
    timed_out = crowded = False
    try:
        async with asyncio.timeout(limits.wall_s):
            crowded = await _exited_or_crowded(child, limits.processes)
    except TimeoutError:
        timed_out = True
    finally:
        try:
            await _end(child)
            await asyncio.wait((out.done, err.done), timeout=1.0)
        finally:
            for output, pipe in ((out, child.stdout), (err, child.stderr)):
                output.close()
                pipe.close()
    code: int | None = child.returncode
    if code in (-signal.SIGXCPU, 128 + signal.SIGXCPU):
        timed_out = True
    return Completed(
        argv=tuple(argv),
        exit=None if timed_out or crowded else code,
        stdout=out.text,
        stderr=f"{err.text}\nended: more than {limits.processes} processes"
        if crowded
        else err.text,
        duration_s=time.monotonic() - started,
        timed_out=timed_out,
        truncated=out.truncated or err.truncated,
    )


def clean_environment() -> dict[str, str]:
    """What a program gets when nothing else is said: no secrets, no settings of the caller."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {"PATH": os.defpath, **kept, "LANG": "C.UTF-8"}


def _find(program: str, cwd: Path | None, env: Mapping[str, str]) -> str:
    if "/" in program:
        path = (cwd or Path.cwd()) / program
        found = str(path) if os.access(path, os.X_OK) and path.is_file() else None
    else:
        found = shutil.which(program, path=env.get("PATH", os.defpath))
    if found is None:
        raise Unavailable(f"{program} is not on this machine", f"install {program}")
    return found


def _guarded(argv: Sequence[str], env: Mapping[str, str], limits: Limits) -> list[str]:
    def least(wanted: int, kind: int) -> int:
        hard = resource.getrlimit(kind)[1]
        return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)

    cpu = least(limits.cpu_s, resource.RLIMIT_CPU)
    memory = least(limits.memory_bytes, resource.RLIMIT_AS) // 1024
    file = least(limits.file_bytes, resource.RLIMIT_FSIZE) // 512
    files = least(FILES, resource.RLIMIT_NOFILE)
    numbers = (cpu, least(cpu + 2, resource.RLIMIT_CPU), memory, file, files)
    foreign = " ".join({"PWD", "OLDPWD", "SHLVL"} - env.keys())
    return [
        "/bin/sh",
        "-c",
        _START.replace("{foreign}", foreign),
        "sh",
        _watchdog(),
        *map(str, numbers),
        *argv,
    ]


def _start(
    command: list[str], cwd: Path | None, env: Mapping[str, str], stdin: bytes
) -> subprocess.Popen[bytes]:
    # A file in memory instead of a pipe: nobody has to feed it, and nobody can block on it.
    source = os.memfd_create("stdin") if stdin else os.open(os.devnull, os.O_RDONLY)
    try:
        if stdin:
            with os.fdopen(os.dup(source), "wb") as file:
                file.write(stdin)
            os.lseek(source, 0, os.SEEK_SET)
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        where = f" in {cwd}" if cwd else ""
        program = command[4 + 6]
        raise Unavailable(f"{program} could not be started{where}: {error.strerror}") from error
    finally:
        os.close(source)


class _Output:
    """One stream: keeps the first `cap` bytes, drops the rest, never lets the writer block."""

    def __init__(self, fd: int, cap: int) -> None:
        self._fd = fd
        self._cap = cap
        self._kept = bytearray()
        self._loop = asyncio.get_running_loop()
        self.truncated = False
        self.done: asyncio.Future[None] = self._loop.create_future()
        os.set_blocking(fd, False)
        self._loop.add_reader(fd, self._read)

    def _read(self) -> None:
        try:
            data = os.read(self._fd, 1 << 16)
        except BlockingIOError:
            return
        room = self._cap - len(self._kept)
        self._kept += data[:room]
        self.truncated = self.truncated or len(data) > room
        if not data:
            self.close()

    def close(self) -> None:
        self._loop.remove_reader(self._fd)
        if not self.done.done():
            self.done.set_result(None)

    @property
    def text(self) -> str:
        return self._kept.decode("utf-8", "replace")


async def _exited(child: subprocess.Popen[bytes]) -> None:
    """Wait until the child is a zombie. It is not reaped, so that its id stays its own."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    pidfd = os.pidfd_open(child.pid)
    try:
        loop.add_reader(pidfd, ended.set)
        await ended.wait()
    finally:
        loop.remove_reader(pidfd)
        os.close(pidfd)


async def _exited_or_crowded(child: subprocess.Popen[bytes], most: int) -> bool:
    """True when more than `most` processes descend from the child.

    RLIMIT_NPROC would count all processes of the user, and none of root's.
    """
    ended = asyncio.ensure_future(_exited(child))
    before = _threads()
    try:
        while not (await asyncio.wait((ended,), timeout=_COUNT_EVERY_S))[0]:
            if _threads() - before > most and len(_family(child.pid)) > most:
                return True
        return False
    finally:
        ended.cancel()


def _threads() -> int:
    """All threads of the machine: cheap to read, and a crowd shows in it."""
    return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])


async def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill the child, its group and what descends from it; return when all are dead and reaped."""
    group = child.pid
    family = _family(group) if _running(group) else {group}
    os.killpg(group, signal.SIGKILL)
    for pid in family - {group}:
        _kill(pid)
    await _exited(child)
    child.wait()
    patience = time.monotonic() + _PATIENCE_S
    while _group_exists(group) or len(family) > 1:
        living = {pid for pid, (state, _, pgrp) in _processes().items()
                  if state not in "ZX" and (pgrp == group or pid in family)}  # fmt: skip
        if not living:
            break
        if time.monotonic() > patience:
            raise PullcordError(f"processes {sorted(living)} of {child.args!r} cannot be killed")
        for pid in living:
            _kill(pid)
        await asyncio.sleep(0.005)
    _forget(group)


def _running(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # it died by itself, which is what we want


def _group_exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _processes() -> dict[int, tuple[str, int, int]]:
    """Process id → state, parent, group."""
    table = {}
    for entry in os.listdir("/proc"):  # noqa: PTH208 - the fast one
        if entry.isdigit():
            try:
                stat = Path(f"/proc/{entry}/stat").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended meanwhile
            fields = stat.rpartition(b")")[2].split()
            table[int(entry)] = (fields[0].decode(), int(fields[1]), int(fields[2]))
    return table


def _family(root: int) -> set[int]:
    """A process and all that descend from it, whatever group they put themselves into."""
    children: dict[int, list[int]] = {}
    for pid, (_, parent, _) in _processes().items():
        children.setdefault(parent, []).append(pid)
    family, waiting = {root}, [root]
    while waiting:
        found = children.get(waiting.pop(), [])
        family.update(found)
        waiting.extend(found)
    return family


_WATCH = """
trap '' HUP INT QUIT TERM
groups=' '
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) groups="${groups%% $group *} ${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -9 -- "-$group"; done
"""
"""Reads `+ group` and `- group`; at the end of its input, so at our death, kills what is left."""
_watch: subprocess.Popen[bytes] | None = None
_watch_owner = 0


def _watchdog() -> str:
    """Path of the pipe into the process that kills our groups should we be killed."""
    global _watch, _watch_owner
    if _watch is None or _watch_owner != os.getpid() or _watch.poll() is not None:
        _watch = subprocess.Popen(
            ["/bin/sh", "-c", _WATCH],
            cwd="/",
            env={"PATH": os.defpath},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )
        _watch_owner = os.getpid()
        atexit.register(_watch.communicate)
    assert _watch.stdin is not None
    return f"/proc/{os.getpid()}/fd/{_watch.stdin.fileno()}"


def _forget(group: int) -> None:
    assert _watch is not None
    assert _watch.stdin is not None
    try:
        _watch.stdin.write(b"- %d\n" % group)
    except BrokenPipeError:
        return  # somebody killed the watchdog; the next start makes a new one
