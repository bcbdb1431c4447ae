"""Kills our groups should we be killed ourselves.

A small shell reads `+ group` and `- group` from a pipe whose other end only we hold. When we die,
however we die, its input ends, and it kills what is left. PR_SET_PDEATHSIG would reach only our
children, not theirs, and would need Python between fork and exec.
"""

from __future__ import annotations

import atexit
import os
import subprocess

_SCRIPT = """
trap '' HUP INT QUIT TERM
groups=' '
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) groups="${groups%% $group *} ${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -9 "-$group"; done
"""
_dog: subprocess.Popen[bytes] | None = None
_owner = 0


def pipe() -> str:
    """Path of the pipe, for a new group to write itself into before it does anything else. Starts
    the watchdog when there is none."""
    global _dog, _owner
    if _dog is None or _owner != os.getpid() or _dog.poll() is not None:
        _dog = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT],
            cwd="/",
            env={"PATH": os.defpath},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )
        _owner = os.getpid()
        atexit.register(_dog.communicate)
    assert _dog.stdin is not None
    return f"/proc/{os.getpid()}/fd/{_dog.stdin.fileno()}"


def forget(group: int) -> None:
    """The group is dead: its number may soon belong to somebody else."""
    assert _dog is not None
    assert _dog.stdin is not None
    try:
        _dog.stdin.write(b"- %d\n" % group)
    except BrokenPipeError:
        return  # somebody killed the watchdog; the next start makes a new one
