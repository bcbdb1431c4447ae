"""The frame around every command: errors become words, exit codes and JSON."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence

import click

from pullcord.cli.group import root
from pullcord.cli.result import Result
from pullcord.cli.shell import Shell
from pullcord.errors import PullcordError, UsageError

INTERRUPTED = 130
_DISK = {
    errno.ENOSPC: "The disk is full",
    errno.EDQUOT: "Your disk quota is used up",
    errno.EROFS: "The disk is read-only",
    errno.EACCES: "This user may not read or write there",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; nothing is raised."""
    args = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a sign gets another one, not a traceback.
        getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
    shell = Shell()
    try:
        code, body = _invoke(args, shell)
    except BrokenPipeError:
        # The reader has left. Nothing more can be said; the interpreter must not try at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return INTERRUPTED
    except (KeyboardInterrupt, click.Abort):
        code, body = _interrupted(shell)
    except Exception as error:
        shell.json = shell.json or "--json" in args
        code, body = _failed(shell, explained(error, args))
    if body is not None:
        shell.result(code, body)
    return code


def _invoke(args: list[str], shell: Shell) -> tuple[int, dict[str, object] | None]:
    try:
        value = root().main(args, "pullcord", standalone_mode=False, obj=shell)
    except SystemExit as done:  # click's way to end after completing a word for a shell
        value = done.code
    if isinstance(value, Result):
        return value.exit_code, dict(value.body)
    return (value if isinstance(value, int) else 0), None


def _failed(shell: Shell, error: PullcordError) -> tuple[int, dict[str, object]]:
    lines = error.message.splitlines() or ["something went wrong"]
    shell.error(f"error: {lines[0]}", *(f"       {line}" for line in lines[1:]))
    if error.hint:
        shell.error(*_hints(error.hint))
    body: dict[str, object] = {"error": {"message": error.message, "hint": error.hint}}
    if shell.run:
        shell.error(f"saved: {shell.run}; go on with {shell.command} resume {shell.run}")
        body["run"] = shell.run
    return error.exit_code, body


def _hints(hint: str) -> list[str]:
    first, *rest = hint.splitlines()
    return [f"hint:  {first}", *(f"       {line}" if line else "" for line in rest)]


def _interrupted(shell: Shell) -> tuple[int, dict[str, object]]:
    hint = f"{shell.command} resume {shell.run}" if shell.run else ""
    if shell.run:
        shell.error("", f"Interrupted. {shell.run} is saved and no agent of it works any more.")
        shell.error(f"hint:  Go on with: {hint}")
    else:
        shell.error("", "Interrupted.")
    return INTERRUPTED, {"error": {"message": "Interrupted.", "hint": hint}, "run": shell.run}


def explained(error: Exception, args: Sequence[str]) -> PullcordError:
    """Any error as one that says what happened, why, and what to do."""
    if isinstance(error, PullcordError):
        return error
    if isinstance(error, click.ClickException):
        ctx = getattr(error, "ctx", None)
        path = ctx.command_path if ctx else "pullcord"
        return UsageError(error.format_message(), f"See: {path} --help")
    if isinstance(error, OSError) and error.filename:
        why = _DISK.get(error.errno or 0, error.strerror or "The system refused")
        return PullcordError(
            f"{why}: {os.fsdecode(error.filename)}.", "Mend that and run the same command again."
        )
    # Only now: what it needs would slow down every other command.
    from pullcord.cli import crash

    kept = crash.report(error, args)
    return PullcordError(
        f"pullcord has a defect: {type(error).__name__}: {str(error).partition(chr(10))[0]}",
        f"The traceback and the versions are in {kept}. What a run has recorded is safe.",
    )
