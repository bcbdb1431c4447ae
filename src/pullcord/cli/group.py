"""Groups whose commands are loaded when they are used."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

import click

from pullcord.cli.commands import COMMANDS, Listed
from pullcord.cli.options import with_common_options
from pullcord.cli.shell import Shell

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class LazyGroup(click.Group):
    """The root command. `listed` says where its commands are; a command's module is imported when
    it runs, so that `--help` stays quick."""

    listed: Mapping[str, Listed] = COMMANDS

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.listed)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.listed:
            return None
        module = import_module(self.listed[cmd_name].module)
        command: click.Command = getattr(module, cmd_name)
        return with_common_options(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.listed and not name.startswith("-") and not ctx.resilient_parsing:
            from difflib import get_close_matches

            near = get_close_matches(name, self.listed, n=1)
            meant = f" Did you mean `pullcord {near[0]}`?" if near else ""
            raise click.UsageError(f"There is no command {name!r}.{meant}", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names and summaries out of the list; loading the commands would take a second."""
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=entry.summary)
            for name, entry in self.listed.items()
            if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self.listed.items()])


def root() -> click.Command:
    """The command `pullcord`."""
    group = LazyGroup(
        "pullcord",
        help=_HELP,
        epilog=_EPILOG,
        callback=_bare,
        invoke_without_command=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    group.params.append(
        click.Option(
            ["--version"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_version,
            help="Show the version.",
        )
    )
    return with_common_options(group, shown=True)


_HELP = """Run a team of coding agents over a FastAPI repository, with gates between every handoff
and a cord that anyone can pull.

\b
Examples:
  pullcord demo                         see it work, offline, in a minute
  pullcord run -f request.md            from a request to a commit
  pullcord inbox                        what waits for you
  pullcord apply @last                  bring the result to your branch
"""
_EPILOG = """RUN is a run's id, a unique beginning of it, or @last. The options above may also stand
after the command.

\b
Exit codes: 0 passed, 1 gates or run failed, 2 usage or configuration, 3 waiting for you,
4 budget, 5 something is missing here, 6 not found, 7 conflict, 130 interrupted.
"""


@click.pass_context
def _bare(ctx: click.Context) -> None:
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from pullcord import __version__

    shell = ctx.find_object(Shell)
    if shell is None or not shell.json:
        click.echo(f"pullcord {__version__}")
    else:
        shell.result(0, {"version": __version__})
    ctx.exit()
