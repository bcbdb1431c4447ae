"""`pullcord completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell_name", type=click.Choice(SHELLS), metavar="bash|zsh|fish")
@click.pass_obj
def completion(shell: Shell, shell_name: str) -> Result:
    """Print the completion script of a shell.

    \b
    Examples:
      pullcord completion bash > ~/.local/share/bash-completion/completions/pullcord
      pullcord completion fish > ~/.config/fish/completions/pullcord.fish
    """
    found = get_completion_class(shell_name)
    assert found is not None
    script = found(click.Group(), {}, "pullcord", "_PULLCORD_COMPLETE").source()
    shell.raw(script)
    return ended(shell=shell_name, script=script)
