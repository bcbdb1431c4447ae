"""What the renderers share: times, columns, short ids. All pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

MARKS = {
    "queued": "○",
    "running": "●",
    "waiting": "!",
    "passed": "✓",
    "failed": "✗",
    "skipped": "-",
    "cancelled": "✗",
    "interrupted": "‖",
}
"""The sign before a state; the word always stands beside it."""
OUTCOMES = {"pass": "✓", "fail": "✗", "error": "✗", "not-run": "○", "waived": "!"}


def clock(seconds: float) -> str:
    """`0:07`, `12:40`, `1:02:03`."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def between(start: str, end: str) -> float:
    """Seconds from one recorded time to another."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def local(at: str) -> str:
    """A recorded time as people here read it: `2026-11-22 18:04`."""
    return f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M}"


def short(commit: str) -> str:
    return commit[:9]


def fit(text: str, width: int) -> str:
    """The text in at most `width` characters; what is cut off leaves a sign."""
    return text if len(text) <= width else text[: max(0, width - 1)].rstrip() + "…"


def size(count: int) -> str:
    """Bytes for people: `512 B`, `3.4 MB`."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    raise AssertionError("unreachable")


def plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def columns(rows: Sequence[Sequence[str]], *, width: int = 0) -> list[str]:
    """Rows as lines with aligned columns. With `width`, the last column is cut to fit."""
    if not rows:
        return []
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    lines = []
    for row in rows:
        front = "".join(f"{cell:<{size}}  " for cell, size in zip(row, widths, strict=False))
        last = fit(row[-1], max(10, width - len(front))) if width else row[-1]
        lines.append((front + last).rstrip())
    return lines
