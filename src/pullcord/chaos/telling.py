"""The short form, for whoever wants to know: the nursery in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

from pullcord import process
from pullcord.chaos.trial import Toll
from pullcord.errors import PullcordError
from pullcord.process import Limits

_LIMITS = Limits(wall_s=1800.0, cpu_s=1800)


async def told(pattern: str, folder: Path) -> Toll:
    """A run of the pattern that dies at every place once, in an empty folder; what came of it.
    PullcordError when it could not be told."""
    argv = [sys.executable, "-P", "-m", "pullcord.chaos", str(folder), pattern]
    done = await process.run(argv, limits=_LIMITS)
    if done.exit != 0:
        said = done.stderr.strip().splitlines()[-1:] or ["it was cut off"]
        raise PullcordError(f"The run of the pattern {pattern} could not be killed: {said[0]}")
    return Toll.model_validate_json(done.stdout.splitlines()[-1])
