"""`pullcord cancel`."""

from __future__ import annotations

import click

from pullcord.cli.command import command
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell
from pullcord.errors import Conflict


@click.command()
@click.argument("run", metavar="RUN")
@click.option("--by", help="Who ends it; git's user.name by default.")
@command
async def cancel(shell: Shell, run: str, by: str | None) -> Result:
    """End a run: its agents die, what they had done is kept under the run's refs.

    Your checkout is not touched. Only `pullcord retry` takes it up again.

    \b
    Example:
      pullcord cancel @last
    """
    orchestrator = await shell.orchestrator()
    run = await orchestrator.resolve(run)
    who = by or await orchestrator.repository.person()
    status = await orchestrator.cancel(run, by=who)
    if status.state != "cancelled":
        raise Conflict(f"{run} has {status.state} already.", f"pullcord show {run}")
    shell.data(f"✗ {run} {status.why}; its work stands under refs/pullcord/{run}/")
    shell.next(f"pullcord show {run}")
    return ended(run=run, state=status.state, by=who)
