"""What comes back from an agent."""

from __future__ import annotations

from typing import Literal

from pullcord.model.escalation import Escalation
from pullcord.model.quality import Finding
from pullcord.model.value import Value

Status = Literal["done", "done_with_concerns", "needs_context", "blocked"]
Limit = Literal["attempt", "idle", "budget"]
"""What ends an agent from outside: its wall time, silence, a time budget."""


class Usage(Value):
    """What an attempt cost. None means unknown, which is not 0."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    usd: float | None = None
    seconds: float = 0.0


class Review(Value):
    """A reviewer's verdict. `criteria` maps each acceptance criterion and constraint to `met`,
    `unmet` or `unknown`; `evidence` names the tests (pytest node ids) that show it."""

    decision: Literal["approve", "object", "escalate"]
    findings: tuple[Finding, ...] = ()
    criteria: dict[str, Literal["met", "unmet", "unknown"]] = {}
    evidence: dict[str, tuple[str, ...]] = {}


class Report(Value):
    """How an attempt ended, as its runtime saw it. The git diff, not this, is the truth about work.

    `message` is the agent's last message; `exit` its exit status, None when a limit ended it;
    `limit` names the limit when it was the engine's.
    """

    status: Status
    message: str = ""
    exit: int | None = 0
    limit: Limit | None = None
    usage: Usage = Usage()
    review: Review | None = None
    escalation: Escalation | None = None
