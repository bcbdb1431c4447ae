"""Recorded events of a run."""

from __future__ import annotations

from typing import Any

from pullcord.model.value import Value


class Fact(Value):
    """One recorded event. Unique on (run, key); `at` is UTC ISO 8601; `hash` covers everything but
    itself, `prev_hash` is the hash of the run's fact before it ('' for the first)."""

    run: str
    seq: int
    key: str
    epoch: int
    version: int
    at: str
    body: dict[str, Any]
    prev_hash: str
    hash: str
