"""The shapes of runs: one deterministic async function per file over Flow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pullcord.model.task import Plan
from pullcord.patterns.debug_fix_verify import debug_fix_verify
from pullcord.patterns.iterative import iterative
from pullcord.patterns.parallel import parallel
from pullcord.patterns.sequential import sequential
from pullcord.patterns.sprint_task import sprint_task
from pullcord.protocols import Flow

Pattern = Callable[[Flow, Plan], Awaitable[None]]
PATTERNS: dict[str, Pattern] = {
    "sequential": sequential,
    "parallel": parallel,
    "iterative": iterative,
    "debug-fix-verify": debug_fix_verify,
    "sprint-task": sprint_task,
}
