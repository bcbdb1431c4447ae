"""`pullcord doctor`."""

from __future__ import annotations

from dataclasses import asdict

import click

from pullcord.cli import checkup
from pullcord.cli.chaos import killed
from pullcord.cli.command import command
from pullcord.cli.render_doctor import examined
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell, json_of
from pullcord.errors import UsageError

FAILED, LACKING = 1, 5


@click.command()
@click.option("--chaos", is_flag=True, help="Also kill runs in a temporary folder, some minutes.")
@command
async def doctor(shell: Shell, chaos: bool) -> Result:
    """Check git, Python, the sandbox and the disk, and in a repository its environment, gates'
    tools, agents and ledger. Whatever is missing comes with its cure (exit 5).

    With --chaos a run of each pattern is killed before and after everything it records, and resumed
    each time. It must end like one that nobody disturbed (exit 1)."""
    checks = await checkup.machine()
    outside = ""
    try:
        orchestrator = await shell.orchestrator()
    except UsageError as error:
        outside = error.message
    else:
        checks += await checkup.repository(orchestrator)
    shell.data(*examined(checks, outside, width=shell.width))
    healthy = all(check.ok for check in checks)
    code, found = 0 if healthy else LACKING, {"checks": [asdict(check) for check in checks]}
    if chaos:
        tolls = await killed(shell)
        found["chaos"] = [{"pattern": name, **json_of(toll)} for name, toll in tolls.items()]
        unharmed = all(toll.clean for toll in tolls.values())
        healthy, code = healthy and unharmed, code if unharmed else FAILED
    return ended(code, healthy=healthy, **found)
