"""A child and all that it starts: waited for, counted, killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from pullcord.errors import PullcordError

_PATIENCE_S = 10.0
_COUNT_EVERY_S = 0.1
Child = subprocess.Popen[bytes]


class Process(NamedTuple):
    """A line of the machine's process table. Id and `start` together are never used twice."""

    state: str
    parent: int
    group: int
    start: int

    @property
    def living(self) -> bool:
        return self.state not in ("Z", "X")


async def exited(child: Child) -> None:
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


async def exited_or_crowded(child: Child, most: int) -> bool:
    """Wait until the child ends, or more than `most` processes descend from it: then True.

    RLIMIT_NPROC would count all processes of the user, and none of root's.
    """
    ended = asyncio.ensure_future(exited(child))
    before = _threads()
    try:
        while not (await asyncio.wait((ended,), timeout=_COUNT_EVERY_S))[0]:
            before = min(before, now := _threads())  # others that end must not hide a crowd
            if now - before > most and len(_family(child.pid)) > most:
                return True
        return False
    finally:
        ended.cancel()


async def end(child: Child) -> None:
    """Kill the child, its group and what descends from it; return when all are dead and reaped."""
    group = child.pid
    running = _running(group)
    for pid in _children(group) if running else ():
        _kill(pid)  # of these one is the first process of a sandbox: with it all others die at once
    family = _family(group) if running else {}
    os.killpg(group, signal.SIGKILL)
    for pid in family.keys() - {group}:
        _kill(pid)
    await exited(child)
    child.wait()
    patience = time.monotonic() + _PATIENCE_S
    while family or _exists(group):
        left = [pid for pid, one in processes().items() if one.living
                and (one.group == group or family.get(pid) == one.start)]  # fmt: skip
        if not left:
            return
        if time.monotonic() > patience:
            raise PullcordError(f"processes {left} of {child.args!r} cannot be killed")
        for pid in left:
            _kill(pid)
        await asyncio.sleep(0.005)


def processes() -> dict[int, Process]:
    """All processes of the machine that we can see, by id."""
    table = {}
    for entry in os.listdir("/proc"):  # noqa: PTH208 - the fast one
        if entry.isdigit():
            try:
                stat = Path(f"/proc/{entry}/stat").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended meanwhile
            fields = stat.rpartition(b")")[2].split()
            numbers = (int(fields[at]) for at in (1, 2, 19))
            table[int(entry)] = Process(fields[0].decode(), *numbers)
    return table


def _family(root: int) -> dict[int, int]:
    """A process and all that descend from it, whatever group they put themselves into: id → start.
    Empty when it is gone."""
    table = processes()
    children: dict[int, list[int]] = {}
    for pid, one in table.items():
        children.setdefault(one.parent, []).append(pid)
    family, waiting = {}, [root]
    while waiting:
        pid = waiting.pop()
        if pid in table:
            family[pid] = table[pid].start
            waiting += children.get(pid, ())
    return family


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []  # a kernel without this file, or the process is gone


def _threads() -> int:
    """All threads of the machine: cheap to read, and a crowd shows in it."""
    return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])


def _running(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def _exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # it died by itself, which is what we want
