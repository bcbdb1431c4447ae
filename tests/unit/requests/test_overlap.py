"""Which tasks run one after the other because they would touch the same files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pullcord.agents import load as load_agents
from pullcord.errors import RequestError
from pullcord.model.task import Task
from pullcord.requests.plan import load, parse, plan_of

KNOWN = load_agents(None)
BACKEND, TESTER = "python-backend-engineer", "python-test-engineer"
BLOCK = Path(__file__).parents[2] / "data" / "plans" / "parallel.txt"


def task(id: str, words: str = "Do it.", agent: str = BACKEND, *writes: str) -> Task:
    return Task(id=id, subagent_type=agent, description=id, prompt=words, writes=writes)


def order(*tasks: Task, pattern: str = "parallel") -> tuple[dict[str, tuple[str, ...]], str]:
    plan = plan_of(tasks, pattern, KNOWN)
    return {task.id: task.after for task in plan.tasks}, "\n".join(plan.notes)


def test_the_parallel_block_of_the_specification_stays_parallel() -> None:
    plan = load(BLOCK, "parallel", KNOWN)

    assert [len(task.after) for task in plan.tasks] == [0, 0, 0, 3]
    assert plan.notes == ()


def test_tasks_that_write_the_same_file_run_one_after_the_other_and_it_is_said_why() -> None:
    after, note = order(
        task("a", "-", BACKEND, "app/api/a.py", "app/main.py"),
        task("b", "-", BACKEND, "app/api/b.py"),
        task("c", "-", BACKEND, "app/*.py"),
    )

    assert after == {"a": (), "b": (), "c": ("a",)}
    assert note == "c runs after a: both write app/main.py."


def test_files_that_the_words_name_count_where_the_agent_may_write_them() -> None:
    words = "Change app/api/plans.py, see @docs/brief.md and CLAUDE.md."
    after, note = order(
        task("a", words),
        task("b", "Extend app/api/plans.py; read @docs/brief.md first."),
        task("tests", "Test app/api/plans.py in tests/test_plans.py.", TESTER),
    )

    assert after == {"a": (), "b": ("a",), "tests": ()}
    assert note == "b runs after a: both write app/api/plans.py."


def test_operations_of_one_resource_belong_together_for_agents_of_one_kind() -> None:
    after, note = order(
        task("list", "Implement GET /api/v1/workouts."),
        task("other", "Implement GET /plans/{id}"),
        task("put", "Implement PUT /workouts/{workout_id} with validation"),
        task("tests", "Test GET /workouts", TESTER),
    )

    assert after == {"list": (), "other": (), "put": ("list",), "tests": ()}
    assert note == "put runs after list: both change the operations of /workouts."


def test_where_both_say_what_they_write_that_alone_counts() -> None:
    after, _ = order(
        task("list", "GET /workouts in app/api/x.py", BACKEND, "app/api/list.py"),
        task("put", "PUT /workouts/{id} in app/api/x.py", BACKEND, "app/api/put.py"),
    )

    assert after == {"list": (), "put": ()}


def test_who_waits_for_the_other_already_is_left_alone() -> None:
    late = task("a", "-", BACKEND, "app/x.py").model_copy(update={"after": ("b",)})
    after, note = order(late, task("b", "-", BACKEND, "app/x.py"))

    assert (after, note) == ({"a": ("b",), "b": ()}, "")


def test_three_that_overlap_run_in_the_order_of_their_writing() -> None:
    after, note = order(*(task(id, "-", BACKEND, "app/x.py") for id in "abc"))

    assert after == {"a": (), "b": ("a",), "c": ("b",)}
    assert len(note.splitlines()) == 2


def test_a_pattern_that_runs_one_by_one_needs_no_such_order() -> None:
    free = task("b", "-", BACKEND, "app/x.py")
    _, note = order(task("a", "-", BACKEND, "app/x.py"), free, pattern="sequential")

    assert note == ""


@pytest.mark.parametrize(
    ("writes", "said"),
    [
        ("supabase/seed.sql", "may write only"),
        ("**", "may write only"),
        ("/app/x.py", "no path or glob"),
        ("app/../x.py", "no path or glob"),
    ],
)
def test_writes_outside_of_the_agent_s_scope_are_refused_with_their_line(
    writes: str, said: str
) -> None:
    text = f'\nTask(subagent_type="{BACKEND}", description="d", prompt="p", writes=["{writes}"])'

    with pytest.raises(RequestError) as refused:
        parse(text, "parallel", KNOWN)

    assert f"line 2: writes='{writes}'" in refused.value.message
    assert said in refused.value.message
