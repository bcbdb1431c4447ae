"""The hash chain over the facts of one run: pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from pullcord.errors import LedgerError
from pullcord.model.fact import Fact

VERSION = 1
"""Version of the facts' bodies; raised when their meaning changes."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def canonical(body: dict[str, Any]) -> str:
    """JSON with one spelling: sorted keys, no spaces, UTF-8."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # Half a surrogate pair, which agents do print, has no UTF-8; as an escape it has.
    return _SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def link(
    previous: Fact | None, run: str, key: str, body: dict[str, Any], *, epoch: int, at: str
) -> Fact:
    """The next fact after `previous` (None: the first of its run)."""
    seq = previous.seq + 1 if previous else 1
    prev_hash = previous.hash if previous else ""
    digest = _digest(run, seq, key, epoch, VERSION, at, body, prev_hash)
    return Fact(
        run=run, seq=seq, key=key, epoch=epoch, version=VERSION, at=at,
        body=body, prev_hash=prev_hash, hash=digest,
    )  # fmt: skip


def verify(facts: Iterable[Fact]) -> None:
    """Raise LedgerError at the first fact that was changed, removed, added or moved."""
    previous: Fact | None = None
    for fact in facts:
        expected = (previous.seq + 1, previous.hash) if previous else (1, "")
        digest = _digest(
            fact.run, fact.seq, fact.key, fact.epoch, fact.version, fact.at, fact.body,
            fact.prev_hash,
        )  # fmt: skip
        if (fact.seq, fact.prev_hash) != expected or fact.hash != digest:
            raise damaged(fact.run, fact.seq, fact.key)
        previous = fact


def damaged(run: str, seq: int, key: str) -> LedgerError:
    """What to say of a fact that is not what was recorded."""
    return LedgerError(
        f"The ledger of run {run} was altered at fact {seq} ({key}).",
        "Restore the ledger from a backup; its runs cannot be trusted.",
    )


def _digest(*parts: object) -> str:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
