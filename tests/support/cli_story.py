"""Whole command lines in this process, on a small repository with scripted agents."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from cli_schema import lines_of
from pullcord.cli import main
from story import QUICK, TINY, make_repository

AGENT = """\
---
name: python-backend-engineer
description: Implements everything in this small repository.
write: ["tiny/**", "tests/**", "docs/temp/**"]
---
Do the task. Leave a summary in docs/temp/.
"""
FILES = {**TINY, ".claude/agents/python-backend-engineer.md": AGENT, "pullcord.toml": QUICK}
PLAN = """\
from pullcord import Task

Task(
    subagent_type="python-backend-engineer",
    description="Subtract",
    prompt="Write sub.",
    criteria=["It subtracts."],
)
Task(subagent_type="code-reviewer", description="Review", prompt="Look at it.")
"""
GOOD = {
    "tiny/subs.py": "def sub(a: int, b: int) -> int:\n    return a - b\n",
    "tests/test_subs.py": "from tiny.subs import sub\n\n\ndef test_sub() -> None:\n    assert sub(3, 2) == 1\n",
}
BAD = [
    {
        "write": {
            **GOOD,
            "tiny/subs.py": f"def sub(a: int, b: int) -> int:\n    return a + b + {n}\n",
        }
    }
    for n in range(6)
]
"""A different mistake in each round."""
APPROVE = {"review": {"decision": "approve", "findings": [], "criteria": {"It subtracts.": "met"}}}
ASK = {
    "escalate": {
        "kind": "clarification",
        "requirement": "subtract",
        "ambiguity": "may it be negative?",
        "options": ["yes", "no, stop at zero"],
        "recommendation": "yes",
    }
}
GREEN = {"python-backend-engineer": [{"write": GOOD}], "code-reviewer": [APPROVE]}
ASKING = {"python-backend-engineer": [{"write": GOOD, **ASK}, {}], "code-reviewer": [APPROVE]}
RED = {"python-backend-engineer": BAD, "code-reviewer": [APPROVE]}


class Said(NamedTuple):
    """What a command line left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def result(self) -> dict[str, Any]:
        """The last JSON object."""
        found: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return found


def cli(*args: str | Path) -> Said:
    """Run one command line."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(arg) for arg in args])
    return Said(code, out.getvalue(), err.getvalue())


def said_in_json(command: str, *args: str | Path) -> list[dict[str, Any]]:
    """The JSON lines of a command, checked against docs/schema; the text form must exit the same
    where that can be asked twice."""
    said = cli(command, *args, "--json")
    lines = lines_of(command, said.out)
    assert lines[-1]["exit_code"] == said.code
    return lines


def workshop(folder: Path) -> Path:
    """A repository with a plan beside it."""
    folder.mkdir(exist_ok=True)
    (folder / "plan.py").write_text(PLAN)
    return make_repository(folder / "repo", FILES)


def scripted(folder: Path, tasks: dict[str, Any]) -> str:
    """The --runtime word for these agents."""
    path = folder / "script.yml"
    path.write_text(yaml.safe_dump({"tasks": tasks, "default": {"status": "done"}}))
    return f"scripted:{path}"
