"""Unified diffs for people: pure."""

from __future__ import annotations

from unidiff.patch import PatchSet

from pullcord.cli.paint import visible
from pullcord.cli.render import columns, plural

_COLOURS = {"+": 32, "-": 31, "@": 36}
_BAR = 30


def coloured(text: str) -> str:
    """The diff with ANSI colours and nothing else that could steer a terminal."""
    return "".join(_line(line) for line in text.splitlines(keepends=True))


def _line(line: str) -> str:
    body, end = (line[:-1], "\n") if line.endswith("\n") else (line, "")
    shown = visible(body)
    if body.startswith(("+++", "---", "diff ", "index ")):
        return f"\x1b[1m{shown}\x1b[0m{end}"
    colour = _COLOURS.get(body[:1])
    return f"\x1b[{colour}m{shown}\x1b[0m{end}" if colour else shown + end


def stat(text: str, *, width: int = 0) -> list[str]:
    """One line per file with its added and removed lines, then the sums."""
    files = PatchSet(text)
    most = max((file.added + file.removed for file in files), default=0)
    rows = [
        (
            file.path,
            "binary" if file.is_binary_file else str(file.added + file.removed),
            _signs(file.added, file.removed, most),
        )
        for file in files
    ]
    sums = f"{plural(len(files), 'file')}, +{files.added} -{files.removed}"
    return [*columns(rows, width=width), sums]


def _signs(added: int, removed: int, most: int) -> str:
    scale = min(1.0, _BAR / most) if most else 1.0
    return "+" * max(bool(added), round(added * scale)) + "-" * max(
        bool(removed), round(removed * scale)
    )
