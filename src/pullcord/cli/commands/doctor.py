"""`pullcord doctor`."""

from __future__ import annotations

from dataclasses import asdict

import click

from pullcord.cli import checkup
from pullcord.cli.command import command
from pullcord.cli.render_doctor import examined
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell
from pullcord.errors import UsageError

LACKING = 5


@click.command()
@command
async def doctor(shell: Shell) -> Result:
    """Check git, Python, the sandbox and the disk, and in a repository its environment, gates'
    tools, agents and ledger. Whatever is missing comes with its cure (exit 5)."""
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
    return ended(
        0 if healthy else LACKING, healthy=healthy, checks=[asdict(check) for check in checks]
    )
