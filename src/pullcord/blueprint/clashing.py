"""What a role does first in a round that follows a merge which did not fit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pullcord.model.quality import Finding

_CONFLICT = re.compile(r"^<{7} [^\n]*\n(?P<head>.*?)^={7}\n.*?^>{7} [^\n]*(?:\n|\Z)", re.M | re.S)


def yield_to_head(root: Path, findings: Sequence[Finding]) -> None:
    """Keep of each conflict what others have handed off; the role writes its own part anew."""
    for finding in findings:
        path = root / finding.path
        if finding.rule == "conflict" and path.is_file() and not path.is_symlink():
            text = path.read_bytes().decode("utf-8", "surrogateescape")
            path.write_bytes(ours(text).encode("utf-8", "surrogateescape"))


def ours(text: str) -> str:
    """A text with git's conflict marks, as its first side has it: pure."""
    return _CONFLICT.sub(lambda found: found["head"], text)


def renumber(folder: Path, table: str) -> bool:
    """Where a merge gave this table's migration another one's number, take it out of the way, so
    that it is written again with the next number. Says whether it did."""
    numbers = {path: path.name.partition("_")[0] for path in folder.glob("*.sql")}
    taken = Counter(numbers.values())
    own = re.compile(rf"\d+_{re.escape(table)}\.sql")
    found = [p for p, number in numbers.items() if own.fullmatch(p.name) and taken[number] > 1]
    for path in found:
        path.unlink()
    return bool(found)
