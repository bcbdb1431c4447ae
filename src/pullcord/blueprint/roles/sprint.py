"""sprint-manager: breaks a request down in the sprint document, and marks it done at the end."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pullcord.blueprint.roles.saying import asked, report
from pullcord.model.escalation import Escalation
from pullcord.model.report import Report
from pullcord.model.summary import Summary
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox
from pullcord.sprints.edit import add_breakdown, add_task, mark_complete, mark_in_progress
from pullcord.sprints.find import find
from pullcord.sprints.read import read
from pullcord.sprints.shape import SprintUnreadable

Told = tuple[Report, Summary]
STEPS = (
    "api-designer: confirm and lock the OpenAPI contract",
    "python-backend-engineer: endpoints, repository, migration, wiring",
    "python-test-engineer: tests from the contract and the acceptance criteria",
    "code-reviewer: production readiness, every criterion judged",
)


async def work(brief: Brief, workspace: Workspace, sandbox: Sandbox) -> Told:
    """The first call of a run breaks down, a later one closes: by minimal line edits. A document
    that cannot be understood is a question, never rewritten."""
    path = workspace.path / brief.sprint_document
    closing = any(p.task.subagent_type != "sprint-manager" for p in brief.previous)
    if not brief.sprint_document or not path.is_file():
        return _without_document(brief, closing)
    try:
        return _close(brief, path) if closing else _break_down(brief, path)
    except (SprintUnreadable, UnicodeDecodeError) as error:
        return asked(brief, _unreadable(brief, str(error)))


def _break_down(brief: Brief, path: Path) -> Told:
    text = path.read_text("utf-8")
    sprint, request = read(text), brief.request
    found = find(sprint, request.title)
    if found is None:
        text, id = add_task(text, request.title, _first_line(request.text), request.criteria)
        how = f"Added task {id} to {brief.sprint_document}: no task there fits {request.title!r}"
    else:
        id, how = found.id, f"Task {found.id} ({found.title}) of {brief.sprint_document} fits"
    path.write_text(mark_in_progress(add_breakdown(text, id, STEPS), id), "utf-8")
    missing = [] if found is None else _missing(request.criteria, [c.text for c in found.criteria])
    return report(
        brief,
        f"Broke {request.title!r} down under task {id} of {brief.sprint_document}, "
        f"with {len(request.criteria)} acceptance criteria and {len(STEPS)} steps.",
        decisions=[(how, "the board and the run speak of one task")],
        assumptions=[f"Not in the sprint document, taken from the request: {c}" for c in missing],
        details=[f"Task {id} is in progress", *(f"Step: {step}" for step in STEPS)],
        handoff=[
            *(f"Criterion: {criterion}" for criterion in request.criteria),
            *(f"Constraint: {constraint}" for constraint in request.constraints),
        ],
    )


def _close(brief: Brief, path: Path) -> Told:
    text = path.read_text("utf-8")
    found = find(read(text), brief.request.title)
    if found is None:
        raise SprintUnreadable(f"no task fits {brief.request.title!r} any more")
    criteria = [criterion.text for criterion in found.criteria]
    outcomes = [
        f"{p.task.subagent_type}: {_first_line(p.summary.overview)}"
        for p in brief.previous
        if p.task.subagent_type != "sprint-manager"
    ]
    blockers = [
        f"Blocker: {b.blocker} Resolution: {b.resolution or 'open'}"
        for p in brief.previous
        for b in p.summary.blockers
    ]
    notes = outcomes + (blockers or ["No blockers."])
    today = date.fromisoformat(brief.written_at.partition(" ")[0])
    path.write_text(mark_complete(text, found.id, today, notes, criteria), "utf-8")
    return report(
        brief,
        f"Marked task {found.id} ({found.title}) of {brief.sprint_document} as complete.",
        decisions=[
            ("All criteria of the task are ticked", "the reviewer approved with each one judged")
        ],
        details=[f"Noted: {note}" for note in notes],
        handoff=["Plan the tasks that depended on this one."],
    )


def _without_document(brief: Brief, closing: bool) -> Told:
    done = "Nothing to mark" if closing else f"Broke {brief.request.title!r} down"
    return report(
        brief,
        f"{done}: this repository has no sprint document.",
        decisions=[("No document is made up", "a board that nobody asked for is nobody's")],
        details=[] if closing else [f"Step: {step}" for step in STEPS],
        handoff=[f"Criterion: {criterion}" for criterion in brief.request.criteria],
    )


def _missing(wanted: tuple[str, ...], known: list[str]) -> list[str]:
    plain = {" ".join(text.lower().split()).rstrip(".") for text in known}
    return [text for text in wanted if " ".join(text.lower().split()).rstrip(".") not in plain]


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _unreadable(brief: Brief, why: str) -> Escalation:
    return Escalation(
        kind="clarification",
        description=f"The sprint document {brief.sprint_document} cannot be understood.",
        fields={
            "Requirement": f"Keep {brief.request.title!r} on the sprint board.",
            "Ambiguity": why,
        },
        options=("Go on after the document was mended", "Stop the run"),
        recommendation="Go on after the document was mended",
    )
