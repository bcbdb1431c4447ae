"""A hard limit on the number of processes for root, whom RLIMIT_NPROC does not bind."""

from __future__ import annotations

import itertools
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_PATIENCE_S = 1.0
_PREFIX = "pullcord-"
_numbers = itertools.count(1)


@contextmanager
def limited(processes: int) -> Iterator[Path | None]:
    """A control group with at most so many processes: the file into which a process writes 0 to
    join. None where we may not make one (no root, a container without cgroups)."""
    folder = _make(processes)
    try:
        yield folder / "cgroup.procs" if folder else None
    finally:
        if folder:
            _remove(folder)


def _make(processes: int) -> Path | None:
    parent = _parent()
    if os.getuid() != 0 or parent is None:
        return None
    folder = parent / f"{_PREFIX}{os.getpid()}-{next(_numbers)}"
    try:
        _sweep(parent)
        folder.mkdir()
        (folder / "pids.max").write_text(str(processes))
    except OSError:
        with suppress(OSError):
            folder.rmdir()
        return None
    return folder


def _parent() -> Path | None:
    """Where a group with the pids controller can be made: below our own group in version 1, and in
    version 2 below the nearest group above us that hands the controller down."""
    lines = Path("/proc/self/cgroup").read_text().splitlines()
    own = {line.split(":")[1]: line.split(":", 2)[2].lstrip("/") for line in lines}
    for name, path in own.items():
        if "pids" in name.split(","):
            return _ROOT / name / path
    nearest = _ROOT / own.get("", "")
    for folder in (nearest, *nearest.parents):
        control = folder / "cgroup.subtree_control"
        if control.is_file() and "pids" in control.read_text().split():
            return folder
    return None


def _remove(folder: Path) -> None:
    """The processes are dead; the kernel may need a moment to notice."""
    patience = time.monotonic() + _PATIENCE_S
    while folder.exists() and time.monotonic() < patience:
        with suppress(OSError):
            folder.rmdir()
            return
        time.sleep(0.002)


def _sweep(parent: Path) -> None:
    """Remove the groups of orchestrators that were killed."""
    for folder in parent.glob(f"{_PREFIX}*"):
        owner = re.match(rf"{_PREFIX}(\d+)-", folder.name)
        if owner and not Path("/proc", owner[1]).exists():
            with suppress(OSError):
                folder.rmdir()
