"""Commands from async functions."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import click

from pullcord.cli.result import Result
from pullcord.cli.shell import Shell

P = ParamSpec("P")
Function = Callable[Concatenate[Shell, P], Coroutine[Any, Any, Result]]


def command(function: Function[P]) -> Callable[P, Result]:
    """A click callback that runs `function(shell, …)` to its end or to an interruption."""

    @wraps(function)
    def callback(*args: P.args, **kwargs: P.kwargs) -> Result:
        shell = click.get_current_context().ensure_object(Shell)
        return asyncio.run(_ended_by_signals(function(shell, *args, **kwargs)))

    return callback


async def _ended_by_signals(work: Awaitable[Result]) -> Result:
    """A polite kill and a closed terminal end the work like Ctrl-C: by cancellation, so that the
    agents' processes are dead before this one is."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.remove_signal_handler(number)
