"""Everything that is measured: python bench [NAME…]

Ratios within one run, on whatever machine this is; nothing here passes or fails. Times on a busy
machine are too long, ratios much less so.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BENCHES = {
    "start": "the command line before it does anything",
    "ledger": "effects recorded for good",
    "handoff": "what the orchestrator adds to each of 50 tasks, and the size of their briefs",
    "parallel": "eight tasks of ten seconds at the same time, beside one alone",
    "sandbox": "a command inside and outside",
    "gates": "the gate set beside the repository's own tasks",
    "chaos": "500 random kills of runs of every pattern",
    "demo": "from request to applied commit",
}


def main(names: list[str]) -> int:
    if unknown := [name for name in names if name not in BENCHES]:
        print(f"There is no {', '.join(unknown)}. Known: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    env = {**os.environ, "PYTHONPATH": str(HERE.parent / "tests" / "support")}
    failed = []
    for name in names or BENCHES:
        print(f"\n{name}: {BENCHES[name]}", flush=True)
        done = subprocess.run([sys.executable, HERE / f"{name}.py"], env=env, check=False)
        failed += [name] * (done.returncode != 0)
    if failed:
        print(f"\ncould not be measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
