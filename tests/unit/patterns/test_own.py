"""A repository's own pattern: what it may say, and that it always ends."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asked import Asked
from pullcord.errors import UsageError, Waiting
from pullcord.model.task import Plan, Task
from pullcord.patterns.own import PatternError, own_pattern

BACKWARDS = """\
async def backwards(flow, plan):
    for task in reversed(plan.tasks):
        await flow.work(task)
"""
PLAN = Plan(
    pattern="backwards",
    tasks=tuple(
        Task(id=name, subagent_type="api-designer", description=name, prompt=name)
        for name in ("one", "two")
    ),
)


async def carried_out(source: str, flow: Asked | None = None) -> Asked:
    """What a flow was asked for by the pattern `backwards` with this source."""
    flow = flow or Asked()
    await own_pattern("backwards", source, "backwards.py")(flow, PLAN)
    return flow


def in_the_function(line: str) -> str:
    return f"async def backwards(flow, plan):\n    task = plan.tasks[0]\n    {line}\n"


async def test_a_pattern_is_a_function_named_like_its_file() -> None:
    assert (await carried_out(BACKWARDS)).worked == ["two", "one"]

    renamed = BACKWARDS.replace("def backwards", "def last_first")
    flow = Asked()
    await own_pattern("last-first", renamed, "last-first.py")(flow, PLAN)
    assert flow.worked == ["two", "one"]


async def test_it_may_use_the_graph_and_the_review_that_pullcord_s_own_use() -> None:
    source = """\
from __future__ import annotations
from collections.abc import Sequence
from pullcord.model.quality import Expectation
from pullcord.model.task import Plan, Task
from pullcord.patterns.graph import beside, in_dependency_order
from pullcord.patterns.review import owed, until_approved
from pullcord.protocols import Flow

\"\"\"Everything at once.\"\"\"
NAMES: Sequence[str] = ("one",)
RED = Expectation(new=True)


def first(tasks: Sequence[Task]) -> Task:
    return [task for task in tasks if task.id in NAMES][0]


async def backwards(flow: Flow, plan: Plan) -> None:
    seen = 0

    async def one(number: int) -> None:
        nonlocal seen
        seen += 1
        task = plan.tasks[number]
        handoff = await flow.work(task, obligations=owed(plan, number),
                                  alongside=beside(plan, number))
        await until_approved(flow, plan, number, handoff)

    await in_dependency_order(plan, one)
    await flow.skip(first(plan.tasks), f"{seen} seen, {max(n for n in range(3))} counted")
"""
    flow = await carried_out(source)

    assert (flow.worked, flow.skipped) == (["one", "two"], ["one"])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("import random", "'random' may not be imported: a pattern has no clock, no random, no I/O"),
        ("from time import time", "'time' may not be imported"),
        ("from datetime import datetime", "'datetime' may not be imported"),
        ("import os", "'os' may not be imported"),
        ("from .. import line", "'..' may not be imported"),
        ("from pullcord.patterns.graph import beside", "imports stand at the top"),
        ("open('secrets')", "there is no 'open' here: a pattern has no clock, no random, no I/O"),
        ("print(task)", "there is no 'print'"),
        ("eval('1')", "there is no 'eval'"),
        ("exec('x = 1')", "there is no 'exec'"),
        ("__import__('os')", "there is no '__import__'"),
        ("globals()", "there is no 'globals'"),
        ("getattr(task, 'id')", "there is no 'getattr'"),
        ("_tick()", "there is no '_tick'"),
        ("_tick = len", "names that begin with an underscore"),
        ("task.__class__", "`.__class__` is not for patterns"),
        ("'{0.__class__}'.format(task)", "`.format` is not for patterns"),
        ("type(task)", "there is no 'type'"),
        ("task.parse_raw(b'', allow_pickle=True)", "`.parse_raw` is not for patterns"),
        ("backwards.cr_frame", "`.cr_frame` is not for patterns"),
        ("global PLAN", "a pattern keeps nothing outside of its function"),
        ("x = yield 1", "a pattern awaits; it does not yield"),
        ("x = 9 ** 99", "of arithmetic there is +, -, // and %"),
        ("task *= 9", "of arithmetic there is +, -, // and %"),
        ("f'{task:>99999999}'", "values are shown plainly, without"),
        ("class Task: ...", "a pattern is functions; it needs no class"),
        ("while True: pass", "this loop has no end"),
        ("flow.work(task)", "nothing happens without `await`"),
        ("while 1: len('x')", "this loop has no end"),
    ],
)  # fmt: skip
def test_what_is_not_deterministic_is_refused_with_its_line(line: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        own_pattern("backwards", in_the_function(line), "backwards.py")

    assert f"line 3: {said}" in refused.value.message
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "line 1: it needs `async def backwards(flow, plan)`"),
        (BACKWARDS.replace("async ", "").replace("await ", ""), "line 1: it needs `async def"),
        (BACKWARDS.replace("plan)", "plan, more)"), "line 1: backwards takes two arguments"),
        (BACKWARDS.replace("plan)", "*plan)"), "line 1: backwards takes two arguments"),
        ("\nlen('at import')\n" + BACKWARDS, "line 2: only imports, constants and functions"),
        ("for x in 'ab': pass\n" + BACKWARDS, "line 1: only imports, constants and functions"),
        ("from pullcord.patterns.graph import asyncio\n" + BACKWARDS,
         "line 1: pullcord.patterns.graph has no 'asyncio' for patterns, but before, beside"),
        ("import pullcord.protocols\n" + BACKWARDS, "line 1: write `from MODULE import NAME`"),
        ("@staticmethod\n" + BACKWARDS, "line 2: a pattern's functions have no decorators"),
        (BACKWARDS + "\n    try: pass\n    finally: pass\n", "line 5: `try` could swallow"),
        ("def (", "line 1: invalid syntax"),
        ("x = '" + "a" * 70_000 + "'", "line 1: it has more than"),
        ("x = " + "-" * 30_000 + "1", "line 1: "),
        ("x = 1\0", "line 1: "),
    ],
)  # fmt: skip
def test_a_file_that_is_more_than_a_pattern_is_refused(source: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        own_pattern("backwards", source, "backwards.py")

    assert said in refused.value.message


@given(st.text(max_size=200) | st.from_regex(r"(?s)async def backwards\(flow, plan\):\n    .{,60}"))
def test_any_text_is_a_pattern_or_refused(source: str) -> None:
    with suppress(UsageError):
        own_pattern("backwards", source, "backwards.py")


@pytest.mark.parametrize(
    "line",
    [
        "while task: pass",
        "while True: await flow.contract_settled(task)",
        "while True: await flow.skip(task, 'again')",
        "for each in [task]: task.id\n    while True: await idle()\n\n\nasync def idle(): pass",
        "while all(n >= 0 for n in range(90000)): pass",
        "names = ['a']\n    for name in names: names.append(name)",
    ],
)
async def test_a_pattern_without_end_is_stopped(line: str) -> None:
    with pytest.raises(PatternError, match=r"backwards.py goes on without end"):
        await carried_out(in_the_function(line))


async def test_work_for_an_agent_is_no_spinning() -> None:
    class Ending(Asked):
        async def contract_settled(self, task: Task) -> str:
            return "enough" if len(self.worked) == 3 else ""

    line = (
        "while not await flow.contract_settled(task):\n        await flow.work(task)\n"
        "        for _ in range(60000): pass"
    )
    assert (await carried_out(in_the_function(line), Ending())).worked == ["one"] * 3


async def test_a_pattern_that_breaks_says_where() -> None:
    with pytest.raises(PatternError, match=r"broke at backwards\.py:3: IndexError: tuple index"):
        await carried_out(in_the_function("plan.tasks[7]"))
    with pytest.raises(PatternError, match=r"backwards\.py:3: ValueError: this plan has no tester"):
        await carried_out(in_the_function("raise ValueError('this plan has no tester')"))
    with pytest.raises(PatternError, match=r"backwards.py:3: ValueError: a range of more than"):
        await carried_out(in_the_function("list(range(10000000))"))
    with pytest.raises(PatternError, match=r"py:3: TypeError: this needs a Task, not 'two'"):
        await carried_out(in_the_function("await flow.work('two')"))
    with pytest.raises(PatternError, match=r"py:3: TypeError: this needs a Finding, not 'red'"):
        await carried_out(in_the_function("await flow.work(task, findings=['red'])"))
    alien = "await flow.skip(Task(id='x', subagent_type='x', description='', prompt=''), 'no')"
    source = "from pullcord.model.task import Task\n" + in_the_function(alien)
    with pytest.raises(PatternError, match=r"py:4: ValueError: 'x' is no task of the plan"):
        await carried_out(source)
    with pytest.raises(PatternError, match="RecursionError"):
        await carried_out(in_the_function("await backwards(flow, plan)"))


@pytest.mark.parametrize("error", [Waiting("a question"), OSError("no space left")])
async def test_what_the_flow_raises_is_no_fault_of_the_pattern(error: Exception) -> None:
    class Failing(Asked):
        async def contract_settled(self, task: Task) -> str:
            raise error

    with pytest.raises(type(error)) as found:
        await carried_out(in_the_function("await flow.contract_settled(task)"), Failing())
    assert found.value is error


async def test_nothing_is_kept_from_one_drive_to_the_next() -> None:
    source = "SEEN = []\n" + in_the_function(
        "SEEN.append(task)\n    await flow.skip(task, f'{len(SEEN)}')\n"
        "    for each in SEEN: await flow.work(each)"
    )
    pattern, flow = own_pattern("backwards", source, "backwards.py"), Asked()

    await pattern(flow, PLAN)
    await pattern(flow, PLAN)

    assert flow.worked == ["one", "one"]
