"""What executes an agent: one adapter per file, named in one explicit dict."""

from __future__ import annotations

from collections.abc import Callable, Collection

from pullcord.errors import Unavailable
from pullcord.protocols import Runtime


def _blueprint(argument: str, script: str, known: Collection[str]) -> Runtime:
    from pullcord.runtimes.blueprint import Blueprint

    return Blueprint()


def _scripted(argument: str, script: str, known: Collection[str]) -> Runtime:
    from pullcord.runtimes.scripted import Scripted

    return Scripted(script, known, argument)


RUNTIMES: dict[str, Callable[[str, str, Collection[str]], Runtime]] = {
    "blueprint": _blueprint,
    "scripted": _scripted,
}
"""Name → how it is made. Each imports what it needs only when it is asked for."""


def runtime_for(name: str, script: str = "", known: Collection[str] = ()) -> Runtime:
    """The runtime of a name such as `blueprint` or `scripted:FILE`.

    `script` is the text of the file, `known` the task ids and agents that it may name. Unavailable
    for a name that does not exist; ConfigError for a script that cannot be read.
    """
    kind, _, argument = name.partition(":")
    if kind not in RUNTIMES:
        raise Unavailable(
            f"There is no runtime {kind!r}.", f"Known: {', '.join(RUNTIMES)} (scripted:FILE)"
        )
    return RUNTIMES[kind](argument, script, known)
