"""Small pure operations on words that names, briefs and documents share."""

from __future__ import annotations

import re
import unicodedata


def slug(text: str, limit: int = 40) -> str:
    """Lower-case ASCII words joined by hyphens, as many as `limit` characters hold; `task` for
    none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if len(words) > limit:
        words = words[: limit + 1].rpartition("-")[0] or words[:limit]
    return words.strip("-") or "task"


def numbered(name: str, taken: set[str], limit: int = 40) -> str:
    """`name`, or `name-2`, `name-3`, … : the first that is not taken, at most `limit` long."""
    found, count = name, 1
    while found in taken:
        count += 1
        tail = f"-{count}"
        found = name[: limit - len(tail)].rstrip("-") + tail
    return found


def one_line(text: str) -> str:
    """The text without control characters and with single spaces."""
    words = " ".join(text.split())
    if words.isprintable():
        return words
    # What is neither printable nor space could only hide something from the reader.
    return " ".join("".join(c for c in words if c.isprintable()).split())


def first_line(text: str) -> str:
    """The first line that says something; ` …` tells of further ones."""
    first, *more = [line for line in text.splitlines() if line.strip()] or [""]
    return one_line(first) + " …" * bool(more)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters; a cut is said at its place."""
    if len(text) <= limit:
        return text
    note = f"… (cut: {len(text):,} characters in all)"
    return (text[: max(0, limit - len(note))].rstrip() + note)[:limit]
