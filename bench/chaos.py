"""Random kills: python bench/chaos.py [KILLS [SEED [PATTERN…]]]

One run at a time. Each run is killed after a random time, at random facts and git commands, up to
twelve times; then it must end like a run that nobody disturbed. The same SEED gives the same kills.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pullcord.chaos.stories import STORIES
from pullcord.chaos.table import table, wrong
from pullcord.chaos.trial import Toll


def main(args: list[str]) -> int:
    kills, seed = int(args[0]) if args else 500, args[1] if args[1:] else secrets.token_hex(4)
    patterns = args[2:] or list(STORIES)
    folder = Path(tempfile.mkdtemp(prefix="pullcord-chaos-"))
    print(f"  seed {seed}, in {folder}", flush=True)
    tolls = {}
    for number, pattern in enumerate(patterns):
        started, sum_, count = time.monotonic(), Toll(), 0
        share = kills * (number + 1) // len(patterns) - kills * number // len(patterns)
        for toll in runs(folder / pattern, pattern, seed, share):
            for line in wrong(toll):
                print(f"  {line}", flush=True)
            sum_, count = sum_ + toll.model_copy(update={"seed": ""}), count + 1
        tolls[pattern] = sum_
        took = time.monotonic() - started
        print(f"  {pattern}: {sum_.kills} kills in {count} runs, {took:.0f} s", flush=True)
    print("", *(f"  {line}" for line in table(tolls)), sep="\n")
    return 0 if all(toll.clean for toll in tolls.values()) else 1


def runs(folder: Path, pattern: str, seed: str, kills: int) -> Iterator[Toll]:
    """The toll of each run of a pattern."""
    argv = [sys.executable, "-P", "-m", "pullcord.chaos", str(folder), pattern, seed, str(kills)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield from map(Toll.model_validate_json, process.stdout)
    if process.returncode:
        raise SystemExit(f"{pattern} ended with {process.returncode}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
