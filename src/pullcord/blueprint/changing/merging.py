"""Three texts into one: what a person wrote into a generated file stays, what the generator says
anew comes in, and where both touched the same lines nobody guesses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_ENTRY = re.compile(r'\s+"?(\w+)"?: \S.*')
"""A field of a class or an entry of a dictionary, on a line of its own."""


class Clash(Exception):
    """Both sides changed the same place; `line` is the first of it in our text, from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


@dataclass(frozen=True)
class _Edit:
    """Lines `start` to `end` of the base became `lines`; in the edited text they begin at `at`."""

    start: int
    end: int
    lines: tuple[str, ...]
    at: int


def merge(base: str, ours: str, theirs: str) -> str:
    """`ours` with everything that changed from `base` to `theirs`. Raises Clash."""
    old = base.splitlines(keepends=True)
    mine = list(_edits(old, ours.splitlines(keepends=True)))
    found, at = [], 0
    for edit in _together(mine, list(_edits(old, theirs.splitlines(keepends=True)))):
        found += old[at : edit.start]
        found += edit.lines
        at = edit.end
    return "".join(found + old[at:])


def _edits(old: Sequence[str], new: Sequence[str]) -> Iterator[_Edit]:
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield _Edit(i, j, tuple(new[k:m]), k + 1)


def _together(mine: list[_Edit], theirs: list[_Edit]) -> list[_Edit]:
    """Both sides' edits in the order of the base, equal ones once."""
    found = list(mine)
    for edit in theirs:
        for other in mine:
            if (edit.start, edit.end, edit.lines) == (other.start, other.end, other.lines):
                break
            if _touch(edit, other):
                if not _both_add(edit, other):
                    raise Clash(other.at)
                found[found.index(other)] = _Edit(
                    other.start, other.end, other.lines + edit.lines, other.at
                )
                break
        else:
            found.append(edit)
    return sorted(found, key=lambda edit: (edit.start, edit.end))


def _touch(one: _Edit, other: _Edit) -> bool:
    """Whether two edits are about a common line, or insert at one place."""
    if one.start == other.start:
        return True
    return max(one.start, other.start) < min(one.end, other.end)


def _both_add(one: _Edit, other: _Edit) -> bool:
    """Whether both only add entries of different names, whose order means nothing."""
    if (one.start, other.start) != (one.end, other.end):
        return False
    entries = [_ENTRY.fullmatch(line.rstrip("\n")) for line in (*one.lines, *other.lines)]
    named = [match[1] for match in entries if match]
    return len(set(named)) == len(entries)
