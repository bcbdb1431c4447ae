"""One task after the other, with the reviewer's way back."""

from __future__ import annotations

from asked import Asked
from pullcord.model.quality import Finding, Obligation
from pullcord.model.report import Review
from pullcord.model.task import Plan, Task
from pullcord.patterns.review import owed
from pullcord.patterns.sequential import sequential

FINDING = Finding(gate="review", rule="owner", message="Another owner's rows are shown.")
OBJECT, APPROVE = Review(decision="object", findings=(FINDING,)), Review(decision="approve")


def plan(*agents: str) -> Plan:
    tasks = (
        Task(id=name, subagent_type=name, description="d", prompt="p", after=agents[:number][-1:])
        for number, name in enumerate(agents)
    )
    return Plan(pattern="sequential", tasks=tuple(tasks))


async def test_tasks_are_worked_in_the_order_of_their_writing() -> None:
    flow = Asked()
    await sequential(flow, plan("api-designer", "python-backend-engineer", "code-reviewer"))

    assert flow.worked == ["api-designer", "python-backend-engineer", "code-reviewer"]


async def test_what_the_reviewer_objects_to_goes_back_until_it_is_approved() -> None:
    flow = Asked({"code-reviewer": [OBJECT, APPROVE]})
    await sequential(
        flow,
        plan("python-backend-engineer", "python-test-engineer", "code-reviewer", "sprint-manager"),
    )

    assert flow.worked == [
        "python-backend-engineer", "python-test-engineer", "code-reviewer",
        "python-backend-engineer", "code-reviewer", "sprint-manager",
    ]  # fmt: skip
    assert flow.findings[3] == (FINDING,)


async def test_coverage_is_owed_until_the_tester_has_handed_off_and_not_after() -> None:
    flow = Asked()
    await sequential(flow, plan("python-backend-engineer", "python-test-engineer", "code-reviewer"))

    due = (Obligation(kind="coverage", until="python-test-engineer"),)
    assert flow.obligations == [due, (), ()]


async def test_without_a_tester_nothing_is_owed() -> None:
    flow = Asked()
    await sequential(flow, plan("python-backend-engineer", "code-reviewer"))

    assert flow.obligations == [(), ()]


def test_whom_no_tester_comes_after_owes_nothing_and_covers_its_own_work() -> None:
    sequence = plan("python-backend-engineer", "python-test-engineer")
    apart = tuple(task.model_copy(update={"after": ()}) for task in sequence.tasks)

    assert owed(sequence, 0)
    assert owed(sequence.model_copy(update={"tasks": apart}), 0) == ()
