"""An orchestrator is killed while a command runs in the sandbox: nothing of it lives on."""

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
