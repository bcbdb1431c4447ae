"""`pullcord new`."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from pullcord import environments, scaffold
from pullcord.app import utc_now
from pullcord.cli.command import command
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell
from pullcord.errors import Unavailable


@click.command()
@click.argument("directory", metavar="DIR", type=Path)
@click.option("--name", help="The service's name; the folder's by default.")
@command
async def new(shell: Shell, directory: Path, name: str | None) -> Result:
    """Make a new FastAPI service in an empty or new folder, with its first commit.

    It comes with one finished resource, tests, a published contract, agent files and a sprint
    document, and passes its own gates.

    \b
    Example:
      pullcord new workout-tracker
    """
    target = shell.folder / directory
    lacking = await make(shell, target, name)
    shell.data(f"✓ {target} is a git repository with its first commit")
    if lacking:
        shell.data(f"! without an environment: {lacking.message}", f"  {lacking.hint}")
    shell.data("", f"next: cd {directory}")
    shell.data("      pullcord gates", "      pullcord run -f REQUEST.md")
    return ended(directory=str(target), environment=lacking is None)


async def make(shell: Shell, directory: Path, name: str | None) -> Unavailable | None:
    """Make the service. Returns why its environment could not be made offline, else None."""
    lacking: list[Unavailable] = []

    async def environment(folder: Path) -> None:
        shell.note(f"Making its environment from pullcord's own packages in {folder / '.venv'} …")
        try:
            await environments.link(folder)
        except Unavailable as error:
            lacking.append(error)

    existed = directory.exists()
    fresh = not existed or (directory.is_dir() and not any(directory.iterdir()))
    try:
        await scaffold.new(directory, name=name, today=utc_now().date(), after_files=environment)
    except BaseException:
        if fresh:  # what stands there now is ours and not finished
            shutil.rmtree(directory, ignore_errors=True)
            if existed:
                directory.mkdir(exist_ok=True)
        raise
    return lacking[0] if lacking else None
