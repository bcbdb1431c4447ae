"""The one careful way to start a program: own process group, timeout, output cap, kill.

Every program is started through a line of shell that sets the limits and then becomes the program.
`preexec_fn` would need no shell, but it runs Python between fork and exec, which can deadlock once
there are threads; setting limits from outside after the start would come too late.
"""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pullcord.errors import Unavailable
from pullcord.process import group, watchdog
from pullcord.process.output import Output

FILES = 4096
"""Open files that one process may have."""
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
    out = Output(child.stdout.fileno(), limits.output_bytes)
    err = Output(child.stderr.fileno(), limits.output_bytes)
    timed_out = crowded = False
    try:
        async with asyncio.timeout(limits.wall_s):
            crowded = await group.exited_or_crowded(child, limits.processes)
    except TimeoutError:
        timed_out = True
    finally:
        try:
            await group.end(child)
            watchdog.forget(child.pid)
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
        watchdog.pipe(),
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
