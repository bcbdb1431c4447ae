"""Writes what pullcord itself says into the documentation: python docs/make.py

docs/reference/commands.md comes from the commands' own help, the block in README.md from a real run
of the demo. tests/story/test_docs.py fails when either is out of date.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMANDS = ROOT / "docs" / "reference" / "commands.md"
README = ROOT / "README.md"
INTRODUCTION = """\
# Commands

Written by `docs/make.py` from the commands' own help.

```text
{help}
```
"""
_BLOCK = re.compile(r"(?<=<!-- demo -->\n).*?(?=<!-- /demo -->)", re.DOTALL)
_REPORT = "\nFeature: "
"""Where the final report begins in the demo's output."""


def commands() -> str:
    """The page that commands.md must be."""
    from pullcord.cli.commands import COMMANDS as NAMES

    sections = [INTRODUCTION.format(help=said("--help"))]
    sections += [f"## {name}\n\n```text\n{said(name, '--help')}\n```\n" for name in NAMES]
    return "\n".join(sections)


def said(*args: str) -> str:
    """What a command line prints, on 80 columns."""
    from pullcord.cli.main import main

    before, os.environ["COLUMNS"] = os.environ.get("COLUMNS", ""), "80"
    with io.StringIO() as out, contextlib.redirect_stdout(out):
        main(args)
        os.environ["COLUMNS"] = before
        return out.getvalue().strip()


def demo() -> str:
    """What a person sees who runs the demo and keeps both streams."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "XDG_CACHE_HOME": folder, "NO_COLOR": "1", "TMPDIR": folder}
        done = subprocess.run(
            [sys.executable, "-P", "-m", "pullcord", "demo"],
            env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=True,
        )  # fmt: skip
        return done.stdout.strip().replace(folder, "/tmp")


def readme(output: str) -> str:
    """README.md with this output of the demo in it, the report folded away."""
    line, _, report = output.partition(_REPORT)
    text = (
        f"```text\n{line.rstrip()}\n```\n\n"
        "<details><summary>… and the final report</summary>\n\n"
        f"```text{_REPORT}{report}\n```\n\n</details>\n"
    )
    return _BLOCK.sub(lambda _: text, README.read_text())


def shown() -> str:
    """The output of the demo that README.md shows."""
    block = _BLOCK.search(README.read_text())
    return "\n".join(re.findall(r"```text\n(.*?)\n```", block[0] if block else "", re.DOTALL))


def shape(shown: str) -> list[str]:
    """The lines of an output without what differs from run to run: times, ids, folders, counts."""
    for pattern, word in (
        (r"/workouts[/?][^ ']+", "ROW"), (r"pullcord-demo-\w+", "FOLDER"), (r"r-[a-z0-9]+", "RUN"),
        (r"\b[0-9a-f]{7,40}\b", "COMMIT"), (r"\d{8}_\d{6}|\d+:\d\d", "TIME"),
        (r"\d+(\.\d+)?", "N"), (r" +", " "),
    ):  # fmt: skip
        shown = re.sub(pattern, word, shown)
    return [line.strip() for line in shown.splitlines()]


if __name__ == "__main__":
    COMMANDS.write_text(commands())
    README.write_text(readme(demo()))
