"""Paths: which are meant by globs, and names that are dangerous on some machine."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from pullcord.model.globs import matches as matches

_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)(\.|$)")
_BIDI = set("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FORBIDDEN = set('\\<>:"|?*')
"""Characters that Windows reads as something else; git checks them out elsewhere."""


def name_problems(path: str) -> Iterator[str]:
    """Why a path must not enter a repository; nothing when it may."""
    if not path or path.startswith("/"):
        yield "is not relative"
    for part in path.split("/"):
        yield from _part_problems(part)
    if len(path.encode()) > 1024:
        yield "is longer than 1024 bytes"


def _part_problems(part: str) -> Iterator[str]:
    if part in ("", ".", ".."):
        yield "has an empty or dotted part"
        return
    if "\ufffd" in part:  # what git's bytes became
        yield "is not UTF-8"
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in part):
        yield "contains a control character"
    if any(c in _BIDI or unicodedata.category(c) == "Cf" for c in part):
        yield "contains an invisible or direction-changing character"
    if found := sorted(_FORBIDDEN & set(part)):
        yield f"contains {' '.join(found)}"
    if is_git(part):
        yield "looks like git's own folder"
    if _RESERVED.match(part):
        yield "is a reserved name on Windows"
    if part[-1] in ". ":
        yield "ends in a dot or space"
    if unicodedata.normalize("NFC", part) != part:
        yield "is not in Unicode's composed form"
    if len(_scripts(part)) > 1:
        yield f"mixes letters of {' and '.join(sorted(_scripts(part)))}"


def is_git(part: str) -> bool:
    """Whether some file system would take this name for `.git`."""
    seen = "".join(c for c in part if unicodedata.category(c) != "Cf")
    plain = unicodedata.normalize("NFKC", seen).casefold().rstrip(". ").partition(":")[0]
    return plain == ".git" or re.fullmatch(r"git~\d+", plain) is not None


def _scripts(part: str) -> set[str]:
    """The alphabets of a name that are easily taken for each other."""
    names = (unicodedata.name(c, "") for c in part if c.isalpha())
    first = {name.partition(" ")[0] for name in names}
    return first & {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "FULLWIDTH"}
