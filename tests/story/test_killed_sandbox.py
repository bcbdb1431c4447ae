"""An orchestrator is killed while a command runs in the sandbox: nothing of it lives on."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pullcord.process.group import processes

ORCHESTRATOR = """
import asyncio, sys
from pathlib import Path
from pullcord.process import Limits
from pullcord.protocols import Box
from pullcord.sandbox import choose
async def main():
    sandbox = await choose(unsafe=sys.argv[1] == "none")
    box = Box(Path(sys.argv[2]), reports=Path(sys.argv[2]))
    script = f"setsid sleep {sys.argv[3]} & echo begun >/reports/begun; exec sleep {sys.argv[3]}"
    await sandbox.run(["sh", "-c", script], box, Limits())
asyncio.run(main())
"""


def running(word: str) -> list[int]:
    found = []
    for pid, one in processes().items():
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if one.living and word.encode() in command and pid != os.getpid():
            found.append(pid)
    return found


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.1])
def test_no_process_of_a_sandbox_outlives_a_killed_orchestrator(
    tmp_path: Path, delay: float
) -> None:
    word = f"47.{os.getpid()}{time.monotonic_ns()}"
    argv = [sys.executable, "-c", ORCHESTRATOR, "bubblewrap", str(tmp_path), word]
    with subprocess.Popen(argv) as orchestrator:
        while len(running(word)) < 2 and orchestrator.poll() is None:
            time.sleep(0.005)
        time.sleep(delay)
        orchestrator.send_signal(signal.SIGKILL)
    patience = time.monotonic() + 10
    while (left := running(word)) and time.monotonic() < patience:
        time.sleep(0.01)
    assert left == []


def test_a_sandbox_that_is_just_being_made_does_not_outlive_a_killed_orchestrator(
    tmp_path: Path,
) -> None:
    """The first process inside learns too late that nobody waits for it any more, and whoever kills
    its group may be slow."""
    word = f"48.{os.getpid()}{time.monotonic_ns()}"
    argv = [sys.executable, "-c", ORCHESTRATOR, "bubblewrap", str(tmp_path), word]
    with subprocess.Popen(argv) as orchestrator:
        first = 0
        while not first and orchestrator.poll() is None:
            first = next((c for b in children(orchestrator.pid, word) for c in children(b)), 0)
        os.kill(first, signal.SIGSTOP)
        (watchdog,) = children(orchestrator.pid, "groups=")
        os.kill(watchdog, signal.SIGSTOP)
        orchestrator.send_signal(signal.SIGKILL)
    os.kill(first, signal.SIGCONT)
    time.sleep(0.3)
    os.kill(watchdog, signal.SIGCONT)
    patience = time.monotonic() + 5
    while (left := running(word)) and time.monotonic() < patience:
        time.sleep(0.01)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == []


def children(pid: int, word: str = "") -> list[int]:
    """The children of a process whose command line holds a word."""
    found = []
    with contextlib.suppress(OSError):  # one of them has just ended
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            if word.encode() in Path(f"/proc/{child}/cmdline").read_bytes():
                found.append(int(child))
    return found
