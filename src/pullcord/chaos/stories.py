"""A small repository and one run for each pattern, with what is characteristic of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from pullcord.model.request import Request
from pullcord.model.task import Plan, Task

DESIGNER, BACKEND, TESTER, REVIEWER, MANAGER = (
    "api-designer", "python-backend-engineer", "python-test-engineer", "code-reviewer",
    "sprint-manager",
)  # fmt: skip
SPRINT = "docs/planning/sprints/sprint_01_2026-11-01.md"
_SUMS = '"""Sums."""\n\n\ndef add(a: int, b: int) -> int:\n    """The sum."""\n    return a + b\n'
FILES = {
    "pyproject.toml": '[project]\nname = "tiny"\nversion = "0.1.0"\nrequires-python = ">=3.11"\n\n'
    '[tool.pytest.ini_options]\npythonpath = ["."]\n\n[tool.coverage.run]\nsource = ["tiny"]\n',
    "pullcord.toml": '[gates.types]\noff = "sums have no types"\n\n'
    '[gates.tests]\nrun = ["python", "-m", "pytest", "-p", "pytest_cov"]\n\n'
    '[env]\nPYTEST_DISABLE_PLUGIN_AUTOLOAD = "1"\n',
    "openapi.json": '{"openapi": "3.1.0", "info": {"title": "Sums", "version": "1"}, '
    '"paths": {"/sums": {"get": {"responses": {"200": {"description": "Sums"}}}}}}\n',
    SPRINT: "# Sprint 1\n\n## Task 1: Differences\n\n- Status: in progress\n",
    "tiny/__init__.py": '"""A tiny package."""\n',
    "tiny/sums.py": _SUMS,
    "tests/test_sums.py": "from tiny.sums import add\n\n\ndef test_two_and_two() -> None:\n"
    "    assert add(2, 2) == 4\n",
}
"""Every gate that applies is real; type checking is left out, for it takes long."""
CRITERION = "Differences are computed."
Rounds = list[dict[str, Any]]


@dataclass(frozen=True)
class Story:
    """A run that can be told again: what is asked, who works, and what each does in each round."""

    request: Request
    plan: Plan
    acts: dict[str, Rounds]

    @property
    def script(self) -> str:
        """For runtimes/scripted.py."""
        return yaml.safe_dump({"tasks": self.acts})


def _subtract(body: str) -> str:
    return (
        f'{_SUMS}\n\ndef subtract(a: int, b: int) -> int:\n    """The difference."""\n    {body}\n'
    )


def _test(name: str, call: str, value: int, *, function: str = "subtract") -> dict[str, str]:
    text = f"from tiny.sums import {function}\n\n\ndef test_{name}() -> None:\n"
    return {f"tests/test_{name}.py": f"{text}    assert {call} == {value}\n"}


RIGHT = {"tiny/sums.py": _subtract("return a - b")}
MENDED = {"tiny/sums.py": _SUMS.replace("a + b", "a + b or 1")}
WRONG = {"tiny/sums.py": _subtract("return b - a")}
TESTED = _test("difference", "subtract(3, 2)", 1)
ADDED = {"tiny/more.py": '"""More."""\n\nMORE = 1\n'}
FORBIDDEN = {"write": {"Makefile": "all:\n"}}
"""A red round: nobody but a person writes a Makefile."""
APPROVE = {"review": {"decision": "approve", "criteria": {CRITERION: "met"}}}
OBJECT = {"review": {"decision": "object", "findings": ["say what happens below zero"]}}
ASK = {
    "escalate": {
        "kind": "clarification",
        "requirement": "differences",
        "ambiguity": "may they be negative?",
        "options": ["yes", "no"],
        "recommendation": "yes",
    }
}
BUSY = {"run": [["sleep", "0.05"]], "sleep": 0.05}
"""Time to be killed in, with a process of the agent's own."""


def _story(pattern: str, steps: dict[str, tuple[str, Rounds]], *, text: str = "") -> Story:
    """`steps` are task id → its agent and rounds, each after the one before; in parallel what the
    backend engineer does comes first, at the same time."""
    built = [id for id, (agent, _) in steps.items() if agent == BACKEND]
    tasks: list[Task] = []
    for id, (agent, _) in steps.items():
        after = tuple(task.id for task in tasks[-1:])
        if pattern == "parallel":
            after = () if id in built else (*built, *after)
        tasks.append(
            Task(id=id, subagent_type=agent, description=f"{id.title()} differences",
                 prompt=f"{id.title()} them.", after=tuple(dict.fromkeys(after)))
        )  # fmt: skip
    request = Request(title="Differences", criteria=(CRITERION,), text=text)
    plan = Plan(pattern=pattern, tasks=tuple(tasks))
    return Story(request, plan, {id: rounds for id, (_, rounds) in steps.items()})


STORIES = {
    "sequential": _story("sequential", {
        "design": (DESIGNER, [ASK, {}]),
        "build": (BACKEND, [FORBIDDEN, {"delete": ["Makefile"], "write": RIGHT, **BUSY}]),
        "test": (TESTER, [{"write": TESTED}]),
        "review": (REVIEWER, [APPROVE]),
    }),
    "parallel": _story("parallel", {
        "build": (BACKEND, [{"write": RIGHT, **BUSY}]),
        "extend": (BACKEND, [{"write": ADDED, **BUSY}]),
        "test": (TESTER, [{"write": TESTED, **ASK}, {}]),
        "review": (REVIEWER, [APPROVE]),
    }),
    "iterative": _story("iterative", {
        "build": (BACKEND, [{"write": WRONG, **BUSY}]),
        "test": (TESTER, [{"write": TESTED}]),
        "fix": (BACKEND, [{"write": RIGHT}]),
        "verify": (TESTER, [{"write": _test("zero", "subtract(2, 2)", 0)}]),
        "review": (REVIEWER, [OBJECT, APPROVE]),
    }),
    "debug-fix-verify": _story("debug-fix-verify", {
        "reproduce": (TESTER, [{
            "write": _test("zero", "add(0, 0)", 1, function="add"),
            "summary": {"details": ["Reproduces: tests/test_zero.py::test_zero"]},
        }]),
        "fix": (BACKEND, [{"write": MENDED, **BUSY}]),
        "verify": (TESTER, [{"write": _test("one", "add(0, 1)", 1, function="add")}]),
        "review": (REVIEWER, [APPROVE]),
    }),
    "sprint-task": _story("sprint-task", {
        "look": (MANAGER, [{}]),
        "contract": (DESIGNER, [{}]),
        "build": (BACKEND, [{"write": RIGHT, **BUSY}]),
        "test": (TESTER, [{"write": TESTED}]),
        "review": (REVIEWER, [APPROVE]),
        "update": (MANAGER, [{"append": {SPRINT: "- Status: done\n"}}]),
    }, text="What GET /sums answers stays as it is."),
}  # fmt: skip
"""By pattern. Among them are a question, a red round, two clones at once with a merge that is
judged again, an objection, a named reproduction, and a contract step that is skipped."""
