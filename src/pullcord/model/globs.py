"""Globs over a repository's paths, in which `**` crosses folders: what they match, and share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

_DEPTHS = (1, 2, 7)
"""How many folders stand for any number of folders where one glob is asked of another."""


@lru_cache(maxsize=1024)
def _pattern(glob: str) -> re.Pattern[str]:
    """`*` stays within a folder, `**/` is any number of folders, a glob without a slash is one at
    the root; a trailing slash means everything below."""
    out, rest = "", glob + "**" if glob.endswith("/") else glob
    while rest:
        if rest.startswith("**/"):
            out, rest = out + "(?:[^/]+/)*", rest[3:]
        elif rest.startswith("**"):
            out, rest = out + ".*", rest[2:]
        elif rest[0] == "*":
            out, rest = out + "[^/]*", rest[1:]
        elif rest[0] == "?":
            out, rest = out + "[^/]", rest[1:]
        else:
            out, rest = out + re.escape(rest[0]), rest[1:]
    return re.compile(out + r"\Z", re.S)


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether a path relative to the repository is in any of the globs."""
    return any(_pattern(glob).match(path) for glob in globs)


def within(glob: str, scope: Iterable[str]) -> bool:
    """Whether every path of a glob is in one and the same glob of the scope."""
    return any(all(matches(path, (each,)) for path in _samples(glob)) for each in scope)


def _samples(glob: str) -> list[str]:
    """Paths of a glob in which every wildcard is a name that no other glob spells out."""
    sign = "\x01"
    any_name = sign * 7
    whole = glob + "**" if glob.endswith("/") else glob
    flat = whole.replace("**/", "")
    deep = ["/".join([any_name] * depth) for depth in _DEPTHS]
    fits = [flat, *(whole.replace("**", path) for path in deep)]
    named = [path.replace("*", name).replace("?", sign) for path in fits for name in ("", any_name)]
    return [path for path in named if all(path.split("/"))]  # no folder has an empty name


def share(one: str, other: str) -> bool:
    """Whether some path may be in both globs."""
    return _meet(_segments(one), _segments(other), "**", _alike)


def _segments(glob: str) -> tuple[str, ...]:
    """The parts of a glob. `a**b`, which crosses folders inside a name, is taken for any path."""
    parts = (glob + "**" if glob.endswith("/") else glob).split("/")
    return tuple("**" if "**" in part else part for part in parts)


def _alike(one: str, other: str) -> bool:
    return one == other or _meet(one, other, "*", lambda a, b: a == b or "?" in (a, b))


def _meet(
    one: Sequence[str], other: Sequence[str], star: str, alike: Callable[[str, str], bool]
) -> bool:
    """Whether two sequences, in which `star` is any number of items, have a reading in common.

    Row by row, so that many stars cost no more than the product of the lengths.
    """
    row = [True]
    row += [all(item == star for item in other[:end]) for end in range(1, len(other) + 1)]
    for mine in one:
        new = [row[0] and mine == star]
        for column, theirs in enumerate(other, 1):
            if star in (mine, theirs):
                new.append(row[column] or new[column - 1])
            else:
                new.append(row[column - 1] and alike(mine, theirs))
        row = new
    return row[-1]
