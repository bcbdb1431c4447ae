"""What the renderers share: times, columns, short ids. All pure."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
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


_LEAD = re.compile(r" *(?:[-*] |\d+\. )?")
"""What a wrapped line is indented by: spaces, a bullet, a number."""


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


def ended_as(state: str, why: str) -> str:
    """`failed: Ada stopped it`, `cancelled by Ada`: a state before a reason that may repeat it."""
    return why if why.startswith(f"{state} ") else f"{state}: {why}" if why else state


def short(commit: str) -> str:
    return commit[:9]


def cells(text: str) -> int:
    """Columns that a text takes on a terminal: wide signs take two, combining ones none."""
    return sum(map(_cell, text))


def _cell(character: str) -> int:
    if unicodedata.combining(character) or character in "\u200b\u200d\ufe0e\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fit(text: str, width: int) -> str:
    """The text in at most `width` columns; what is cut off leaves a sign."""
    if cells(text) <= width:
        return text
    kept, room = "", width - 1
    for character in text:
        room -= _cell(character)
        if room < 0:
            break
        kept += character
    return kept.rstrip() + "…"


def pad(text: str, width: int) -> str:
    """The text with spaces up to `width` columns."""
    return text + " " * (width - cells(text))


def wrapped(lines: Iterable[str], width: int) -> list[str]:
    """The lines broken between words where a terminal is too narrow; `width` 0 breaks none."""
    if not width:
        return list(lines)
    found: list[str] = []
    for line in lines:
        lead = _LEAD.match(line)
        rest = " " * (lead.end() if lead else 0)
        found += textwrap.wrap(
            line, width, subsequent_indent=rest, break_long_words=False,
            break_on_hyphens=False, drop_whitespace=True,
        ) or [""]  # fmt: skip
    return found


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
    """Rows as lines with aligned columns. With `width`, lines are cut to fit."""
    if not rows:
        return []
    widths = [max(cells(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    lines = []
    for row in rows:
        front = "".join(f"{pad(cell, size)}  " for cell, size in zip(row, widths, strict=False))
        line = (front + row[-1]).rstrip()
        lines.append(fit(line, width) if width else line)
    return lines
