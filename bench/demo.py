"""The whole demo on this machine, beside Python compiling its own library, for scale."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from table import Row, show

SCALE = [
    "-c",
    "import compileall, asyncio; compileall.compile_dir(asyncio.__path__[0], force=True, quiet=1)",
]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "XDG_CACHE_HOME": folder, "PYTHONPYCACHEPREFIX": f"{folder}/pyc"}
        scale = wall_s([sys.executable, *SCALE], folder, env)
        demo = wall_s([sys.executable, "-P", "-m", "pullcord", "demo"], folder, env)
    show(
        [Row("demo, empty cache", demo, "s", "compiling asyncio", scale, "<= 60 s, two idle cores")]
    )


def wall_s(argv: list[str], folder: str, env: dict[str, str]) -> float:
    started = time.perf_counter()
    done = subprocess.run(
        argv,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(
            f"{argv[-1]} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr}"
        )
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
