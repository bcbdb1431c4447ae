"""The shapes of runs: one deterministic async function per file over Flow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pullcord.model.task import Plan
from pullcord.patterns.parallel import parallel
from pullcord.patterns.sequential import sequential
from pullcord.protocols import Flow

Pattern = Callable[[Flow, Plan], Awaitable[None]]
PATTERNS: dict[str, Pattern] = {
    "sequential": sequential,
    "parallel": parallel,
}
