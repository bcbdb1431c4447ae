"""The process whose children are the processes of a run. Whatever a killed child leaves alive
becomes a child of ours too, so that no orphan is overlooked.

A child is a fork of this process, which has imported everything: that costs milliseconds. There are
no threads and no event loop here while it forks.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pullcord.process.group import processes

KILLED = -signal.SIGKILL
PATIENCE_S = 2.0
"""How long what belongs to a dead process may take to die too."""
HUNG_S = 300.0
"""A life that takes longer has lost its way."""
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of <linux/prctl.h>


@dataclass(frozen=True)
class End:
    """How a child ended: exit status, negative for a signal; seconds that it lived; the
    command lines of the processes that it left alive (they are dead now)."""

    exit: int
    seconds: float
    orphans: tuple[str, ...]


def adopt_orphans() -> None:
    """From now on this process inherits the children of its descendants."""
    ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0)


def raise_child(work: Callable[[], int], *, after_s: float = 0.0) -> End:
    """Do `work` in a child, which is killed after some seconds (0: not), and bury it. `work`
    returns its exit status."""
    ours = _children()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        _be(work)
    descriptor = os.pidfd_open(child)
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    if not waiting.poll((after_s or HUNG_S) * 1000):
        os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(descriptor)
    lived = time.monotonic() - started
    if status == KILLED and lived > HUNG_S:
        status = -signal.SIGALRM
    return End(status, lived, _bury(ours))


def _be(work: Callable[[], int]) -> None:
    code = 70
    try:
        os.setsid()
        code = work()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _bury(ours: set[int]) -> tuple[str, ...]:
    """Wait for the children that are not ours, which we inherited; those that had to be killed."""
    deadline, killed = time.monotonic() + PATIENCE_S, dict[int, str]()
    while left := _children() - ours:
        for pid in left:
            if os.waitpid(pid, os.WNOHANG)[0] == 0 and time.monotonic() > deadline:
                killed.setdefault(pid, _command(pid))
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)
    return tuple(killed.values())


def _command(pid: int) -> str:
    line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    return line.decode("utf-8", "replace").strip()[:200]


def _children() -> set[int]:
    mine = os.getpid()
    listed = Path(f"/proc/self/task/{mine}/children")
    if listed.exists():
        return {int(pid) for pid in listed.read_text().split()}
    return {pid for pid, one in processes().items() if one.parent == mine}
