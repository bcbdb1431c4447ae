"""Every table is closed to all but those whom its policy lets in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pullcord.blueprint.checks.file import File
from pullcord.model.quality import Finding

_NAME = r"(?:\"?public\"?\.)?\"?(\w+)\"?"
_TABLE = re.compile(rf"create\s+table\s+(?:if\s+not\s+exists\s+)?{_NAME}", re.I)
_ENABLED = re.compile(
    rf"alter\s+table\s+(?:only\s+)?{_NAME}\s+enable\s+row\s+level\s+security", re.I
)
_FORCED = re.compile(rf"alter\s+table\s+(?:only\s+)?{_NAME}\s+force\s+row\s+level\s+security", re.I)
_POLICY = re.compile(rf"create\s+policy\s+\S+\s+on\s+{_NAME}(?P<rules>[^;]*);", re.I)
_OPENED = re.compile(r"disable\s+row\s+level\s+security|\bto\s+anon\b|\bto\s+public\b", re.I)


def look(file: File) -> Iterator[Finding]:
    """Tables without row-level security or without a policy, and policies that let everybody in."""
    if not file.path.endswith(".sql") or "migration" not in file.path:
        return
    text = re.sub(r"--[^\n]*", lambda comment: " " * len(comment[0]), file.text)
    enabled = {match[1] for match in _ENABLED.finditer(text)}
    forced = {match[1] for match in _FORCED.finditer(text)}
    policies = {match[1] for match in _POLICY.finditer(text)}
    owned = set()
    for match in _TABLE.finditer(text):
        table, line = match[1], text.count("\n", 0, match.start()) + 1
        body = text[match.start() : text.find(";", match.start())]
        owned |= {table} if re.search(r"\buser_id\b", body) else set()
        if table not in enabled or table not in forced:
            word = "enabled" if table not in enabled else "forced"
            yield _finding(file, line, f"Row-level security of {table} is not {word}.")
        if table not in policies:
            yield _finding(
                file, line, f"{table} has no policy: say who may see and write its rows."
            )
    for match in _POLICY.finditer(text):
        rules = re.sub(r"\s+", "", match["rules"].lower())
        if match[1] in owned and ("using(true)" in rules or "withcheck(true)" in rules):
            line = text.count("\n", 0, match.start()) + 1
            yield _finding(file, line, f"The policy of {match[1]} lets everybody at rows of users.")
    for match in _OPENED.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield _finding(file, line, f"`{' '.join(match[0].split())}` opens the table to everybody.")


def _finding(file: File, line: int, message: str) -> Finding:
    return file.finding("missing-policy", line, message)
