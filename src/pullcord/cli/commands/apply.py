"""`pullcord apply`."""

from __future__ import annotations

import click

from pullcord.cli.command import command
from pullcord.cli.options import run_argument
from pullcord.cli.render import short
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell


@click.command()
@run_argument
@command
async def apply(shell: Shell, run: str) -> Result:
    """Bring a passed run's commits to the branch that it started from.

    The last gates run afresh first. The branch is only ever fast-forwarded; where that cannot be,
    nothing is changed and the choices are named (exit 7).
    """
    orchestrator = await shell.orchestrator()
    run = await orchestrator.resolve(run)
    if (await orchestrator.status(run)).state == "passed":  # else it is refused
        shell.note(f"The gates judge {run} once more, on a clean checkout …")
    branch = await orchestrator.apply(run)
    status = await orchestrator.status(run)
    shell.data(f"✓ {run} is on {branch}, at {short(status.head)}")
    for key, said in status.waivers.items():
        shell.data(f"! waived {key}: {said}")
    return ended(run=run, branch=branch, commit=status.head, waivers=status.waivers)
