"""`pullcord answer`."""

from __future__ import annotations

import click

from pullcord.app import Orchestrator
from pullcord.cli.command import command
from pullcord.cli.keyboard import ask_line
from pullcord.cli.questions import in_full, joined, the_one
from pullcord.cli.render_cord import cord
from pullcord.cli.render_status import next_commands
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell, json_of
from pullcord.errors import NotFound, UsageError
from pullcord.line.ask import Question, questions


@click.command()
@click.argument("question", metavar="QUESTION")
@click.argument("words", nargs=-1, metavar="[OPTION|WORDS]")
@click.option("--text", help="The answer in words.")
@click.option("--by", help="Who answers; git's user.name by default.")
@command
async def answer(
    shell: Shell, question: str, words: tuple[str, ...], text: str | None, by: str | None
) -> Result:
    """Answer a question by the number of an option, or in words. The first answer wins.

    QUESTION is RUN/QUESTION as the inbox shows it; the run or the question alone will do where only
    one is meant.

    \b
    Examples:
      pullcord answer r-7f3a/contract-1 2
      pullcord answer @last "hide deleted rows always"
    """
    orchestrator = await shell.orchestrator()
    question = await in_full(orchestrator, question)
    question, words = joined(await orchestrator.inbox(), question, words)
    run, asked = await _meant(orchestrator, question)
    said = text or " ".join(words) or await _typed(shell, run, asked)
    who = by or await orchestrator.repository.person()
    given = await orchestrator.answer(run, asked.id, said, by=who)
    shell.data(f"✓ {run}/{asked.id} answered by {given.by}: {given.text}")
    status = await orchestrator.status(run)
    if status.state == "waiting":
        shell.next(f"pullcord inbox {run}")
    elif status.state == "interrupted":
        shell.next(f"pullcord resume {run}")
    elif status.state in ("failed", "cancelled"):  # only a retry comes back to it
        shell.next(*next_commands(status)[:1])
    return ended(run=run, question=asked.id, answer=json_of(given))


async def _meant(orchestrator: Orchestrator, name: str) -> tuple[str, Question]:
    """The open question, else an answered one by its full name, so that it can tell whose word
    stands."""
    try:
        status, asked = the_one(await orchestrator.inbox(), name)
    except NotFound:
        run, _, question = name.partition("/")
        if not question:
            raise
        run = await orchestrator.resolve(run)
        for old in questions(await orchestrator.facts(run)):
            if old.id == question:
                return run, old
        raise
    return status.run, asked


async def _typed(shell: Shell, run: str, asked: Question) -> str:
    if not shell.asks:
        raise UsageError("No answer was given.", f"pullcord answer {run}/{asked.id} 1")
    shell.note(*cord(run, asked, width=shell.width, command=shell.command), "")
    return await ask_line(shell, "   Your answer: ") or ""
