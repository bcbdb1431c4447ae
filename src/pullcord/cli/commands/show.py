"""`pullcord show`."""

from __future__ import annotations

import click

from pullcord.briefs.reports import REPORTS
from pullcord.cli.command import command
from pullcord.cli.options import run_argument
from pullcord.cli.render import wrapped
from pullcord.cli.render_cord import cord
from pullcord.cli.render_status import next_commands, run_page
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell, json_of


@click.command()
@run_argument
@click.option(
    "--as", "form", type=click.Choice(list(REPORTS)), help="As a progress, handoff or final report."
)
@command
async def show(shell: Shell, run: str, form: str | None) -> Result:
    """Show where a run stands: tasks, closed gates, open questions.

    \b
    Examples:
      pullcord show @last
      pullcord show r-7f3a --as final > summary.md
    """
    orchestrator = await shell.orchestrator()
    run = await orchestrator.resolve(run)
    if form:
        view = await orchestrator.view(run)
        text = REPORTS[form](view)
        shell.data(*wrapped(text.rstrip("\n").split("\n"), shell.width))
        return ended(run=run, form=form, text=text, view=json_of(view))
    status = await orchestrator.status(run)
    shell.data(*run_page(status, width=shell.width))
    for question in status.open_questions:
        shell.data("", *cord(run, question, width=shell.width, command=shell.command))
    shell.data("")
    shell.next(*next_commands(status))
    return ended(status=json_of(status))
