"""What all patterns share: who is responsible, what is owed, and the ways back of tester and
reviewer (SPEC.md, Error Recovery Patterns)."""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.model.quality import Expectation, Finding, Obligation
from pullcord.model.task import Plan, Task
from pullcord.model.work import Handoff
from pullcord.patterns.graph import before
from pullcord.protocols import Flow

IMPLEMENTER = "python-backend-engineer"
TESTER = "python-test-engineer"
REVIEWER = "code-reviewer"
DESIGNER = "api-designer"

ISSUES = Expectation(new=True, reason="tests identify issues for the implementation to mend")
MEASURED = Expectation(named=True, reason="a measuring test is red before the fix")
_MEASURE = (
    "First a test that measures it by counting (queries, steps, calls), never by time. It is red "
    "now; name it in your summary in a line `Reproduces: NODE ID`. Said was: "
)


def issues(plan: Plan, number: int, alongside: Sequence[Task] = ()) -> Expectation:
    """What may be red at a task's handoff: new tests of a tester who comes after an implementer.

    Not while others run alongside: they would build on the red head.
    """
    implemented = any(t.subagent_type == IMPLEMENTER for t in plan.tasks[:number])
    tests = plan.tasks[number].subagent_type == TESTER
    return ISSUES if tests and implemented and not alongside else Expectation()


async def until_green(flow: Flow, plan: Plan, number: int, handoff: Handoff) -> Handoff:
    """Give what a tester's new tests find to the task that implemented it, then let the tester
    verify. Rounds are counted by the flow, so this ends."""
    while handoff.red:
        await flow.work(responsible(plan, number), findings=handoff.red)
        handoff = await flow.work(plan.tasks[number], expectation=ISSUES)
    return handoff


async def until_approved(
    flow: Flow,
    plan: Plan,
    number: int,
    handoff: Handoff,
    alongside: Sequence[Task] = (),
    *,
    until_met: bool = False,
) -> Handoff:
    """Give what a reviewer objects to back to the task that implemented it, then let the reviewer
    look again. Rounds are counted by the flow, so this ends.

    A conflict between contract and implementation goes to the designer first, a slow endpoint to
    the tester for a measuring test, unless others run alongside. With `until_met` a criterion that
    is not met is an objection, whatever the reviewer decided.
    """
    while found := _objections(handoff, until_met):
        found = await _reconciled(flow, plan, number, found)
        if not alongside:
            found = await _measured(flow, plan, number, found)
        if found:
            await flow.work(responsible(plan, number), findings=found)
        handoff = await flow.work(plan.tasks[number])
    return handoff


def _objections(handoff: Handoff, until_met: bool) -> tuple[Finding, ...]:
    """What a review sends back."""
    review = handoff.review
    if review is None:
        return ()
    unmet = tuple(
        Finding(gate="review", rule="criterion", message=f"not met: {text}")
        for text, said in review.criteria.items()
        if said == "unmet"
    )
    if review.decision == "object":
        return review.findings or unmet or (_unsaid(handoff),)
    return unmet if until_met and review.decision == "approve" else ()


def _unsaid(handoff: Handoff) -> Finding:
    """What an objection without findings leaves to whoever mends: where to read."""
    said = "the reviewer objects and names no finding: read its summary"
    return Finding(gate="review", rule="object", path=handoff.summary_path, message=said)


async def _measured(
    flow: Flow, plan: Plan, number: int, found: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    """The findings with a red measuring test in the place of each performance concern (SPEC.md:
    add focused tests; consider repository-level optimizations; verify results)."""
    slow = tuple(f for f in found if f.rule == "performance")
    testers = [t for t in plan.tasks[:number] if t.subagent_type == TESTER]
    if not slow or not testers:
        return found
    asked = [f.model_copy(update={"message": _MEASURE + f.message}) for f in slow]
    handoff = await flow.work(testers[-1], findings=asked, expectation=MEASURED)
    return (*handoff.red, *found)


async def _reconciled(
    flow: Flow, plan: Plan, number: int, found: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    """The findings without conflicts of contract and implementation: the designer has reconciled
    those, and who built on the design has followed. All of them where the plan has no designer."""
    conflicts = [f for f in found if f.rule == "contract"]
    designers = [n for n in range(number) if plan.tasks[n].subagent_type == DESIGNER]
    if not conflicts or not designers:
        return found
    place = designers[-1]
    built = [t for t in plan.tasks[place + 1 : number] if t.subagent_type != REVIEWER]
    await redesigned(flow, plan, plan.tasks[place], conflicts, built)
    return tuple(f for f in found if f not in conflicts)


async def redesigned(
    flow: Flow, plan: Plan, designer: Task, findings: Sequence[Finding], built: Sequence[Task]
) -> Finding:
    """Let the designer adjust the design, then every task that was `built` on it; what that means
    for whoever raised it (SPEC.md, Architecture Conflict Recovery: cascade changes)."""
    numbers = {task.id: number for number, task in enumerate(plan.tasks)}
    due = owed(plan, numbers[designer.id])
    design = await flow.work(designer, findings=findings, obligations=due)
    why = "; ".join(finding.message for finding in findings)
    said = f"the design was adjusted: read {design.summary_path}, bring your work in line. {why}"
    mend = Finding(gate="design", rule="changed", path=design.summary_path, message=said)
    for task in built:
        number = numbers[task.id]
        handoff = await flow.work(
            task, findings=(mend,), expectation=issues(plan, number), obligations=owed(plan, number)
        )
        handoff = await until_green(flow, plan, number, handoff)
        await until_approved(flow, plan, number, handoff)
    return mend


def responsible(plan: Plan, reviewer: int) -> Task:
    """The nearest implementing task before the reviewer's, else the nearest other one, else the
    reviewer's own."""
    earlier = [t for t in reversed(plan.tasks[:reviewer]) if t.subagent_type != REVIEWER]
    implementers = [t for t in earlier if t.subagent_type == IMPLEMENTER]
    return next(iter(implementers or earlier), plan.tasks[reviewer])


def owed(plan: Plan, number: int) -> tuple[Obligation, ...]:
    """Coverage is owed until the test engineer's handoff that comes after this task, where there is
    one: whom nobody tests afterwards covers its own work."""
    task = plan.tasks[number]
    if task.subagent_type == TESTER:
        return ()
    testers = (each for each in plan.tasks if each.subagent_type == TESTER)
    tester = next((each for each in testers if task.id in before(plan, each.id)), None)
    return (Obligation(kind="coverage", until=tester.id),) if tester else ()
