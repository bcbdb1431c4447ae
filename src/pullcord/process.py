"""The one careful way to start a program: own process group, timeout, output cap, kill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """Bounds of one command. Seconds, bytes, counts. `output_bytes` is kept per stream: what comes
    beyond is dropped and `Completed.truncated` is set."""

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
    group is dead. Raises Unavailable when the program does not exist."""
    raise NotImplementedError
