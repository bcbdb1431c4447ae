"""What a command writes to and asks about its surroundings.

Nothing heavy is imported here: `pullcord --help` goes through this module.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from pullcord.cli.paint import paint, visible

if TYPE_CHECKING:
    from pullcord.app import Orchestrator

SCHEMA = 1
"""Version of the JSON that every command prints; docs/schema describes it."""


class Shell:
    """The terminal, pipe or file that a command talks to.

    Data goes to `out`, progress and errors to `err`. With `json` only JSON lines go to `out`, and
    the text forms are silent.
    """

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self.err = err or sys.stderr
        self.json = False
        self.plain = False
        self.color: bool | None = None
        self.directory: Path | None = None
        self.run = ""
        """The run that an interruption leaves behind, for the hint."""

    # -- writing -------------------------------------------------------------------------------

    def data(self, *lines: str) -> None:
        """What the user asked for, as text."""
        if not self.json:
            self._write(self.out, lines)

    def raw(self, text: str) -> None:
        """What the user asked for, byte for byte."""
        if not self.json:
            self.out.write(text)
            self.out.flush()

    def note(self, *lines: str) -> None:
        """What happens meanwhile, as text."""
        if not self.json:
            self._write(self.err, lines)

    def error(self, *lines: str) -> None:
        self._write(self.err, lines)

    def emit(self, event: Mapping[str, object]) -> None:
        """One JSON object of a stream; silent without --json."""
        if self.json:
            line = json.dumps({"schema": SCHEMA, **event}, ensure_ascii=False, default=str)
            self._write(self.out, [line])

    def result(self, exit_code: int, body: Mapping[str, object]) -> None:
        """The last JSON object; silent without --json."""
        self.emit({"type": "result", "exit_code": exit_code, **body})

    def next(self, *commands: str) -> None:
        """The commands a person may want now."""
        shown = [command.replace("pullcord", self.command, 1) for command in commands]
        for lead, command in zip(["next:", *["     "] * len(shown)], shown, strict=False):
            self.data(f"{lead} {command}")

    def _write(self, stream: TextIO, lines: Iterable[str]) -> None:
        # The other stream first: in a log that holds both, the order of the lines is the truth.
        (self.err if stream is self.out else self.out).flush()
        terminal, coloured = stream.isatty(), self.coloured(stream)
        for line in lines:
            text = visible(line) if terminal else line
            stream.write((paint(text) if coloured and not self.json else text) + "\n")
        stream.flush()

    # -- surroundings --------------------------------------------------------------------------

    def coloured(self, stream: TextIO) -> bool:
        if self.color is not None or os.environ.get("NO_COLOR"):
            return bool(self.color)
        if os.environ.get("FORCE_COLOR"):
            return True
        return stream.isatty() and os.environ.get("TERM") != "dumb"

    @property
    def live(self) -> bool:
        """Whether a part of the screen may be redrawn."""
        dumb = os.environ.get("TERM", "dumb") == "dumb" or bool(os.environ.get("CI"))
        return self.err.isatty() and not (self.plain or self.json or dumb)

    @property
    def asks(self) -> bool:
        """Whether a person sits here and may be asked."""
        here = sys.stdin is not None and sys.stdin.isatty()
        return here and self.err.isatty() and not self.json

    @property
    def width(self) -> int:
        """Columns that a line of data may have; 0 where there is no terminal: nothing is cut."""
        return columns_of(self.out)

    @property
    def command(self) -> str:
        """How the next command must begin to mean the same folder."""
        return f"pullcord -C {shlex.quote(str(self.directory))}" if self.directory else "pullcord"

    @property
    def folder(self) -> Path:
        return self.directory or Path.cwd()

    async def orchestrator(self) -> Orchestrator:
        """The app on the repository around the folder."""
        from pullcord.app import Orchestrator

        return await Orchestrator.open(self.folder)


def columns_of(stream: TextIO) -> int:
    """The width of a terminal, at most 120; 0 for anything else."""
    if not stream.isatty():
        return 0
    return min(os.get_terminal_size(stream.fileno()).columns or 80, 120)


def json_of(value: Any) -> Any:
    """A model, or models in lists and dicts, as JSON can hold it."""
    if isinstance(value, Mapping):
        return {key: json_of(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_of(item) for item in value]
    dump = getattr(value, "model_dump", None)
    return dump(mode="json") if dump else value
