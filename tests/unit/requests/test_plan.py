"""Plan files: Task calls that are read and never run."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.errors import RequestError
from pullcord.model.agent import Agent
from pullcord.model.request import Request
from pullcord.model.task import Task
from pullcord.requests.plan import load, parse, plan_of
from pullcord.requests.workflow import steps_for
from pullcord.requests.workflows import WORKFLOWS

ROLES = (
    "api-designer", "python-backend-engineer", "python-test-engineer", "code-reviewer",
    "sprint-manager",
)  # fmt: skip
KNOWN = {n: Agent(name=n, description=f"Is the {n}. More words.\n<example>x") for n in ROLES}
PLANS = Path(__file__).parents[2] / "data" / "plans"
PATTERNS = sorted(path.stem for path in PLANS.glob("*.txt"))


def task(agent: str = "python-backend-engineer", name: str = "Do it", **more: object) -> str:
    values: dict[str, object] = {"subagent_type": agent, "description": name, "prompt": "p"}
    values |= more
    return "Task(" + ", ".join(f"{k}={v!r}" for k, v in values.items()) + ")\n"


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_blocks_of_the_specification_are_accepted_unchanged(pattern: str) -> None:
    assert len(PATTERNS) == 5
    for under in (pattern, "sequential"):
        plan = load(PLANS / f"{pattern}.txt", under, KNOWN)
        assert plan.pattern == under
        assert len(plan.tasks) in (4, 5, 6)
        assert len({t.id for t in plan.tasks}) == len(plan.tasks)
        assert all(t.reason and t.recovery and t.prompt for t in plan.tasks)


def test_a_sequence_follows_the_order_of_writing() -> None:
    plan = load(PLANS / "sequential.txt", "sequential", KNOWN)
    assert [(t.id, t.after) for t in plan.tasks] == [
        ("design-workout-logging-contract", ()),
        ("implement-workout-logging", ("design-workout-logging-contract",)),
        ("test-workout-logging", ("implement-workout-logging",)),
        ("quality-and-security-review", ("test-workout-logging",)),
    ]
    assert plan.tasks[1].reason == ("Is the python-backend-engineer.")
    assert "at most 3 rounds" in plan.tasks[1].recovery


def test_in_parallel_only_the_review_waits() -> None:
    plan = load(PLANS / "parallel.txt", "parallel", KNOWN)
    assert [len(t.after) for t in plan.tasks] == [0, 0, 0, 3]
    assert plan.notes == ()


@pytest.mark.parametrize("pattern", PATTERNS)
def test_only_a_sequence_of_independent_tasks_is_told_so(pattern: str) -> None:
    plan = load(PLANS / f"{pattern}.txt", "sequential", KNOWN)
    assert [("--pattern parallel" in note) for note in plan.notes] == [True] * (
        pattern == "parallel"
    )


def test_explicit_order_shows_independence_too() -> None:
    first, same = task(name="Add A to workouts"), task(name="Add B to workouts", after=["design"])
    design = task("api-designer", "Design", id="design")
    plan = parse(design + first + same, "sequential", KNOWN)
    assert "'Add A to workouts', 'Add B to workouts'" in plan.notes[0]
    assert plan.tasks[2].after == ("design",)


def test_all_arguments_are_read() -> None:
    more: dict[str, object] = {"criteria": ["One", "Two"], "after": ["Design"], "optional": True}
    text = '"""Doc."""\nfrom pullcord import Task\nimport pullcord\n'
    text += (
        "first = pullcord."
        + task("api-designer", "Design")
        + "["
        + task(ROLES[1], "Do it", **more).strip()
        + "]"
    )
    plan = parse(text, "parallel", KNOWN)
    last = plan.tasks[1]
    assert (last.criteria, last.after, last.optional) == (("One", "Two"), ("design",), True)


def test_fenced_python_keeps_its_lines() -> None:
    text = (
        "# Plan\n\nDo *this*:\n\n```python\n"
        + task(name="A")
        + "```\n\nthen\n\n```py\n"
        + task("nobody")
        + "```\n"
    )
    with pytest.raises(RequestError, match="line 12: there is no agent 'nobody'"):
        parse(text, "sequential", KNOWN)
    assert len(parse(text.replace("nobody", "code-reviewer"), "sequential", KNOWN).tasks) == 2


def test_equal_descriptions_get_different_ids() -> None:
    plan = parse(task() * 3, "sequential", KNOWN)
    assert [t.id for t in plan.tasks] == ["do-it", "do-it-2", "do-it-3"]


def test_every_mistake_is_reported_at_once_with_its_line() -> None:
    text = (
        "import os\n"
        "os.remove('x')\n"
        + task("backend-engineer")
        + "Task(subagent_type='api-designer', description=f'{1}', prompt='p')\n"
        + "Task('api-designer')\n"
        + "Task(description='', prompt=3, optional=1, colour='red')\n"
        + task(after=["Nothing"], criteria="One")
        + "x = [1]\n"
        + task(after=["nowhere"])
    )
    with pytest.raises(RequestError) as caught:
        parse(text, "sequential", KNOWN, "PLAN.py")
    assert caught.value.message.split("\n") == [
        "PLAN.py cannot be read:",
        "  line 1: only Task(...) calls may stand here; nothing is executed",
        "  line 2: only Task(...) calls may stand here; nothing is executed",
        "  line 3: there is no agent 'backend-engineer'; did you mean python-backend-engineer? "
        "Known: api-designer, code-reviewer, python-backend-engineer, python-test-engineer, "
        "sprint-manager",
        "  line 4: description must be a literal; nothing is executed",
        "  line 5: Task takes named arguments only",
        "  line 6: Task has no argument colour; it has subagent_type, description, prompt, "
        "criteria, after, writes, optional",
        "  line 6: Task needs subagent_type=…",
        "  line 6: description must be a text that is not empty",
        "  line 6: optional must be True or False",
        "  line 6: prompt must be a text that is not empty",
        "  line 7: criteria must be a list of texts",
        "  line 8: only Task(...) calls may stand here; nothing is executed",
        "  line 9: after='nowhere' is no other task",
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "line 1: there is no Task"),
        ("Task(", "line 1: '\\(' was never closed"),
        ("# x\n\0", "cannot be read"),
        ("(" * 5000, "cannot be read"),
        (task(name="A", after=["B"]) + task(name="B", after=["A"]), "wait for each other: a → b → a|b → a → b"),
        (task(name="A", after=["B"]) + task(name="B", after=[]), "line 1: .* wait for each other"),
        (task(name="A") + task(name="A") + task(name="B", after=["A"]), "fits several"),
        (task(id="Not A Slug"), "not lower-case"),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_refused(text: str, why: str) -> None:
    with pytest.raises(RequestError, match=why):
        parse(text, "sequential", KNOWN)


def test_a_sequence_against_its_own_order_is_refused() -> None:
    text = (
        task(name="A", after=["C"])
        + task(name="B", after=["A"])
        + task(name="C", id="c", after=["c"])
    )
    with pytest.raises(RequestError, match="is no other task"):
        parse(text, "parallel", KNOWN)


def test_nothing_in_a_plan_is_executed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("here")
    with pytest.raises(RequestError):
        parse(f"Task(subagent_type=__import__('os').remove({str(victim)!r}))", "sequential", KNOWN)
    assert victim.exists()


CALLS = st.lists(
    st.builds(
        lambda agent, name, after: task(agent, name or "x", after=[a for a in after if a]),
        st.sampled_from([*ROLES, "nobody"]),
        st.text(alphabet="ab -", max_size=4),
        st.lists(st.text(alphabet="ab -", max_size=4), max_size=2),
    )
).map("".join)


@given(
    st.one_of(st.text(), st.text(alphabet="Task(=',)[]\n`python "), CALLS),
    st.sampled_from(PATTERNS),
)
def test_any_text_is_a_plan_or_a_request_error(text: str, pattern: str) -> None:
    with suppress(RequestError):
        plan = parse(text, pattern, KNOWN)
        ids = [t.id for t in plan.tasks]
        assert ids
        assert len(set(ids)) == len(ids)
        assert all(set(t.after) <= set(ids) - {t.id} for t in plan.tasks)


def test_a_request_without_a_pattern_runs_the_six_steps() -> None:
    plan = steps_for(Request(title="Log workouts", criteria=("One",)), WORKFLOWS["feature"], KNOWN)
    assert plan.pattern == "sequential"
    assert plan.notes == ()
    assert [(t.id, t.subagent_type) for t in plan.tasks] == [
        ("break-down", "sprint-manager"),
        ("contract", "api-designer"),
        ("implementation", "python-backend-engineer"),
        ("tests", "python-test-engineer"),
        ("review", "code-reviewer"),
        ("update-docs", "sprint-manager"),
    ]
    assert all(t.criteria == ("One",) and t.reason and t.recovery for t in plan.tasks)
    with pytest.raises(RequestError, match="no agent 'code-reviewer'"):
        steps_for(
            Request(title="T", criteria=("One",)),
            WORKFLOWS["feature"],
            {n: KNOWN[n] for n in ROLES if n != "code-reviewer"},
        )


@pytest.mark.parametrize(
    ("name", "pattern", "agents"),
    [
        ("errors", "iterative",
         ["python-test-engineer", "python-backend-engineer", "code-reviewer"]),
        ("contract", "sequential",
         ["api-designer", "python-backend-engineer", "python-test-engineer", "code-reviewer"]),
    ],
)  # fmt: skip
def test_the_other_workflows_have_the_steps_of_the_specification(
    name: str, pattern: str, agents: list[str]
) -> None:
    plan = steps_for(Request(title="T", criteria=("One",)), WORKFLOWS[name], KNOWN)
    assert (plan.pattern, [t.subagent_type for t in plan.tasks]) == (pattern, agents)


def test_tasks_made_in_python_become_the_same_plan() -> None:
    read = load(PLANS / "sequential.txt", "sequential", KNOWN)
    bare = [
        Task(subagent_type=t.subagent_type, description=t.description, prompt=t.prompt)
        for t in read.tasks
    ]
    assert plan_of(bare, "sequential", KNOWN) == read
    for wrong in ([], [Task(subagent_type="tester", description="d", prompt="p")]):
        with pytest.raises(RequestError, match=r"no tasks|python-test-engineer"):
            plan_of(wrong, "sequential", KNOWN)
