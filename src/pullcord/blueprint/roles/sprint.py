"""sprint-manager: breaks the request down in the sprint document, and closes its task."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pullcord.blueprint import block, names
from pullcord.blueprint.feature import Feature
from pullcord.blueprint.roles.saying import asked, report
from pullcord.blueprint.settling import locked_here
from pullcord.errors import RequestError
from pullcord.model.escalation import Escalation
from pullcord.model.report import Report
from pullcord.model.summary import Summary
from pullcord.model.text import cut, one_line
from pullcord.model.work import Brief, Previous, Workspace
from pullcord.protocols import Sandbox
from pullcord.sprints import edit
from pullcord.sprints.find import find
from pullcord.sprints.order import missing, unfinished
from pullcord.sprints.progress import disagreements
from pullcord.sprints.read import Sprint, SprintTask, read
from pullcord.sprints.shape import SprintUnreadable

_CLOSES = re.compile(r"\b(mark|close|complete|update)\b", re.IGNORECASE)
_OPENS = re.compile(r"\b(break|plan|review|summari[sz]e|requirements|prepare)\b", re.IGNORECASE)
SKIPPED = "Skipped "
"""What a line of a brief's history begins with where nothing was in the way."""
_NOTE = 240
"""The longest note that is written into a sprint document."""


async def work(brief: Brief, workspace: Workspace, sandbox: Sandbox) -> tuple[Report, Summary]:
    """Break the request down, or bring the document up to date after the review."""
    if not brief.sprint_document:
        return _without_document(brief)
    path = workspace.path / brief.sprint_document
    try:
        text = path.read_bytes().decode("utf-8")
        sprint = read(text)
        if closes(brief):
            after, ended = _close(brief, text)
        else:
            after, ended = _open(brief, text, _feature(brief, workspace.path))
    except (SprintUnreadable, UnicodeDecodeError, OSError) as error:
        return asked(brief, _unreadable(brief, str(error)))
    path.write_bytes(after.encode("utf-8"))
    report_, summary = ended
    notes = (*summary.assumptions, *_beside(path, sprint))
    return report_, summary.model_copy(update={"assumptions": notes})


def closes(brief: Brief) -> bool:
    """Whether this is the last call: by the words of the task; where they say neither or both, by
    whether anybody else has handed something off."""
    words = brief.task.description.replace(brief.request.title, "")
    for text in (words, brief.task.prompt.partition(".")[0]):
        closing, opening = _CLOSES.search(text), _OPENS.search(text)
        if bool(closing) != bool(opening):
            return closing is not None
    return any(each.task.subagent_type != "sprint-manager" for each in brief.own)


def _said(brief: Brief) -> str:
    """The words of the task without those of its request's title, which may name other tasks."""
    return f"{brief.task.description.replace(brief.request.title, '')}. {brief.task.prompt}"


# --- the first call ---


def _open(brief: Brief, text: str, feature: Feature | None) -> tuple[str, tuple[Report, Summary]]:
    task = find(read(text), brief.request.title, _said(brief))
    if task is not None and task.status == "done":
        raise SprintUnreadable(f"task {task.id} ({task.title}) is complete already")
    if task is None:
        about = cut(one_line(brief.request.text), _NOTE)
        title, wanted = brief.request.title, (*brief.request.criteria, *brief.request.constraints)
        after, id = edit.add_task(text, title, about or title, wanted)
        done = f"Added task {id}, since no task of the sprint fits the request"
    else:
        after, id = text, task.id
        done = f"Found the request as task {id} ({task.title})"
    steps = breakdown(brief, read(after).task(id), feature)
    after = edit.add_breakdown(edit.mark_in_progress(after, id), id, steps)
    sprint = read(after)
    return after, report(
        brief,
        f"{done}, broke it down into {len(steps)} steps and marked it in progress.",
        decisions=[
            (
                "One step per agent, in the order contract, implementation, tests, review",
                "each can be judged by itself and hands on what the next one needs",
            )
        ],
        assumptions=_in_the_way(sprint, sprint.task(id)),
        details=[f"{brief.sprint_document}: task {id}", *steps],
        handoff=[f"Criterion of task {id}: {text}" for text in brief.request.criteria],
    )


def breakdown(brief: Brief, task: SprintTask, feature: Feature | None) -> list[str]:
    """The steps of the request, and the criteria that the task did not have."""
    if feature is None:
        what, where = brief.request.title, "docs/contracts"
    else:
        what = f"{', '.join(feature.operations)} of {names.words(feature.plural)}"
        where = f"docs/contracts/{names.kebab(feature.plural)}.openapi.json"
    steps = [
        f"api-designer: lock the contract of {what} in {where}",
        "python-backend-engineer: models, repositories in memory and PostgreSQL, migration with "
        "row-level security, routes with auth",
        "python-test-engineer: every operation, bound, error and owner, from the contract",
        "code-reviewer: a verdict on the change, on each criterion and on each constraint",
    ]
    known = {one_line(criterion.text) for criterion in task.criteria}
    also = [each for each in brief.request.criteria if one_line(each) not in known]
    steps += [f"Criterion: {each}" for each in also]
    asked_for = [each for each in brief.request.constraints if one_line(each) not in known]
    return steps + [f"Constraint: {each}" for each in asked_for]


def _feature(brief: Brief, root: Path) -> Feature | None:
    """The feature as it was locked, else as far as the request says; asking about it is the
    api-designer's business."""
    if locked := locked_here(brief, root):
        return locked[1]
    try:
        return block.read(brief.request) if brief.request.feature else None
    except RequestError:
        return None


def _in_the_way(sprint: Sprint, task: SprintTask) -> list[str]:
    waits = [f"Task {task.id} depends on task {each.id}, which is {each.status}: it is taken as "
             "given." for each in unfinished(sprint, task)]  # fmt: skip
    absent = missing(sprint).get(task.id, ())
    waits += [f"Task {task.id} depends on {each}, which this document lacks." for each in absent]
    busy = [each.id for each in sprint.tasks if each.status == "in progress" and each != task]
    if busy:
        waits.append(f"In progress at the same time: task {', '.join(busy)}.")
    return [*waits, *(f"The document disagrees with itself: {note}." for note in sprint.notes)]


# --- the last call ---


def _close(brief: Brief, text: str) -> tuple[str, tuple[Report, Summary]]:
    if not brief.own:
        raise SprintUnreadable("nothing was handed off in this run, so no task can be complete")
    task = find(read(text), brief.request.title, _said(brief))
    id = task.id if task else ""
    if task is None:
        title = brief.request.title
        text, id = edit.add_task(text, title, title, brief.request.criteria)
    notes, met = outcomes(brief.own, brief.history), _met(brief.own)
    on = date.fromisoformat(brief.written_at[:10])
    after = edit.mark_complete(text, id, on, notes, met)
    found = read(after).task(id)
    return after, report(
        brief,
        f"Marked task {id} ({found.title}) as complete on {on} with {len(notes)} notes.",
        decisions=[
            (
                "Only the lines of the task were changed",
                "the document belongs to the team; a rewrite would hide what is new",
            )
        ],
        details=[f"{brief.sprint_document}: task {id}", *notes],
        handoff=_next(read(after)),
    )


def outcomes(previous: Sequence[Previous], history: Sequence[str] = ()) -> list[str]:
    """What each agent did, and what was in its way, in one line each."""
    notes = []
    for each in previous:
        summary = each.summary
        if each.task.subagent_type != "sprint-manager" and summary.overview:
            notes.append(f"{each.task.subagent_type}: {cut(one_line(summary.overview), _NOTE)}")
        for blocker in summary.blockers:
            what, how = one_line(blocker.blocker), one_line(blocker.resolution)
            notes.append(cut(f"Blocker: {what} Resolution: {how}", _NOTE))
    for line in history:
        head = "" if line.startswith(SKIPPED) else "Blocker: "
        notes.append(cut(f"{head}{one_line(line)}", _NOTE))
    if not any(note.startswith("Blocker: ") for note in notes):
        notes.append("Blockers: none")
    return list(dict.fromkeys(notes))


def _met(previous: Sequence[Previous]) -> list[str]:
    """The criteria that the reviewer's summary calls met."""
    details = [each.summary.details for each in previous if _is_review(each)]
    said = [line.removeprefix("met: ") for line in (details[-1] if details else ()) if
            line.startswith("met: ")]  # fmt: skip
    return [re.sub(r" \(tests/[^()]*\)$", "", line) for line in said]


def _is_review(previous: Previous) -> bool:
    return previous.task.subagent_type == "code-reviewer"


def _next(sprint: Sprint) -> list[str]:
    """What can be begun now."""
    ready = [
        task for task in sprint.tasks if task.status == "todo" and not unfinished(sprint, task)
    ]
    return [f"Ready to begin: task {task.id} ({task.title})." for task in ready[:3]]


# --- what is not as it should be ---


def _beside(path: Path, sprint: Sprint) -> tuple[str, ...]:
    other = path.with_name("sprint_summary.md")
    if not other.is_file():
        return ()
    table = other.read_text("utf-8", errors="replace")
    return tuple(
        f"{other.name} {each}; nothing there was changed." for each in disagreements(sprint, table)
    )


def _without_document(brief: Brief) -> tuple[Report, Summary]:
    return report(
        brief,
        "The repository has no sprint document; the plan of this request stands in this summary.",
        decisions=[("No document was made", "how a team plans is its own decision")],
        details=[f"Criterion: {text}" for text in brief.request.criteria],
        handoff=[f"Constraint: {text}" for text in brief.request.constraints],
    )


def _unreadable(brief: Brief, why: str) -> Escalation:
    return Escalation(
        kind="clarification",
        description=f"{brief.sprint_document} cannot be brought up to date.",
        fields={
            "Requirement": brief.task.description,
            "Ambiguity": f"{why}. The document was not changed.",
        },
        options=(
            f"Mend {brief.sprint_document} and try again",
            "Stop the run",
        ),
        recommendation=f"Mend {brief.sprint_document} and try again",
        evidence=(brief.sprint_document,),
    )
