"""What a demo consists of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from pullcord.requests.workflow import Workflow

REQUESTS = Path(__file__).parents[2] / "templates" / "requests"


async def as_it_is(service: Path) -> tuple[str, ...]:
    """Leave the fresh service as it is."""
    return ()


@dataclass(frozen=True)
class Demo:
    """`prepare` gets the fresh service and commits what the run is to deal with; it returns what
    it planted, a line each. `workflow` is None for the one that the request names; `slips` is the
    script of what agents do wrong (runtimes/rehearsed.py), None for nothing. `breaking` is a second
    request that must pull the cord, None for none."""

    request: Path
    opening: tuple[str, ...]
    prepare: Callable[[Path], Awaitable[tuple[str, ...]]] = as_it_is
    workflow: Workflow | None = None
    slips: Path | None = None
    staged: tuple[str, ...] = ()
    breaking: Path | None = None
