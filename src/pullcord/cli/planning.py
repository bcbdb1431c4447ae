"""From the command line to a request and a plan; nothing is started or written here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pullcord.agents import team
from pullcord.cli.shell import Shell
from pullcord.config import detect
from pullcord.errors import UsageError
from pullcord.line.own import path_of, pattern_named
from pullcord.model.request import Request
from pullcord.model.task import Plan
from pullcord.model.text import cut, one_line
from pullcord.requests import markdown, plan
from pullcord.requests.workflow import steps_for
from pullcord.requests.workflows import WORKFLOWS
from pullcord.workspace.repository import Repository


@dataclass(frozen=True)
class Wish:
    """What stands on the command line of `pullcord run`."""

    words: tuple[str, ...] = ()
    file: Path | None = None
    criteria: tuple[str, ...] = ()
    pattern: str | None = None
    workflow: str | None = None


async def planned(shell: Shell, wish: Wish, *, dry: bool = False) -> tuple[Request, Plan]:
    """The request and the plan that a person wishes for.

    `dry`: only the plan is to be shown, so that acceptance criteria may be missing. Raises
    UsageError for whatever is wrong.
    """
    text = " ".join(wish.words)
    file = shell.folder / wish.file if wish.file else None
    if file is None and not text.strip():
        raise UsageError(
            "There is nothing to run: no request, no plan, no words.",
            'pullcord run -f REQUEST.md, or pullcord run "TEXT" --criterion "…"',
        )
    repository = await Repository.find(shell.folder)
    if wish.pattern:
        await pattern_named(repository.git, "HEAD", wish.pattern)
    known = team(repository.root, detect(repository.root).packages)
    if file is not None and file.suffix == ".py":
        if wish.workflow:
            raise UsageError(
                "A plan has its own tasks; a workflow is for a request.",
                "Leave out --workflow, or give a request: pullcord run -f REQUEST.md --workflow …",
            )
        tasks = plan.load(file, wish.pattern or "sequential", known)
        if own := path_of(tasks.pattern):
            note = f"The pattern {tasks.pattern} is your own: {own}, as it is committed."
            tasks = tasks.model_copy(update={"notes": (*tasks.notes, note)})
        return _request_of(tasks, text, wish.criteria, dry=dry), tasks
    if wish.pattern not in (None, "sequential"):
        raise UsageError(
            f"The pattern {wish.pattern} needs a plan: what each agent is to do.",
            f"pullcord run -f PLAN.py --pattern {wish.pattern}",
        )
    request = _request(file, text, wish.criteria, dry=dry)
    request = request.model_copy(update={"workflow": wish.workflow or request.workflow})
    if request.workflow not in WORKFLOWS:
        raise UsageError(
            f"There is no workflow {one_line(request.workflow)!r}.",
            f"Known: {', '.join(WORKFLOWS)}",
        )
    return request, steps_for(request, WORKFLOWS[request.workflow], known)


def _request(file: Path | None, text: str, criteria: tuple[str, ...], *, dry: bool) -> Request:
    if file is None:
        if dry and not criteria:
            return Request(title=cut(one_line(text), 120), text=text, criteria=())
        return markdown.from_words(text, criteria)
    request = markdown.load(file)
    return request.model_copy(update={"criteria": (*request.criteria, *criteria)})


def _request_of(tasks: Plan, title: str, criteria: tuple[str, ...], *, dry: bool) -> Request:
    """The request behind a plan: its words, and the criteria of all its tasks."""
    every = dict.fromkeys([*criteria, *(c for task in tasks.tasks for c in task.criteria)])
    if not every and not dry:
        raise UsageError("The plan has no acceptance criteria.", _HOW_PLANS)
    words = title or tasks.tasks[0].description
    return Request(title=cut(one_line(words), 120), text=title, criteria=tuple(every))


_HOW_PLANS = """\
Write them into the tasks, or on the command line:

Task(subagent_type=…, description=…, prompt=…, criteria=["GET /workouts answers 200."])
pullcord run -f PLAN.py --criterion "GET /workouts answers 200."\
"""
