"""Another attempt of a task by a person's wish: what it means, and where there is none."""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.engine.drive import Drive
from pullcord.errors import Conflict, NotFound
from pullcord.line.again import AGAIN, Retry, retries, taken_back
from pullcord.line.ask import STOP, Question, questions
from pullcord.line.state import Status, TaskState, status_of
from pullcord.model.escalation import Answer
from pullcord.model.fact import Fact
from pullcord.model.run import Start
from pullcord.model.task import Plan
from pullcord.patterns.graph import before

GRANT = "Grant one more round"
_ENDED = ("failed", "cancelled", "passed")
_BY_AFTER = ("parallel", "sprint-task")
"""Patterns in which a task depends on those it comes after, and on no others."""


async def retry(drive: Drive, task: str, text: str, by: str) -> None:
    """Record the wish, or the answer that it is where the task itself asks for a round."""
    facts = await drive.ledger.read(drive.run)
    status = status_of(facts, driven=False)
    if asked := waits_for_rounds(status, task):
        return await _grant(drive, asked, text or GRANT, by)
    wish = retry_of(facts, status, task, text, by)
    number = len(retries(facts)) + 1
    await drive.record(f"retry/{number}", wish.model_dump(mode="json"))
    for question in hold_up(status, wish, Start.model_validate(facts[0].body).plan):
        await _grant(drive, question, f"{task} is worked again: {text or AGAIN}", by)


async def _grant(drive: Drive, question: Question, text: str, by: str) -> None:
    answer = Answer(text=text, by=by)
    await drive.record(f"ask/{question.id}/answer", answer.model_dump(mode="json"))


def waits_for_rounds(status: Status, task: str) -> Question | None:
    """The open question by which a task asks for one more round."""
    asked = [q for q in status.open_questions if q.task == task]
    return next((q for q in asked if q.escalation.kind in ("rounds", "conflict")), None)


def retry_of(facts: Sequence[Fact], status: Status, task: str, text: str, by: str) -> Retry:
    """The wish as it stands in the ledger. Raises NotFound or Conflict, with the next command, when
    this run or task cannot be taken up again."""
    start = Start.model_validate(facts[0].body)
    states = {state.id: state for state in status.tasks}
    _refuse(status, states, task)
    dependents = [t for t in states if task in _before(start.plan, t)]
    ended = status.state in _ENDED
    again = [task] + [t for t in dependents if states[t].state == "passed"]
    cut_off = [t.id for t in status.tasks if ended and t.round and t.state != "passed"]
    return Retry(
        task=task,
        text=text,
        by=by,
        rounds={name: states[name].round for name in dict.fromkeys([*again, *cut_off])},
        stops=tuple(
            q.id
            for q in questions(facts)
            if q.answer and q.answer.text == STOP and not taken_back(facts, q.id)
        ),
    )


def hold_up(status: Status, retry: Retry, plan: Plan) -> list[Question]:
    """The open questions for rounds of tasks that depend on the retried one: they get theirs."""
    return [
        question
        for state in status.tasks
        if retry.task in _before(plan, state.id)
        and (question := waits_for_rounds(status, state.id)) is not None
    ]


def _refuse(status: Status, states: dict[str, TaskState], task: str) -> None:
    run = status.run
    if task not in states:
        raise NotFound(f"{task} is no task of {run}.", f"Its tasks: {', '.join(states)}")
    state = states[task]
    if status.applied_to:
        raise Conflict(
            f"{run} is applied to {status.applied_to}; what follows is a new run.",
            f"pullcord fork {run} --from {task}",
        )
    if state.state == "skipped":
        raise Conflict(f"{task} was skipped in {run}.", f"pullcord fork {run} --from {task}")
    if open_ := next((q for q in status.open_questions if q.task == task), None):
        raise Conflict(f"{task} waits for an answer.", f"pullcord answer {run}/{open_.id} …")
    if status.state not in _ENDED and state.state != "passed":
        said = "is not finished" if state.round else "has not begun"
        raise Conflict(f"{task} {said}; there is nothing to repeat.", f"pullcord resume {run}")


def _before(plan: Plan, task: str) -> set[str]:
    """What a task builds on."""
    found = before(plan, task)
    if plan.pattern not in _BY_AFTER:
        names = [t.id for t in plan.tasks]
        found |= set(names[: names.index(task)])
    return found
