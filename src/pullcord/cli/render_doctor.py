"""What the doctor found: pure."""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.cli.checkup import Check
from pullcord.cli.render import columns


def examined(checks: Sequence[Check], outside: str = "", *, width: int = 0) -> list[str]:
    """A line per check, the cure below where something is missing. `outside` says why no
    repository was looked at."""
    rows = [
        ("✓" if check.ok else "✗", check.name, "ok" if check.ok else "missing", check.detail)
        for check in checks
    ]
    lines: list[str] = []
    for check, line in zip(checks, columns(rows, width=width), strict=True):
        lines.append(line)
        lines += [f"    cure: {check.cure}"] if check.cure else []
    if outside:
        lines.append(f"-  {outside} What belongs to a repository was left out.")
    return lines
