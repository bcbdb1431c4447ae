"""CPU time of the command line's start, beside Python's own and the same libraries' imports."""

from __future__ import annotations

import os
import subprocess
import sys

from table import Row, show

ROUNDS = 9
PULLCORD = ["-P", "-m", "pullcord"]


def main() -> None:
    commands = {
        "nothing": ["-c", "pass"],
        "click": ["-c", "import click"],
        "pydantic": ["-c", "import pydantic"],
        "version": [*PULLCORD, "--version"],
        "help": [*PULLCORD, "--help"],
        "run help": [*PULLCORD, "run", "--help"],
    }
    best = dict.fromkeys(commands, 1e9)
    for _ in range(ROUNDS):
        for name, argv in commands.items():
            best[name] = min(best[name], cpu_ms([sys.executable, *argv]))
    python = ("python -c pass", best["nothing"])
    show(
        [
            Row("import click", best["click"], "ms CPU", *python),
            Row("import pydantic", best["pydantic"], "ms CPU", *python),
            Row("pullcord --version", best["version"], "ms CPU", *python, "<= 150 ms"),
            Row("pullcord --help", best["help"], "ms CPU", *python, "<= 150 ms"),
            Row("pullcord run --help", best["run help"], "ms CPU", *python),
        ]
    )


def cpu_ms(argv: list[str]) -> float:
    """User and system time of a program, in milliseconds."""
    child = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(argv)} ended with {child.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1000


if __name__ == "__main__":
    main()
