"""What every gate must do: pass a clean change, see its planted defect, and never open by accident.

A new gate in GATES without a planted defect fails this suite.
"""

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from pullcord import config
from pullcord.gates import GATES, judge
from pullcord.model.agent import Agent
from pullcord.model.work import Change, Environment
from pullcord.process import Completed, Limits
from pullcord.protocols import Box, Case, Sandbox
from pullcord.sandbox.unsafe import Unsafe

SUMMARY = "docs/temp/agent_20260101_101500_python-backend-engineer_log-workouts.md"
# An application without FastAPI: the gates know only that it has openapi(), and it starts at once.
MAIN = '''"""The service."""

import json
from pathlib import Path

DOCUMENT = Path(__file__).with_name("operations.json")


class App:
    """Serves."""

    def openapi(self) -> dict[str, object]:
        """Return the contract."""
        found: dict[str, object] = json.loads(DOCUMENT.read_text())
        return found


app = App()
'''
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Workouts", "version": "1.0.0"},
    "paths": {"/workouts": {"get": {
        "operationId": "listWorkouts", "responses": {"200": {"description": "All"}},
    }}},
}  # fmt: skip
TEST = """from app.main import app


def test_the_contract_lists_workouts() -> None:
    assert "/workouts" in str(app.openapi()["paths"])
"""
BASE = {
    "pyproject.toml": '[tool.mypy]\nstrict = true\nfiles = ["app"]\n',
    "pullcord.toml": 'app = "app.main:app"\n',
    "app/__init__.py": "",
    "app/main.py": MAIN,
    "app/operations.json": json.dumps(DOCUMENT, indent=2) + "\n",
    "openapi.json": json.dumps(DOCUMENT, indent=2) + "\n",
    "tests/test_main.py": TEST,
}
WRITTEN = """# Agent Summary: python-backend-engineer - Log workouts
Date: 2026-01-01 10:15:00

## Task Overview
Workouts can be logged.

## Key Decisions
1. **Store in memory**: simple enough for now

## Assumptions Made
- None

## Implementation Details
- app/main.py serves them

## Blockers & Resolutions
- None

## Handoff Notes
- Tests come next

## Quality Validation
- mypy: ✅ no errors
- ruff: ✅ clean
- pytest: ✅ 1/1 passing
"""
REMOVED = json.dumps({**DOCUMENT, "paths": {}}, indent=2) + "\n"
PLANTED: dict[str, dict[str, str]] = {
    "scope": {".github/workflows/ci.yml": "jobs: {}\n"},
    "forbidden": {"app/main.py": MAIN + "x: int = 'a'  # type: ignore\n"},
    "format": {"app/main.py": MAIN + "x = {   }\n"},
    "lint": {"app/main.py": MAIN.replace("import json\n", "import json\nimport os\n")},
    "types": {"app/main.py": MAIN + '\nsize: int = "many"\n'},
    "tests": {"app/operations.json": REMOVED, "openapi.json": REMOVED},
    "openapi": {"openapi.json": REMOVED},
    "contract": {"app/operations.json": REMOVED, "openapi.json": REMOVED},
    "summary": {SUMMARY: WRITTEN.replace("Workouts can be logged.", "[Brief description]")},
}
"""Gate → what must turn it red."""


def write(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("base"), BASE)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def case(base: Path, cache: Path, tmp_path: Path) -> Any:
    """Makes the case of a change over the base; a summary is part of it unless it brings its own."""

    def make(files: dict[str, str], sandbox: Sandbox | None = None) -> Case:
        tree = tmp_path / "tree"
        shutil.copytree(base, tree)
        files = {SUMMARY: WRITTEN, **files}
        write(tree, files)
        (tmp_path / "scratch").mkdir()
        changes = [
            Change(path=p, status="modified" if (base / p).exists() else "added") for p in files
        ]
        return Case(
            tree=tree,
            before=base,
            trusted=base,
            changes=tuple(changes),
            project=config.detect(base),
            sandbox=sandbox or Unsafe(),
            environment=Environment(path=Path(sys.prefix), key="tests"),
            scratch=tmp_path / "scratch",
            cache=cache,
            agent=Agent(
                name="python-backend-engineer",
                description="",
                write=("app/**", "tests/**", "openapi.json"),
            ),
            summary_path=SUMMARY,
        )

    return make


def test_every_gate_has_a_planted_defect() -> None:
    assert PLANTED.keys() == GATES.keys()


async def test_an_honest_change_passes_every_gate(case: Any) -> None:
    judged = await judge(case({"app/main.py": MAIN.replace("Serves.", "Serves workouts.")}))

    assert {v.gate: (v.outcome, v.detail) for v in judged.verdicts if v.outcome != "pass"} == {}
    assert [v.gate for v in judged.verdicts] == list(GATES)
    assert judged.open


@pytest.mark.parametrize("name", PLANTED)
async def test_a_gate_sees_its_planted_defect(case: Any, name: str) -> None:
    verdict = await GATES[name].judge(case(PLANTED[name]))

    assert (verdict.gate, verdict.outcome) == (name, "fail"), verdict
    assert verdict.findings
    assert all(f.gate == name and f.message for f in verdict.findings)
    assert verdict.detail


@pytest.mark.parametrize("name", PLANTED)
async def test_a_red_gate_closes_the_handoff(case: Any, name: str) -> None:
    judged = await judge(case(PLANTED[name]), [name])

    assert not judged.open


@dataclass
class Answering:
    """A sandbox in which every command ends as it is told, and none is run."""

    done: Completed
    name: str = "answering"
    asked: list[Sequence[str]] = field(default_factory=list)

    async def run(self, argv: Sequence[str], box: Box, limits: Limits) -> Completed:
        self.asked.append(argv)
        assert not box.writable
        assert not box.network
        return replace(self.done, argv=tuple(argv))


def ended(exit: int | None, stdout: str = "", stderr: str = "", **more: bool) -> Completed:
    return Completed((), exit, stdout, stderr, 1.0, **more)


@pytest.mark.parametrize(
    "done",
    [
        pytest.param(ended(0), id="silence"),
        pytest.param(ended(0, "[]"), id="an empty report"),
        pytest.param(ended(0, "All good! 38 files already formatted\n" * 0), id="nothing judged"),
        pytest.param(ended(1), id="failure without a finding"),
        pytest.param(ended(0, "{{{ 100 passed"), id="garbage"),
        pytest.param(ended(None, timed_out=True), id="timeout"),
        pytest.param(ended(None), id="stopped by a limit"),
        pytest.param(ended(-9), id="killed"),
        pytest.param(ended(137), id="killed inside the sandbox"),
        pytest.param(ended(127, stderr="bwrap: execvp /env/bin/x: No such file"), id="no program"),
        pytest.param(ended(1, stderr="/env/bin/python: No module named pytest\n"), id="no tool"),
        pytest.param(ended(70, "INTERNAL ERROR"), id="crash"),
    ],
)
@pytest.mark.parametrize("name", GATES)
async def test_a_tool_that_shows_no_evidence_is_an_error(
    case: Any, name: str, done: Completed
) -> None:
    sandbox = Answering(done)
    verdict = await GATES[name].judge(case({}, sandbox))
    clean_report = name == "lint" and done.exit == 0 and done.stdout == "[]"

    if sandbox.asked and not clean_report:  # an empty list is how ruff says that all is well
        assert verdict.outcome == "error", verdict
        assert verdict.detail


@dataclass
class Falling:
    """A sandbox that cannot be made."""

    name: str = "falling"

    async def run(self, argv: Sequence[str], box: Box, limits: Limits) -> Completed:
        raise RuntimeError("no sandbox on this machine")


async def test_an_exception_closes_its_gate_and_no_other(case: Any) -> None:
    judged = await judge(case({}, Falling()))
    outcomes = {v.gate: v.outcome for v in judged.verdicts}

    assert not judged.open
    for gate in ("format", "lint", "types", "tests", "openapi"):
        assert outcomes[gate] == "error"
    for gate in ("scope", "forbidden", "contract", "summary"):
        assert outcomes[gate] == "pass"


async def test_a_gate_changes_nothing(case: Any) -> None:
    made = case({})
    before = {p: p.read_bytes() for p in made.tree.rglob("*") if p.is_file()}
    await judge(made)

    assert {p: p.read_bytes() for p in made.tree.rglob("*") if p.is_file()} == before
