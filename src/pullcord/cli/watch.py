"""Driving a run under a person's eyes: tell every fact, ask what the line asks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pullcord.app import OnEscalation, Orchestrator
from pullcord.cli import render_live, render_progress
from pullcord.cli.events import events
from pullcord.cli.keyboard import ask_line
from pullcord.cli.render_cord import cord
from pullcord.cli.render_status import goes_on
from pullcord.cli.screen import LiveScreen, PlainScreen, screen
from pullcord.cli.shell import Shell, columns_of
from pullcord.errors import Conflict, UsageError
from pullcord.line.ask import Question, questions
from pullcord.line.state import Status
from pullcord.model.fact import Fact


def escalation_mode(shell: Shell, chosen: str | None) -> OnEscalation:
    """What to do at a pulled cord: as chosen, else wait where a person sits and exit elsewhere."""
    if chosen == "wait" or (chosen is None and shell.asks):
        return "wait"
    return "default" if chosen == "default" else "exit"


async def watch(
    shell: Shell, orchestrator: Orchestrator, run: str, on_escalation: OnEscalation
) -> Status:
    """Drive a run until it ends or waits; every new fact is shown as it comes."""
    shell.run = run
    status = await _Watch(shell, orchestrator, run, on_escalation).status()
    shell.run = ""
    return status


class _Watch:
    """One drive and the eyes on it."""

    def __init__(
        self, shell: Shell, orchestrator: Orchestrator, run: str, on_escalation: OnEscalation
    ) -> None:
        self._shell = shell
        self._app = orchestrator
        self._run = run
        self._mode = on_escalation
        self._seen: dict[str, Fact] = {}
        self._since = orchestrator.clock()
        self._asked: dict[str, asyncio.Task[None]] = {}
        self._left = asyncio.Event()
        self._keyboard = asyncio.Lock()  # one question at a time
        self._screen: PlainScreen | LiveScreen = screen(shell, self._bottom)

    async def status(self) -> Status:
        earlier = await self._app.facts(self._run)
        if len(earlier) > 1:
            status = await self._app.status(self._run)
            self._screen.show(goes_on(status))
            self._remember(earlier)
        drive = asyncio.ensure_future(self._app.drive(self._run, on_escalation=self._mode))
        tell = asyncio.ensure_future(self._tell())
        left = asyncio.ensure_future(self._left.wait())
        try:
            with self._screen:
                await asyncio.wait({drive, tell, left}, return_when=asyncio.FIRST_COMPLETED)
                for ended in (tell, *self._asked.values()):
                    if ended.done():
                        ended.result()
                if drive.done():
                    self._show(await self._app.facts(self._run, self._last))
        finally:
            await _end([tell, left, drive, *self._asked.values()])
        if drive.cancelled():  # the person left the question open
            return await self._app.status(self._run)
        return drive.result()

    @property
    def _last(self) -> int:
        return max((fact.seq for fact in self._seen.values()), default=0)

    def _bottom(self, width: int) -> list[str]:
        return render_live.bottom(self._seen, self._now(), self._since, width=width)

    def _now(self) -> datetime:
        return self._app.clock()

    def _remember(self, facts: list[Fact]) -> None:
        self._seen.update((fact.key, fact) for fact in facts)
        for question in questions(facts):
            if question.answer is None:
                self._pull(question)

    async def _tell(self) -> None:
        async for fact in self._app.follow(self._run, self._last):
            self._show([fact])

    def _show(self, facts: Iterable[Fact]) -> None:
        width = columns_of(self._shell.err) if self._shell.live else 0
        for fact in facts:
            if fact.key in self._seen:
                continue
            for event in events(fact):
                self._shell.emit(event)
            self._screen.show(*render_progress.lines(fact, self._seen, width=width))
            self._seen[fact.key] = fact
            if fact.key.startswith("ask/"):
                self._heard(fact)

    def _cord(self, question: Question) -> list[str]:
        width = columns_of(self._shell.err)
        return cord(self._run, question, width=width, command=self._shell.command)

    def _heard(self, fact: Fact) -> None:
        name = fact.key.removeprefix("ask/")
        if name.endswith("/answer"):
            if prompt := self._asked.pop(name.removesuffix("/answer"), None):
                prompt.cancel()
            return
        found = [q for q in questions(list(self._seen.values())) if q.id == name]
        if found[0].answer is None:
            self._pull(found[0])

    def _pull(self, question: Question) -> None:
        if self._mode == "wait" and self._shell.asks:
            prompt = asyncio.ensure_future(self._ask(question))
            prompt.add_done_callback(self._asking_ended)
            self._asked[question.id] = prompt
        elif self._mode == "wait":
            self._screen.show("", *self._cord(question), "")

    def _asking_ended(self, prompt: asyncio.Task[None]) -> None:
        if not prompt.cancelled() and prompt.exception():
            self._left.set()

    async def _ask(self, question: Question) -> None:
        """Ask until an answer is accepted, here or elsewhere."""
        async with self._keyboard:
            with self._screen.paused():
                await self._asked_here(question)

    async def _asked_here(self, question: Question) -> None:
        self._shell.note("", *self._cord(question), "")
        options = question.escalation.options
        choice = f"1-{len(options)}, or in words" if options else "in words"
        while True:
            text = await ask_line(self._shell, f"   Your answer ({choice}; Ctrl-D: later): ")
            if text is None:
                self._left.set()
                return
            if text and await self._accepted(question, text):
                return

    async def _accepted(self, question: Question, text: str) -> bool:
        by = await self._app.repository.person()
        try:
            await self._app.answer(self._run, question.id, text, by=by)
        except Conflict as error:
            self._shell.note(f"   {error.message}")
        except UsageError as error:
            self._shell.note(f"   {error.message}")
            return False
        return True


async def _end(tasks: Iterable[asyncio.Future[Any]]) -> None:
    """Call off what still goes on, and wait until it is gone with everything it started."""
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
