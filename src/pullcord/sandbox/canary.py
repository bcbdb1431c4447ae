"""Does the sandbox hold? Asked by doing: a sandbox that is silently off is worse than none."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sys
import tempfile
from pathlib import Path

from pullcord.errors import Unavailable
from pullcord.model.work import Environment
from pullcord.process import Limits
from pullcord.protocols import Box, Sandbox

_LIMITS = Limits(wall_s=20.0, cpu_s=10)
_BIRD = """
import fcntl, json, os, socket, sys, time
def tried(act):
    try: return bool(act())
    except OSError: return False
outside, port = sys.argv[1], int(sys.argv[2])
tried(lambda: os.mkdir(outside + "/written"))
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        lock = os.open("/reports/lock", os.O_RDWR)
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.mkdir("/reports/locked")
        for fd in range(3): os.close(fd)
        time.sleep(60)
    os._exit(0)
os.wait()
while not os.path.exists("/reports/locked"): time.sleep(0.001)
print(json.dumps({
    "read a file outside of it": tried(lambda: os.path.exists(outside + "/secret")),
    "changed the repository": tried(lambda: os.mkdir("/repo/written") or True),
    "reached the network": tried(lambda: socket.create_connection(("127.0.0.1", port), 1)),
    "saw an environment variable": "PULLCORD_CANARY" in os.environ,
}))
"""


async def holds(sandbox: Sandbox) -> None:
    """Let a bird try to get out. Raises Unavailable when it does, or when it cannot sing."""
    with tempfile.TemporaryDirectory(prefix="pullcord-canary-") as temporary, _listener() as server:
        outside, repo, reports = (Path(temporary, name) for name in ("outside", "repo", "reports"))
        for folder in (outside, repo, reports):
            folder.mkdir()
        (outside / "secret").touch()
        lock = reports / "lock"
        lock.touch()
        own = Environment(path=Path(sys.prefix), key="")
        box = Box(repo=repo, environment=own, reports=reports)
        port = str(server.getsockname()[1])
        bird = ["/env/bin/python", "-I", "-S", "-c", _BIRD, str(outside), port]
        done = await sandbox.run(bird, box, _LIMITS)
        try:
            escapes: dict[str, bool] = json.loads(done.stdout)
        except ValueError as error:
            raise Unavailable(f"the sandbox cannot run Python: {done.stderr.strip()}") from error
        escapes["wrote outside of it"] = (outside / "written").exists()
        escapes["left a process behind"] = _locked(lock)
    if any(escapes.values()):
        how = ", ".join(name for name, escaped in escapes.items() if escaped)
        raise Unavailable(f"the sandbox does not hold: a test command {how}")


def _listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def _locked(path: Path) -> bool:
    fd = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False
