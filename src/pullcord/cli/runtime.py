"""What stands behind `--runtime`."""

from __future__ import annotations

from pullcord.cli.shell import Shell
from pullcord.requests.files import read_text

_SCRIPTED = "scripted:"


def script_of(shell: Shell, runtime: str | None) -> str:
    """The text of the script that `scripted:FILE` names; '' for other runtimes."""
    if runtime is None or not runtime.startswith(_SCRIPTED):
        return ""
    named = shell.folder / runtime.removeprefix(_SCRIPTED)
    return read_text(named, "Name the script with --runtime scripted:FILE.")
