"""What runs left on the disk: pure."""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.cli.render import columns, plural, size
from pullcord.line.leftovers import Leftover

WHAT = {
    "workspaces": "clones and exports of {name}",
    "environments": "environment {name}",
    "tools": "caches of the gates' tools",
    "working": "exports of your working tree",
    "verdicts": "reusable verdicts",
}


def left(found: Sequence[Leftover], rescued: int, *, width: int = 0) -> list[str]:
    """A line per folder with its size, then what can be freed. `rescued` counts the refs that hold
    partial work of killed attempts."""
    rows = [
        (size(item.size).rjust(9), WHAT[item.kind].format(name=item.name), _fate(item))
        for item in found
    ]
    free = sum(item.size for item in found if not item.kept)
    lines = columns(rows, width=width)
    if rescued:
        lines.append(f"{plural(rescued, 'rescue ref')} and all other refs of the runs: kept")
    return [*lines, f"{size(free)} can be freed"]


def _fate(item: Leftover) -> str:
    return f"kept: {item.kept}" if item.kept else "can go"
