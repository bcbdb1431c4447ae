"""From `run --sprint` to a request and a plan; nothing is started or written here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pullcord.agents import load as load_agents
from pullcord.cli.shell import Shell
from pullcord.cli.sprint_request import Document, linked, request_of
from pullcord.errors import UsageError
from pullcord.model.request import Request
from pullcord.model.task import Plan
from pullcord.model.text import cut, one_line
from pullcord.requests.sprint import Wanted, sprint_plan
from pullcord.sprints.order import circular, missing, unfinished
from pullcord.sprints.read import Sprint, SprintTask, read
from pullcord.sprints.ready import ready
from pullcord.sprints.shape import SprintUnreadable
from pullcord.workspace.repository import Repository

FOLDER = "docs/planning/sprints"
_NAME = re.compile(rf"{FOLDER}/sprint_(?!summary)[^/]*\.md")
_HOW = """\
A task is a list item or a heading with its fields below:

* [ ] **Task 1: Log workouts**
  * **Dependencies:** None
  * **Current Status:** TODO
  * **Acceptance Criteria:**
    * An athlete creates a workout and gets 201.\
"""


@dataclass(frozen=True)
class SprintWish:
    """What stands on the command line of `pullcord run` about a sprint."""

    file: Path | None = None
    task: str = ""
    all_ready: bool = False

    def __bool__(self) -> bool:
        return bool(self.file or self.task or self.all_ready)


async def sprint_planned(shell: Shell, wish: SprintWish) -> tuple[Request, Plan]:
    """The request and the plan for one task of a sprint, or for all that can be done. Everything
    is read from the last commit, where a run begins. Raises UsageError for whatever is wrong."""
    if wish.task and wish.all_ready:
        raise UsageError("--task and --all-ready are two ways.", "Choose one of them.")
    repository = await Repository.find(shell.folder)
    document = await _document(shell, repository, wish)
    texts = {path: await repository.git.read("HEAD", path) for path in linked(document)}
    files = {path: text for path, text in texts.items() if text is not None}
    known = load_agents(repository.root / ".claude" / "agents")
    if not wish.task and not wish.all_ready:
        command = f"pullcord run --sprint {document.path}"
        raise UsageError(
            f"Say which task of {document.path}:\n{listed(document.sprint)}",
            f"{command} --task ID, or {command} --all-ready",
        )
    wanted, notes = _one(document, files, wish.task) if wish.task else _all(document, files)
    named = re.search(r"\bsprint[ \t]+\d+", document.sprint.title, re.I)
    plan = sprint_plan(wanted, document.path, named[0].capitalize() if named else "", known)
    plan = plan.model_copy(update={"notes": (*notes, *plan.notes)})
    if wish.task:
        return wanted[0].request, plan
    title = cut(one_line(document.sprint.title) or document.path, 120)
    every = dict.fromkeys(c for each in wanted for c in each.request.criteria)
    return Request(title=title, criteria=tuple(every), source=document.path), plan


def listed(sprint: Sprint) -> str:
    """The tasks with their states, one a line."""
    widest = max(len(task.id) for task in sprint.tasks)
    return "\n".join(
        f"  {task.id:<{widest}}  {'blocked' if task.blocked else task.status:<11}  {task.title}"
        for task in sprint.tasks
    )


async def _document(shell: Shell, repository: Repository, wish: SprintWish) -> Document:
    if wish.file is None:
        return await _current(repository)
    try:
        path = (shell.folder / wish.file).resolve().relative_to(repository.root.resolve())
    except ValueError:
        raise UsageError(f"{wish.file} is not in this repository.", f"See {FOLDER}.") from None
    if (repository.root / path).is_dir():
        raise UsageError(f"{wish.file} is a folder.", f"Name a document: --sprint {path}/FILE")
    text = await repository.git.read("HEAD", path.as_posix())
    if text is None:
        there = (shell.folder / wish.file).exists()
        why = "is not committed" if there else "is not there"
        raise UsageError(f"{wish.file} {why}.", "Commit it first." if there else f"See {FOLDER}.")
    return _understood(path.as_posix(), text)


async def _current(repository: Repository) -> Document:
    """The only sprint document with an open task."""
    listing = await repository.git("ls-tree", "-r", "-z", "--name-only", "HEAD", "--", FOLDER)
    paths = sorted(path for path in listing.split("\0") if _NAME.fullmatch(path))
    if not paths:
        raise UsageError(f"There is no sprint document in {FOLDER}.", "Name it: --sprint FILE")
    documents = [_understood(path, await repository.git.read("HEAD", path) or "") for path in paths]
    current = [d for d in documents if any(task.status != "done" for task in d.sprint.tasks)]
    if len(current) == 1:
        return current[0]
    why = "Several sprint documents have open tasks" if current else "No task is open"
    shown = ", ".join(document.path for document in current or documents)
    raise UsageError(f"{why}: {shown}.", "Name one: pullcord run --sprint FILE --all-ready")


def _understood(path: str, text: str) -> Document:
    try:
        return Document(path, text, read(text))
    except SprintUnreadable as error:
        raise UsageError(f"{path} cannot be understood: {error}.", _HOW) from error


def _one(
    document: Document, files: Mapping[str, str], id: str
) -> tuple[list[Wanted], tuple[str, ...]]:
    sprint, command = document.sprint, f"pullcord run --sprint {document.path}"
    id = re.sub(r"^task[ \t]+", "", id.strip(), flags=re.I).lower()
    task = next((each for each in sprint.tasks if each.id.lower() == id), None)
    if task is None:
        raise UsageError(
            f"{document.path} has no task {one_line(id)}. It has:\n{listed(sprint)}",
            f"{command} --task ID",
        )
    if why := _held(document, task):
        raise UsageError(f"Task {task.id} ({task.title}) {why}.", _instead(document, task))
    return [Wanted(task.id, _request(document, task, files))], sprint.notes


def _held(document: Document, task: SprintTask) -> str:
    """Why a task cannot be done now; '' when it can."""
    if task.status == "done":
        return f"is done already: {document.path}, line {task.line}"
    if task.blocked:
        return f"says of itself: {task.blocked} ({document.path}, line {task.line})"
    if absent := missing(document.sprint).get(task.id):
        return f"depends on task {', '.join(absent)}, which {document.path} lacks"
    if circular(document.sprint, task):
        return f"waits for itself: the dependencies in {document.path} go round in a circle"
    waits = unfinished(document.sprint, task)
    names = ", ".join(f"{each.id} ({each.status})" for each in waits)
    return f"waits for task {names}" if waits else ""


def _instead(document: Document, task: SprintTask) -> str:
    """The next command for somebody who wanted a task that cannot be done now."""
    command = f"pullcord run --sprint {document.path}"
    open_ = _ready_ids(document)
    lacks = task.blocked or missing(document.sprint).get(task.id)
    if task.status != "done" and (lacks or circular(document.sprint, task)):
        return f"Correct line {task.line} and those below, commit, and run it again."
    needed = [each.id for each in unfinished(document.sprint, task) if each.id in open_]
    first = next(iter(needed or open_), "")
    if not first:
        return "No other task is ready."
    rest = "" if task.status == "done" else f", or {command} --all-ready"
    return f"{command} --task {first}{rest}"


def _ready_ids(document: Document) -> list[str]:
    """Tasks that can be begun now."""
    return [
        task.id
        for task in document.sprint.tasks
        if not _held(document, task) and task.status != "done"
    ]


def _all(document: Document, files: Mapping[str, str]) -> tuple[list[Wanted], tuple[str, ...]]:
    requests: dict[str, Request] = {}
    unfit: dict[str, str] = {}
    for task in document.sprint.tasks:
        if task.status != "done":
            try:
                requests[task.id] = _request(document, task, files)
            except UsageError as error:
                unfit[task.id] = one_line(error.message).rstrip(".")
    try:
        found = ready(document.sprint, unfit)
    except SprintUnreadable as error:
        raise UsageError(f"{document.path}: {error}.", "Correct the Dependencies.") from error
    notes = tuple(f"Task {id} is left out: {why}." for id, why in found.left.items())
    if not found.tasks:
        said = "\n".join(notes) or "Every task is done."
        hint = "Mend it and commit." if notes else "Plan the next sprint, or name it: --sprint FILE"
        raise UsageError(f"No task of {document.path} is ready.\n{said}", hint)
    wanted = [Wanted(t.id, requests[t.id], found.after[t.id]) for t in found.tasks]
    return wanted, (*notes, *document.sprint.notes)


def _request(document: Document, task: SprintTask, files: Mapping[str, str]) -> Request:
    try:
        return request_of(document, task, files)
    except SprintUnreadable as error:
        raise UsageError(f"{document.path}: {error}.") from error
