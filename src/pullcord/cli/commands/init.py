"""`pullcord init`."""

from __future__ import annotations

import click

from pullcord import adopt
from pullcord.cli.command import command
from pullcord.cli.keyboard import ask_line
from pullcord.cli.render_diff import coloured
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell
from pullcord.workspace.repository import Repository

LACKING, UNASKED = 1, 2


@click.command()
@click.option("--yes", is_flag=True, help="Write the files without asking.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a file is missing.")
@click.option("--agent", multiple=True, metavar="NAME", help="Also this opt-in agent; repeat it.")
@command
async def init(shell: Shell, yes: bool, check: bool, agent: tuple[str, ...]) -> Result:
    """Show what this repository lacks for pullcord, as a diff, and write it after a yes.

    Adds pullcord.toml, with the commands that were found, and agent files. Never overwrites.

    \b
    Examples:
      pullcord init
      pullcord init --yes --agent security-auditor
      pullcord init --check
    """
    root = (await Repository.find(shell.folder)).root
    files = adopt.missing(root, agent)
    shown = adopt.diff(files)
    names = [file.path for file in files]
    if not files:
        shell.data("✓ Nothing is missing: pullcord.toml and the agent files are there.")
        return ended(files=[], diff="", written=False)
    shell.raw(coloured(shown) if shell.coloured(shell.out) else shown)
    if check or not (yes or await _agreed(shell)):
        shell.note("", f"Nothing was written; missing: {', '.join(names)}")
        if not check:
            shell.note("next: pullcord init --yes")
        return ended(LACKING if check else UNASKED, files=names, diff=shown, written=False)
    adopt.write(root, files)
    shell.data("", *(f"✓ wrote {name}" for name in names))
    shell.next("pullcord doctor", "pullcord gates explain")
    return ended(files=names, diff=shown, written=True)


async def _agreed(shell: Shell) -> bool:
    if not shell.asks:
        return False
    answer = await ask_line(shell, "Write these files? [y/N] ")
    return (answer or "").lower() in ("y", "yes")
