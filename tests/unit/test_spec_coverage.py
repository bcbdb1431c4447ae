"""docs/spec-coverage.md holds every line of SPEC.md once, and each of its rows can be proved."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

import spec_proof
from pullcord.patterns import PATTERNS
from spec_proof import COVERAGE, PROJECT, SPEC, WAITS, Row, prove, rows, rule_lines

ROWS = list(rows(COVERAGE.read_text("utf-8")))
PROVED = [row for row in ROWS if not row.pending]


def test_every_line_of_the_specification_belongs_to_exactly_one_row() -> None:
    said = rule_lines(SPEC.read_text("utf-8"))
    counted = Counter(line for row in ROWS for line in row.lines)

    assert sorted(said - counted.keys()) == []
    assert [line for line, times in counted.items() if times > 1] == []
    assert max(counted) <= len(SPEC.read_text("utf-8").splitlines())


def test_the_specification_here_is_the_one_beside_the_project() -> None:
    beside = PROJECT.parent / "shared" / "SPEC.md"
    if beside.exists():
        assert SPEC.read_text("utf-8") == beside.read_text("utf-8")


@pytest.mark.parametrize("row", PROVED, ids=lambda row: row.name)
def test_code_test_and_mutation_of_a_row_are_there(row: Row) -> None:
    path, _, name = row.test.partition("::")
    tree = ast.parse((PROJECT / path).read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)

    assert row.mutated((PROJECT / row.code).read_text("utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, functions)}


def test_what_waits_says_for_what() -> None:
    assert {row.pending for row in ROWS} - {""} <= set(WAITS)


def test_every_pattern_is_explained_and_when_it_is_chosen() -> None:
    page = (PROJECT / "docs" / "how-to" / "patterns.md").read_text("utf-8")
    told = {
        cells[1].strip(" `"): cells[2].strip()
        for line in page.splitlines()
        if len(cells := line.split("|")) == 5
    }
    assert [name for name in PATTERNS if not told.get(name)] == []


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one rule and two tests: one watches the rule, one does not."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "rule.py").write_text("LIMIT = 3\n")
    (tmp_path / "test_rule.py").write_text(
        "from rule import LIMIT\n\n\ndef test_limit():\n    assert LIMIT == 3\n\n\n"
        "def test_nothing():\n    assert LIMIT\n"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("test", "old", "said"),
    [
        ("test_limit", "= 3", ""),
        ("test_nothing", "= 3", "test_rule.py::test_nothing stays green although '= 3'"),
        ("test_none", "= 3", "test_rule.py::test_none could not be run: pytest ended with 4"),
        ("test_limit", "= 5", "src/rule.py: '= 5' stands there 0 times"),
    ],
)
def test_a_row_is_proved_only_if_its_test_goes_red(
    project: Path, test: str, old: str, said: str
) -> None:
    row = Row((1,), "three", "src/rule.py", f"test_rule.py::{test}", old, "= 4")

    found = prove(row, project)
    assert found.startswith(said)
    assert bool(found) == bool(said)
    assert (project / "src" / "rule.py").read_text() == "LIMIT = 3\n"


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        ("| 3 | rule | `a.py` | `t.py::t` |", "cannot be read"),
        ("| 3 | rule | a.py | `t.py::t` | `x` ⇒ `y` |", "in backticks"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused(page: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        list(spec_proof.rows(page))
