"""What stands behind `--runtime`."""

from __future__ import annotations

from pathlib import Path

from pullcord.cli.shell import Shell
from pullcord.errors import UsageError
from pullcord.requests.files import read_text

_SCRIPTED = "scripted:"


_HINT = "Name the script with --runtime scripted:FILE."


def script_file(shell: Shell, runtime: str | None) -> Path | None:
    """The script that `scripted:FILE` names; None for other runtimes."""
    if runtime in ("scripted", _SCRIPTED):
        raise UsageError("The scripted runtime needs a script.", _HINT)
    if runtime is None or not runtime.startswith(_SCRIPTED):
        return None
    return shell.folder / runtime.removeprefix(_SCRIPTED)


def script_of(shell: Shell, runtime: str | None) -> str:
    """The text of that script; '' for other runtimes."""
    named = script_file(shell, runtime)
    return read_text(named, _HINT) if named else ""
