"""Each phase depends on the one before (SPEC.md, Sequential Implementation Pattern)."""

from __future__ import annotations

from pullcord.model.quality import Finding, Obligation
from pullcord.model.task import Plan, Task
from pullcord.model.work import Handoff
from pullcord.protocols import Flow

IMPLEMENTER = "python-backend-engineer"
TESTER = "python-test-engineer"


async def sequential(flow: Flow, plan: Plan) -> None:
    """Work off the tasks one after the other; what a reviewer objects to goes back to the task that
    implemented it, then the reviewer looks again."""
    for number, task in enumerate(plan.tasks):
        handoff = await flow.work(task, obligations=owed(plan, number))
        while objected(handoff):
            author = responsible(plan, number)
            if author is None:
                handoff = await flow.work(task, findings=_findings(handoff))
                continue
            await flow.work(author, findings=_findings(handoff))
            handoff = await flow.work(task)


def objected(handoff: Handoff) -> bool:
    return handoff.review is not None and handoff.review.decision == "object"


def _findings(handoff: Handoff) -> tuple[Finding, ...]:
    return handoff.review.findings if handoff.review else ()


def responsible(plan: Plan, reviewer: int) -> Task | None:
    """The nearest implementing task before the reviewer's, else the nearest other one."""
    before = [t for t in reversed(plan.tasks[:reviewer]) if t.subagent_type != "code-reviewer"]
    implementers = [t for t in before if t.subagent_type == IMPLEMENTER]
    return next(iter(implementers or before), None)


def owed(plan: Plan, number: int) -> tuple[Obligation, ...]:
    """Coverage is owed until the next test engineer's handoff, when there is one to come."""
    task = plan.tasks[number]
    if task.subagent_type == TESTER:
        return ()
    tester = next((t for t in plan.tasks[number:] if t.subagent_type == TESTER), None)
    return (Obligation(kind="coverage", until=tester.id),) if tester else ()
