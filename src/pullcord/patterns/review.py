"""What all patterns share: who is responsible, what is owed, and the reviewer's way back."""

from __future__ import annotations

from pullcord.model.quality import Finding, Obligation
from pullcord.model.task import Plan, Task
from pullcord.model.work import Handoff
from pullcord.protocols import Flow

IMPLEMENTER = "python-backend-engineer"
TESTER = "python-test-engineer"
REVIEWER = "code-reviewer"


async def until_approved(flow: Flow, plan: Plan, number: int, handoff: Handoff) -> Handoff:
    """Give what a reviewer objects to back to the task that implemented it, then let the reviewer
    look again. Rounds are counted by the flow, so this ends."""
    task = plan.tasks[number]
    while handoff.review is not None and handoff.review.decision == "object":
        author = responsible(plan, number)
        await flow.work(author, findings=handoff.review.findings or (_unsaid(handoff),))
        handoff = await flow.work(task)
    return handoff


def _unsaid(handoff: Handoff) -> Finding:
    """What an objection without findings leaves to whoever mends: where to read."""
    said = "the reviewer objects and names no finding: read its summary"
    return Finding(gate="review", rule="object", path=handoff.summary_path, message=said)


def responsible(plan: Plan, reviewer: int) -> Task:
    """The nearest implementing task before the reviewer's, else the nearest other one, else the
    reviewer's own."""
    before = [t for t in reversed(plan.tasks[:reviewer]) if t.subagent_type != REVIEWER]
    implementers = [t for t in before if t.subagent_type == IMPLEMENTER]
    return next(iter(implementers or before), plan.tasks[reviewer])


def owed(plan: Plan, number: int) -> tuple[Obligation, ...]:
    """Coverage is owed until the next test engineer's handoff, when there is one to come."""
    task = plan.tasks[number]
    if task.subagent_type == TESTER:
        return ()
    tester = next((t for t in plan.tasks[number:] if t.subagent_type == TESTER), None)
    return (Obligation(kind="coverage", until=tester.id),) if tester else ()
