"""What the doctor found: pure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from pullcord.cli.checkup import Check
from pullcord.cli.render import columns
from pullcord.model.text import one_line


def examined(checks: Sequence[Check], outside: str = "", *, width: int = 0) -> list[str]:
    """A line per check, the cure below where something is missing. `outside` says why no
    repository was looked at."""
    rows = [
        ("✓" if check.ok else "✗", check.name, "ok" if check.ok else "missing", "")
        for check in checks
    ]
    front = max(map(len, columns(rows)), default=0) + 2
    lines: list[str] = []
    for check, line in zip(checks, columns(rows), strict=True):
        lines += _beside(line, check.detail, front, width)
        lines += _beside("", f"cure: {check.cure}", front, width) if check.cure else []
    if outside:
        lines += _beside("-", f"{outside} What belongs to a repository was left out.", 3, width)
    return lines


def _beside(line: str, text: str, front: int, width: int) -> list[str]:
    """The line with the text beside it, wrapped in its own column."""
    room = max(30, width - front) if width else len(text) + 1
    parts = textwrap.wrap(one_line(text), room, break_on_hyphens=False) or [""]
    return [f"{line:<{front}}{parts[0]}", *(" " * front + part for part in parts[1:])]
