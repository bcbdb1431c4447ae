"""Which open question a word on the command line means."""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.app import Orchestrator
from pullcord.errors import NotFound, UsageError
from pullcord.line.ask import Question
from pullcord.line.state import Status

Waiting = tuple[Status, Question]


async def in_full(orchestrator: Orchestrator, name: str) -> str:
    """The name with `@last` as the run that it is: the newest one, also where another one waits, so
    that no answer goes to a run that nobody meant."""
    run, slash, question = name.partition("/")
    return await orchestrator.resolve(run) + slash + question if run == "@last" else name


def matching(waiting: Sequence[Waiting], name: str) -> list[Waiting]:
    """The open questions that `name` means: RUN/QUESTION, a question, a run or its beginning.

    Raises NotFound when there is none.
    """
    run, _, question = name.partition("/")
    for found in (
        [w for w in waiting if w[0].run.startswith(run) and w[1].id == question],
        [w for w in waiting if w[1].id == name],
        [w for w in waiting if not question and w[0].run.startswith(run)],
    ):
        if found:
            return found
    raise NotFound(f"No open question has this name or run: {name}.", "List them: pullcord inbox")


def the_one(waiting: Sequence[Waiting], name: str) -> Waiting:
    """The open question that `name` means. Raises UsageError when there are several."""
    found = matching(waiting, name)
    if len(found) > 1:
        names = ", ".join(f"{status.run}/{question.id}" for status, question in found)
        raise UsageError(f"{name} means several questions: {names}.", "Name one of them.")
    return found[0]


def joined(
    waiting: Sequence[Waiting], name: str, words: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    """`RUN QUESTION WORDS` as `RUN/QUESTION WORDS`; anything else as it is."""
    if len(words) < 2 or "/" in name:
        return name, words
    try:
        matching(waiting, f"{name}/{words[0]}")
    except NotFound:
        return name, words
    return f"{name}/{words[0]}", words[1:]
