"""`pullcord runs`."""

from __future__ import annotations

from typing import get_args

import click

from pullcord.cli.command import command
from pullcord.cli.render_status import run_list
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell, json_of
from pullcord.model.run import State


@click.command()
@click.option("--state", type=click.Choice(get_args(State)), help="Only runs in this state.")
@click.option("--limit", type=click.IntRange(1), help="At most so many.")
@command
async def runs(shell: Shell, state: str | None, limit: int | None) -> Result:
    """List the runs of this repository, the newest first."""
    found = await (await shell.orchestrator()).runs()
    chosen = [status for status in found if state in (None, status.state)][:limit]
    shell.data(*run_list(chosen, width=shell.width))
    return ended(runs=json_of(chosen))
