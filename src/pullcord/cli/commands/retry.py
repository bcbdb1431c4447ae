"""`pullcord retry`."""

from __future__ import annotations

import click

from pullcord.cli.command import command
from pullcord.cli.ending import ending
from pullcord.cli.options import on_escalation_option
from pullcord.cli.result import Result
from pullcord.cli.shell import Shell
from pullcord.cli.watch import escalation_mode, watch
from pullcord.errors import UsageError


@click.command()
@click.argument("task", metavar="RUN/TASK")
@click.option("--text", default="", help="What to mend; the agent reads it.")
@click.option("--by", help="Who wishes it; git's user.name by default.")
@on_escalation_option
@command
async def retry(
    shell: Shell, task: str, text: str, by: str | None, on_escalation: str | None
) -> Result:
    """Give a task one more attempt, and go on with the run from there.

    A run that had failed, was cancelled or waits is taken up again. What builds on the task gets
    another attempt after it. Nothing in the ledger is taken back.

    \b
    Examples:
      pullcord retry @last/backend
      pullcord retry r-7f3a/contract --text "Use cursors, not pages."
    """
    run, slash, name = task.partition("/")
    if not slash or not name:
        raise UsageError(f"{task} names no task.", "Write RUN/TASK; pullcord show lists the tasks.")
    orchestrator = await shell.orchestrator()
    run = await orchestrator.resolve(run)
    who = by or await orchestrator.repository.person()
    await orchestrator.retry(run, name, text=text, by=who)
    status = await watch(shell, orchestrator, run, escalation_mode(shell, on_escalation))
    return await ending(shell, orchestrator, status)
