"""The short form of the chaos suite, as `pullcord doctor --chaos` shows it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from pullcord.chaos.stories import STORIES
from pullcord.chaos.table import table, wrong
from pullcord.chaos.telling import told
from pullcord.chaos.trial import Toll
from pullcord.cli.render import plural
from pullcord.cli.shell import Shell


async def killed(shell: Shell, patterns: Iterable[str] = STORIES) -> dict[str, Toll]:
    """Kill a run of each pattern and show what came of it."""
    tolls = {}
    shell.note(
        "", "Runs in a temporary folder are killed and resumed, one pattern after the other."
    )
    with TemporaryDirectory(prefix="pullcord-chaos-") as folder:
        for pattern in patterns:
            started = time.monotonic()
            toll = tolls[pattern] = await told(pattern, Path(folder, pattern))
            took = f"{time.monotonic() - started:.0f} s"
            sign = "✓" if toll.clean else "✗"
            shell.note(f"{sign}  {pattern:<16}  {plural(toll.kills, 'kill')}, {took}")
    faults = [f"✗  {pattern}  {line}" for pattern, toll in tolls.items() for line in wrong(toll)]
    shell.data("", *table(tolls), *([""] if faults else []), *faults)
    return tolls
