"""Where progress appears: lines that stay above, and on a terminal a few live ones below."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Protocol

from pullcord.cli.paint import paint, visible
from pullcord.cli.shell import Shell

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

FRAMES_PER_S = 4
Bottom = Callable[[int], list[str]]
"""The live lines for a terminal of this width."""


class Screen(Protocol):
    """Something that shows lines one after the other."""

    def show(self, *lines: str) -> None: ...

    def paused(self) -> AbstractContextManager[None]:
        """While a person is asked, nothing is redrawn."""
        ...


class PlainScreen:
    """Line after line, for pipes, files and terminals that want it so."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def __enter__(self) -> PlainScreen:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, *lines: str) -> None:
        self._shell.note(*lines)

    def paused(self) -> AbstractContextManager[None]:
        return nullcontext()


class LiveScreen:
    """Scrollback that only grows, above a few lines that are redrawn some times in a second."""

    def __init__(self, shell: Shell, bottom: Bottom) -> None:
        from rich.console import Console

        colourless = not shell.coloured(shell.err)
        self._console = Console(file=shell.err, no_color=colourless, highlight=False)
        self._bottom = bottom
        self._live: Live | None = None

    def __enter__(self) -> LiveScreen:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def show(self, *lines: str) -> None:
        for line in lines:
            self._console.print(self._text(line), soft_wrap=True)

    def paused(self) -> AbstractContextManager[None]:
        return _Paused(self._stop, self._start)

    def _text(self, line: str) -> Text:
        from rich.text import Text

        return Text.from_ansi(paint(visible(line)))

    def _frame(self) -> Text:
        from rich.text import Text

        lines = self._bottom(min(self._console.width, 120))
        return Text("\n").join(self._text(line) for line in lines)

    def _start(self) -> None:
        from rich.live import Live

        # Nothing is captured: agents and gates write to their own pipes, never to this terminal.
        self._live = Live(
            get_renderable=self._frame, console=self._console, transient=True,
            refresh_per_second=FRAMES_PER_S, redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip
        self._live.start()

    def _stop(self) -> None:
        if self._live:
            self._live.stop()
            self._live = None


class _Paused:
    def __init__(self, enter: Callable[[], None], leave: Callable[[], None]) -> None:
        self._enter, self._leave = enter, leave

    def __enter__(self) -> None:
        self._enter()

    def __exit__(self, *_: object) -> None:
        self._leave()


def screen(shell: Shell, bottom: Bottom) -> PlainScreen | LiveScreen:
    """The screen that fits where the shell's progress goes."""
    return LiveScreen(shell, bottom) if shell.live else PlainScreen(shell)
