"""Back and forth until the acceptance criteria are met (SPEC.md, Iterative Refinement Pattern)."""

from __future__ import annotations

from pullcord.model.quality import Expectation
from pullcord.model.task import Plan, Task
from pullcord.patterns.review import IMPLEMENTER, ISSUES, TESTER, owed, until_approved
from pullcord.protocols import Flow


async def iterative(flow: Flow, plan: Plan) -> None:
    """Implement, test, and back with what the tests found, until nothing is red; then the rest.
    A criterion that a reviewer finds unmet goes back too.

    The plan's later implementation and test tasks, where it has them, do the fixing and the testing
    again; they are skipped when the first tests are green. A plan may begin with its tests; an
    implementation that has mended what they found is not asked a second time.
    """
    builder, fixer = _first_and_next(plan, IMPLEMENTER)
    tester, verifier = _first_and_next(plan, TESTER)
    again = {task.id for task in (fixer, verifier)} - {builder.id, tester.id}
    mended: set[str] = set()
    for number, task in enumerate(plan.tasks):
        if task.id in again | mended:
            continue
        expectation = ISSUES if task.id == tester.id else Expectation()
        handoff = await flow.work(task, expectation=expectation, obligations=owed(plan, number))
        if task.id == tester.id:
            if not handoff.red:
                for spare in (t for t in plan.tasks if t.id in again):
                    await flow.skip(spare, "the first tests found nothing to fix")
            while handoff.red:
                await flow.work(fixer, findings=handoff.red)
                mended.add(fixer.id)
                handoff = await flow.work(verifier, expectation=ISSUES)
        await until_approved(flow, plan, number, handoff, until_met=True)


def _first_and_next(plan: Plan, agent: str) -> tuple[Task, Task]:
    """The first task of an agent and the one that does it again: the next, else the first."""
    tasks = [task for task in plan.tasks if task.subagent_type == agent] or list(plan.tasks[:1])
    return tasks[0], (tasks[1] if len(tasks) > 1 else tasks[0])
