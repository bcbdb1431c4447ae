"""Spike (b) of issue 2: what each of SPEC.md's patterns expects at each handoff, and what opens.

Every row is judged by the gates themselves, over commits made by hand in the tiny repository; what
is expected or owed is asked of the pattern, not written down here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest

from pullcord import agents, config, environments, sandbox
from pullcord.gates import Memory, judge
from pullcord.model.quality import Expectation, Finding, Obligation, Receipt, Verdict
from pullcord.model.task import Plan, Task
from pullcord.model.work import Handoff
from pullcord.patterns import PATTERNS
from pullcord.protocols import Case
from pullcord.workspace.line import RunTree
from story import ADD, FAST, SUBTRACT, git, make_repository, write

SPRINT, DESIGN, BUILD, TEST, REVIEW = (
    "sprint-manager", "api-designer", "python-backend-engineer", "python-test-engineer",
    "code-reviewer",
)  # fmt: skip
PLANS = {
    "sequential": (DESIGN, BUILD, TEST, REVIEW),
    "parallel": (BUILD, BUILD, TEST, REVIEW),
    "iterative": (BUILD, TEST, BUILD, TEST, REVIEW),
    "debug-fix-verify": (TEST, BUILD, TEST, REVIEW),
    "sprint-task": (SPRINT, DESIGN, BUILD, TEST, REVIEW, SPRINT),
}
"""SPEC.md's examples of its patterns, by agent."""
PAGES = '''"""Pages."""


def pages(total: int, size: int) -> int:
    """How many pages there are."""
    return total // size
'''
BASE = {
    **FAST,
    "tiny/pages.py": PAGES,
    "tests/test_pages.py": "from tiny.pages import pages\n\n\n"
    "def test_two_by_two() -> None:\n    assert pages(4, 2) == 2\n",
}
MORE = (
    SUBTRACT
    + """

def minus(a: int, b: int) -> int:
    \"\"\"The difference, the long way round.\"\"\"
    rest = a
    rest -= b
    return rest
"""
)
BUG = "from tiny.pages import pages\n\n\ndef test_a_rest() -> None:\n    assert pages(5, 2) == 3\n"
NAMED = ("tests/test_bug.py::test_a_rest",)
ONE = "from tiny.sums import subtract\n\n\ndef test_it() -> None:\n    assert subtract(3, 2) == 1\n"
BOTH = ONE.replace("import ", "import minus, ") + "    assert minus(3, 2) == 1\n"
STATES: dict[str, tuple[str, dict[str, str | None]]] = {
    "designed": ("base", {"docs/contracts/sums.md": "# Sums\n"}),
    "built": ("base", {"tiny/sums.py": ADD + MORE}),
    "built and broken": ("base", {"tiny/sums.py": (ADD + MORE).replace("a + b", "a * b + 1")}),
    "built and no Python": ("base", {"tiny/sums.py": ADD + MORE + "def ("}),
    "covered": ("built", {"tests/test_more.py": BOTH}),
    "half covered": ("built", {"tests/test_sums.py": FAST["tests/test_sums.py"] + "\n"}),
    "issue found": ("covered", {"tests/test_bug.py": BUG}),
    "issue mended": ("issue found", {"tiny/pages.py": PAGES.replace("total //", "-(-total //")
                                     .replace("size\n", "size)\n")}),
    "old test broken": ("covered", {"tests/test_sums.py": "from tiny.sums import add\n\n\n"
                                    "def test_two_and_two() -> None:\n    assert add(2, 2) == 5\n"}),
    "reproduced": ("base", {"tests/test_bug.py": BUG}),
    "reproduced, and another": ("reproduced", {"tests/test_more.py": BUG.replace("rest", "lot")}),
    "reproduced by an error": ("base", {"tests/test_bug.py": BUG.replace("(5, 2)", "(5)")}),
    "nothing reproduced": ("base", {"tests/test_bug.py": BUG.replace("== 3", "== 2")}),
    "fixed": ("reproduced", {"tiny/pages.py": PAGES.replace("total //", "-(-total //")
                             .replace("size\n", "size)\n")}),
    "fixed by breaking": ("reproduced", {"tiny/pages.py": PAGES.replace("total // size", "3")}),
    "fixed by deleting": ("reproduced", {"tests/test_bug.py": None}),
    "fixed by skipping": ("reproduced", {"tests/test_bug.py": "import pytest\n" + BUG.replace(
        "def test", "@pytest.mark.skip\ndef test")}),
    "fixed by bending another": ("fixed", {"tests/test_pages.py": BASE[
        "tests/test_pages.py"].replace("== 2", ">= 2")}),
    "verified": ("fixed", {"tests/test_more.py": BUG.replace("rest", "lot")}),
}  # fmt: skip
"""State → the one it grew from, and what was written (None: deleted)."""


class Row(NamedTuple):
    """A handoff: the pattern, which of its calls (from 0), the state it leaves and the one it found
    (the one that it grew from), the tests its summary names, and the gates that keep it closed."""

    pattern: str
    call: int
    state: str
    closed: str = ""
    named: tuple[str, ...] = ()
    found: str = ""


ROWS = (
    # Sequential: coverage is owed until the test engineer's handoff; what new tests find is mended.
    Row("sequential", 0, "designed"),
    Row("sequential", 0, "built", "scope"),
    Row("sequential", 1, "built"),
    Row("sequential", 1, "built and broken", "tests"),
    Row("sequential", 1, "built and no Python", "tests forbidden"),
    Row("sequential", 2, "covered"),
    Row("sequential", 2, "half covered", "tests"),
    Row("sequential", 2, "issue found"),
    Row("sequential", 3, "covered", found="covered"),
    Row("sequential", 3, "built", "tests", found="built"),
    # Parallel: the same for each.
    Row("parallel", 0, "built"),
    Row("parallel", 1, "built and broken", "tests"),
    Row("parallel", 2, "half covered", "tests"),
    Row("parallel", 2, "covered"),
    # Iterative: tests identify issues, new ones and with an assertion; then they are mended.
    Row("iterative", 0, "built"),
    Row("iterative", 1, "issue found"),
    Row("iterative", 1, "old test broken", "tests forbidden"),
    Row("iterative", 1, "reproduced by an error", "tests"),
    Row("iterative", 2, "issue mended"),
    Row("iterative", 2, "issue found", "tests", found="issue found"),
    Row("iterative", 3, "issue mended", found="issue mended"),
    Row("iterative", 4, "issue found", "tests", found="issue found"),
    # Debug-fix-verify: red exactly as declared, then green.
    Row("debug-fix-verify", 0, "reproduced", named=NAMED),
    Row("debug-fix-verify", 0, "reproduced", "tests"),
    Row("debug-fix-verify", 0, "reproduced, and another", "tests", NAMED, "base"),
    Row("debug-fix-verify", 0, "reproduced by an error", "tests", NAMED),
    Row("debug-fix-verify", 0, "nothing reproduced", "tests", NAMED),
    Row("debug-fix-verify", 1, "fixed"),
    Row("debug-fix-verify", 1, "reproduced", "tests", found="reproduced"),
    Row("debug-fix-verify", 1, "fixed by breaking", "tests"),
    Row("debug-fix-verify", 1, "fixed by deleting", "tests forbidden"),
    Row("debug-fix-verify", 1, "fixed by skipping", "tests forbidden"),
    Row("debug-fix-verify", 1, "fixed by bending another", "tests forbidden", found="reproduced"),
    Row("debug-fix-verify", 2, "verified"),
    Row("debug-fix-verify", 3, "fixed", found="fixed"),
    # Sprint task: like sequential, between two looks at the board.
    Row("sprint-task", 0, "designed"),
    Row("sprint-task", 2, "built"),
    Row("sprint-task", 3, "half covered", "tests"),
    Row("sprint-task", 5, "built", "scope"),
)


class Judged(NamedTuple):
    """A row, judged: whose handoff it is, what its pattern declared, what the gates say."""

    task: Task
    expectation: Expectation
    obligations: tuple[Obligation, ...]
    verdicts: dict[str, Verdict]


@dataclass
class Declared:
    """A flow that notes what a pattern declares at each call. Where red is expected, it is found
    once if the agent `finds` something."""

    finds: bool
    calls: list[tuple[Task, Expectation, tuple[Obligation, ...]]] = field(default_factory=list)

    async def work(
        self,
        task: Task,
        *,
        findings: Sequence[Finding] = (),
        expectation: Expectation = Expectation(),
        obligations: Sequence[Obligation] = (),
        alongside: Sequence[Task] = (),
    ) -> Handoff:
        first = not any(before != Expectation() for _, before, _ in self.calls)
        self.calls.append((task, expectation, tuple(obligations)))
        issue = Finding(gate="tests", rule="failed", message="an issue")
        red = (issue,) if self.finds and first and (expectation.new or expectation.named) else ()
        verdict = Verdict(gate="tests", outcome="pass", red=red)
        receipts = (Receipt(verdict=verdict, tree="", policy=""),)
        return Handoff(task=task.id, round=1, commit="", summary_path="", receipts=receipts)

    async def skip(self, task: Task, reason: str) -> None: ...

    async def contract_settled(self, task: Task) -> str:
        return ""


async def declared(row: Row) -> tuple[Task, Expectation, tuple[Obligation, ...]]:
    """What the pattern declares at one of its calls."""
    tasks = [
        Task(id=f"{number}-{agent}", subagent_type=agent, description=agent, prompt=agent)
        for number, agent in enumerate(PLANS[row.pattern])
    ]
    # What is built at the same time in parallel is tested and reviewed later.
    free = 2 if row.pattern == "parallel" else 1
    tasks[free:] = [
        t.model_copy(update={"after": tuple(b.id for b in tasks[:n])})
        for n, t in enumerate(tasks[free:], free)
    ]
    flow = Declared(finds=row.pattern in ("iterative", "debug-fix-verify"))
    await PATTERNS[row.pattern](flow, Plan(pattern=row.pattern, tasks=tuple(tasks)))
    task, expectation, obligations = flow.calls[row.call]
    if expectation.named:  # as the line reads them from the summary
        update = {"red": row.named or ("(none)",), "named": False}
        expectation = expectation.model_copy(update=update)
    return task, expectation, obligations


async def made(tree: RunTree) -> dict[str, str]:
    """A commit for every state."""
    commits = {"base": git(tree.repository, "rev-parse", "HEAD")}
    await tree.prepare(commits["base"])
    for number, (name, (before, changes)) in enumerate(STATES.items()):
        place = await tree.clone(f"state-{number}", commits[before])
        for path, text in changes.items():
            (place / path).unlink() if text is None else write(place, path, text)
        frozen = await tree.freeze(place, commits[before])
        commits[name] = await tree.commit(
            frozen, commits[before], name, agent="hand", at="2026-11-22 12:00:00"
        )
    return commits


async def judged(row: Row, tree: RunTree, commits: dict[str, str], folder: Path) -> Judged:
    """What the gates say of one row."""
    task, expectation, obligations = await declared(row)
    before, after = commits[row.found or STATES[row.state][0]], commits[row.state]
    trusted = await tree.exported(commits["base"])
    project = config.detect(trusted)
    agent = agents.widened(agents.load(None)[task.subagent_type], project.packages)
    folder.mkdir()
    case = Case(
        tree=await tree.exported(after),
        before=await tree.exported(before),
        trusted=trusted,
        changes=await tree.mirror.changes(before, after),
        project=project,
        sandbox=await sandbox.choose(unsafe=False),
        environment=await environments.resolve(trusted, folder),
        scratch=folder,
        cache=folder,
        agent=agent,
        expectation=expectation,
        obligations=obligations,
    )
    # The same tree is judged once, whichever pattern led to it.
    memory = Memory(tree.folder / "verdicts", (case.tree.name, case.before.name, trusted.name))
    verdicts = (await judge(case, memory=memory)).verdicts
    return Judged(task, expectation, obligations, {v.gate: v for v in verdicts})


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> dict[Row, Judged]:
    """Every row with what the gates say of it; two at a time."""
    folder = tmp_path_factory.mktemp("states")
    tree = RunTree(make_repository(folder / "repo", BASE), folder / "run", "r-table")

    async def fill() -> dict[Row, Judged]:
        commits, two = await made(tree), asyncio.Semaphore(2)

        async def one(number: int, row: Row) -> Judged:
            async with two:
                return await judged(row, tree, commits, folder / str(number))

        said = await asyncio.gather(*(one(number, row) for number, row in enumerate(ROWS)))
        return dict(zip(ROWS, said, strict=True))

    return asyncio.run(fill())


def test_every_pattern_is_in_the_table() -> None:
    assert PLANS.keys() == PATTERNS.keys() == {row.pattern for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.pattern}-{row.call}-{row.state}")
def test_a_handoff_opens_as_its_pattern_declared_it(table: dict[Row, Judged], row: Row) -> None:
    task, expectation, obligations, verdicts = table[row]
    assert task.subagent_type == PLANS[row.pattern][row.call]

    assert not any(v.outcome == "error" for v in verdicts.values()), verdicts
    closed = {gate for gate, v in verdicts.items() if v.outcome == "fail"}
    assert closed == set(row.closed.split()), verdicts
    if not closed:
        expected = expectation.new or bool(expectation.red)
        assert bool(verdicts["tests"].red) == (
            expected and row.state in ("issue found", "reproduced")
        )
    if "scope" not in closed and any(o.kind == "coverage" for o in obligations):
        assert "owed until" in verdicts["tests"].detail
