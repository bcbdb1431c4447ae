"""Options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from pullcord.cli.shell import Shell

run_argument = click.argument("run", metavar="RUN", default="@last")
"""RUN, the last one by default: an id, a unique prefix, `@last`."""

on_escalation_option = click.option(
    "--on-escalation",
    type=click.Choice(["wait", "exit", "default"]),
    help="When the cord is pulled: wait for the answer (as on a terminal), exit with 3 (as "
    "elsewhere), or take the recommendation, but never for security, data and architecture.",
)


def with_common_options(command: click.Command, *, shown: bool = False) -> click.Command:
    """The command, and those below it, with the options that every command understands."""
    if not any(param.name == "json" for param in command.params):
        command.params += [
            _common(["--json"], _set_json, shown=True, is_flag=True,
                    help="Print JSON, one object a line; the last one is the result."),
            _common(["-C", "in_folder"], _set_directory, shown=shown, metavar="DIR", type=Path,
                    help="Work in this folder."),
            _common(["--plain"], _set_plain, shown=shown, is_flag=True,
                    help="One plain line per event, also on a terminal."),
            _common(["--no-color"], _set_colourless, shown=shown, is_flag=True,
                    help="No colour (NO_COLOR does the same)."),
        ]  # fmt: skip
    if isinstance(command, click.Group):
        for below in command.commands.values():
            with_common_options(below, shown=False)
    return command


def _common(
    names: list[str], act: Callable[[Shell, Any], None], *, shown: bool, **more: Any
) -> click.Option:
    def callback(ctx: click.Context, param: click.Parameter, value: Any) -> None:
        if value:
            act(ctx.ensure_object(Shell), value)

    return click.Option(
        names, callback=callback, expose_value=False, is_eager=True, hidden=not shown, **more
    )


def _set_json(shell: Shell, value: bool) -> None:
    shell.json = value


def _set_directory(shell: Shell, value: Path) -> None:
    shell.directory = value


def _set_plain(shell: Shell, value: bool) -> None:
    shell.plain = value


def _set_colourless(shell: Shell, value: bool) -> None:
    shell.color = False
