"""`pullcord clean`."""

from __future__ import annotations

import click

from pullcord.app import cache_folder
from pullcord.cli.command import command
from pullcord.cli.render import size
from pullcord.cli.render_clean import left
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell, json_of
from pullcord.line.leftovers import leftovers, remove

_FINISHED = ("passed", "failed", "cancelled")


@click.command()
@click.option("--yes", is_flag=True, help="Remove what can go.")
@click.option("--environments", is_flag=True, help="Also environments, if no run is unfinished.")
@command
async def clean(shell: Shell, yes: bool, environments: bool) -> Result:
    """List what runs left on the disk, with sizes; remove it with --yes.

    Commits, rescue refs, the ledger and everything of unfinished runs always stay.
    """
    orchestrator = await shell.orchestrator()
    unfinished = [s.run for s in await orchestrator.runs() if s.state not in _FINISHED]
    found = await leftovers(
        orchestrator.cache,
        orchestrator.repository.state,
        cache_folder() / "environments",
        unfinished,
    )
    if environments and not unfinished:
        found = [
            item.model_copy(update={"kept": ""}) if item.kind == "environments" else item
            for item in found
        ]
    refs = await orchestrator.repository.git(
        "for-each-ref", "--format=%(refname)", "refs/pullcord/*/rescue/"
    )
    shell.data(*left(found, len(refs.splitlines()), width=shell.width))
    freed = await remove(found) if yes else 0
    if yes:
        shell.data(f"✓ {size(freed)} freed")
    elif any(not item.kept for item in found):
        shell.next("pullcord clean --yes")
    return ended(leftovers=json_of(found), freed=freed, removed=yes)
