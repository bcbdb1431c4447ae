"""`pullcord waive`."""

from __future__ import annotations

import click

from pullcord.cli.command import command
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell


@click.command()
@click.argument("run", metavar="RUN")
@click.argument("gate", metavar="GATE")
@click.option("--reason", required=True, help="Why, in at least three words.")
@click.option("--by", help="Who takes it on; git's user.name by default.")
@command
async def waive(shell: Shell, run: str, gate: str, reason: str, by: str | None) -> Result:
    """Let a closed gate of the attempt that waits pass on your own word.

    Your name and the reason are recorded, and shown wherever the run is.

    \b
    Example:
      pullcord waive @last tests --reason "flaky clock in CI, ticket 114"
    """
    orchestrator = await shell.orchestrator()
    run = await orchestrator.resolve(run)
    who = by or await orchestrator.repository.person()
    attempt = await orchestrator.waive(run, gate, reason, by=who)
    shell.data(f"! {gate} of {run}/{attempt} waived by {who}: {reason}")
    shell.next(f"pullcord resume {run}")
    return ended(run=run, attempt=attempt, gate=gate, by=who, reason=reason)
