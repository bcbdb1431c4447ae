"""`pullcord log`."""

from __future__ import annotations

import asyncio

import click

from pullcord.cli import render_progress
from pullcord.cli.command import command
from pullcord.cli.events import events, place
from pullcord.cli.options import run_argument
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell
from pullcord.errors import NotFound
from pullcord.model.fact import Fact

_POLL_S = 0.2


@click.command()
@run_argument
@click.option("-f", "--follow", is_flag=True, help="Wait for more until the run ends or waits.")
@command
async def log(shell: Shell, run: str, follow: bool) -> Result:
    """List the events of a run, RUN, or of one of its tasks, RUN/TASK.

    \b
    Examples:
      pullcord log @last --follow
      pullcord log r-7f3a/python-backend-engineer --json
    """
    orchestrator = await shell.orchestrator()
    name, _, task = run.partition("/")
    run = await orchestrator.resolve(name)
    facts = await orchestrator.facts(run)
    if task and task not in (known := [t["id"] for t in facts[0].body["plan"]["tasks"]]):
        raise NotFound(f"{run} has no task {task!r}.", f"Its tasks: {', '.join(known)}")
    seen: dict[str, Fact] = {}
    status = await orchestrator.status(run)
    _tell(shell, facts, seen, task)
    while follow and status.state == "running":
        await asyncio.sleep(_POLL_S)
        # The state first: what was recorded before it was read is then certainly told.
        status = await orchestrator.status(run)
        facts = await orchestrator.facts(run, len(seen))
        _tell(shell, facts, seen, task)
    return ended(run=run, state=status.state)


def _tell(shell: Shell, facts: list[Fact], seen: dict[str, Fact], task: str) -> None:
    for fact in facts:
        if task in ("", place(fact.key)[0]):
            for event in events(fact):
                shell.emit(event)
            shell.data(*render_progress.lines(fact, seen))
        seen[fact.key] = fact
