"""`pullcord diff`."""

from __future__ import annotations

import click

from pullcord.cli.command import command
from pullcord.cli.options import run_argument
from pullcord.cli.render_diff import coloured, stat
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell


@click.command()
@run_argument
@click.option("--stat", "short", is_flag=True, help="Only the files and how many lines.")
@command
async def diff(shell: Shell, run: str, short: bool) -> Result:
    """Show what a run, RUN, or one of its tasks, RUN/TASK, changed.

    \b
    Examples:
      pullcord diff @last --stat
      pullcord diff r-7f3a/python-backend-engineer
    """
    orchestrator = await shell.orchestrator()
    name, _, task = run.partition("/")
    run = await orchestrator.resolve(name)
    text = await orchestrator.diff(run, task)
    if not text:
        shell.note(f"{run} has changed nothing yet.")
    elif short:
        shell.data(*stat(text, width=shell.width))
    else:
        shell.raw(coloured(text) if shell.coloured(shell.out) else text)
    return ended(run=run, task=task, diff=text)
