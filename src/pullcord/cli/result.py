"""How a command ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Result(NamedTuple):
    """The exit code of a command and what its last JSON object holds besides."""

    exit_code: int
    body: Mapping[str, object]


def ended(exit_code: int = 0, /, **body: object) -> Result:
    """The result of a command; `body` is shown with `--json` only."""
    return Result(exit_code, body)
