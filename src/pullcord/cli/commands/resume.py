"""`pullcord resume`."""

from __future__ import annotations

import click

from pullcord.cli.command import command
from pullcord.cli.ending import ending
from pullcord.cli.options import on_escalation_option, run_argument
from pullcord.cli.result import Result
from pullcord.cli.shell import Shell
from pullcord.cli.watch import escalation_mode, watch


@click.command()
@run_argument
@on_escalation_option
@command
async def resume(shell: Shell, run: str, on_escalation: str | None) -> Result:
    """Go on with a run that was stopped or answered; nothing that is done is repeated.

    When another process works on the run, follow it.
    """
    orchestrator = await shell.orchestrator()
    run = await orchestrator.resolve(run)
    mode = escalation_mode(shell, on_escalation)
    status = await watch(shell, orchestrator, run, mode)
    return await ending(shell, orchestrator, status)
