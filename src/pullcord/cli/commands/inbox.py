"""`pullcord inbox`."""

from __future__ import annotations

import click

from pullcord.cli.command import command
from pullcord.cli.questions import in_full, matching
from pullcord.cli.render_cord import inbox as rendered
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell, json_of


@click.command()
@click.argument("question", required=False, metavar="[RUN|QUESTION]")
@command
async def inbox(shell: Shell, question: str | None) -> Result:
    """List the questions that wait for you, the oldest run first.

    QUESTION is RUN/QUESTION as the inbox shows it, a run, or the question's own name.
    """
    orchestrator = await shell.orchestrator()
    waiting = await orchestrator.inbox()
    if question:
        waiting = matching(waiting, await in_full(orchestrator, question))
    rows = [(status.run, status.title, asked) for status, asked in waiting]
    whole = bool(question)  # who asks for one question wants to see all of it
    shell.data(*rendered(rows, width=shell.width, command=shell.command, whole=whole))
    return ended(questions=[{"run": s.run, "title": s.title, **json_of(q)} for s, q in waiting])
