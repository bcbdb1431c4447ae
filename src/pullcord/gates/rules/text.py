"""A changed text file, whatever its language."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LARGEST = 4 << 20
"""Bytes of a file that are looked at. Larger ones need a person's say at the scope gate."""


@dataclass(frozen=True)
class Text:
    """One changed file of one of the two states, as text."""

    path: str
    text: str

    def line(self, place: int) -> int:
        return self.text.count("\n", 0, place) + 1


def read_text(root: Path, path: str) -> Text | None:
    """The file as text; None when it is absent, a link or binary."""
    file = root / path
    if file.is_symlink() or not file.is_file():
        return None
    with file.open("rb") as opened:
        raw = opened.read(LARGEST)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Text(path, raw.decode("utf-16", "replace"))
    return None if b"\0" in raw[:8192] else Text(path, raw.decode("utf-8", "replace"))
