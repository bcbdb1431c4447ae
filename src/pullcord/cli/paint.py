"""Colour, as the last step: all renderers return plain text, where every state has its word."""

from __future__ import annotations

import re

_COLOURS = {"red": 31, "green": 32, "yellow": 33, "cyan": 36, "dim": 2, "bold": 1}
RULES: tuple[tuple[str, str], ...] = (
    (r"✓|\bpass(?:ed)?\b|\bOPEN\b|\bok\b", "green"),
    (r"✗|\bFAIL\b|\bfailed\b|\bCLOSED\b|\bmissing\b|\bcancelled\b", "red"),
    (r"●|\brunning\b|\bwaived\b|\bwaiting\b|^!!.*$", "yellow"),
    (r"^(?:next|hint|error):", "bold"),
    (r"\bpullcord (?:-C \S+ )?[a-z]+ (?:(?:r-)\S+|@last)[^)]*$", "cyan"),
)
"""What is coloured in a line of text. A colour says nothing that the text does not say."""
_RULE = re.compile("|".join(f"({pattern})" for pattern, _ in RULES), re.M)


def paint(text: str) -> str:
    """The text with ANSI colours; the lines of a diff by their first character."""

    def coloured(match: re.Match[str]) -> str:
        colour = RULES[(match.lastindex or 1) - 1][1]
        return f"\x1b[{_COLOURS[colour]}m{match[0]}\x1b[0m"

    return _RULE.sub(coloured, text)


def visible(text: str) -> str:
    """The text with control characters made visible: an agent's words must not steer a terminal."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", _picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "�"
