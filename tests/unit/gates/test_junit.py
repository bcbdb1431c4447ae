"""Reports are untrusted: read them, or say why not."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.gates import junit

HEAD = '<testsuites><testsuite failures="{f}" errors="{e}" skipped="0" tests="{n}">'
TAIL = "</testsuite></testsuites>"


def report(tmp_path: Path, body: Any, *, failures: Any = 0, errors: Any = 0, tests: Any = 1) -> Any:
    path = tmp_path / "junit.xml"
    path.write_text(HEAD.format(f=failures, e=errors, n=tests) + body + TAIL)
    return path


def test_ids_are_pytests_own(tmp_path: Path) -> None:
    body = (
        '<testcase classname="tests.api.test_a" name="test_x[1-a]" file="tests/api/test_a.py" line="3"/>'
        '<testcase classname="tests.api.test_a.TestB.TestC" name="test_y" file="tests/api/test_a.py"/>'
    )
    found = junit.read(report(tmp_path, body, tests=2))

    assert [t.id for t in found] == [
        "tests/api/test_a.py::test_x[1-a]",
        "tests/api/test_a.py::TestB::TestC::test_y",
    ]
    assert found[0].function == "tests/api/test_a.py::test_x"
    assert {t.outcome for t in found} == {"passed"}


TRACE = """tests/test_a.py:12: in test_x
    check(1)
app/main.py:40: in check
    raise KeyError(1)
E   KeyError: 1"""


@pytest.mark.parametrize(
    ("message", "asserted"),
    [
        ("AssertionError: assert 1 == 2\n +  where 1 = f()", True),
        ("assert 500 == 201", True),
        ("Failed: DID NOT RAISE ValueError", True),
        ("KeyError: 1", False),
        ("ModuleNotFoundError: No module named 'x'", False),
    ],
)
def test_a_failure_says_where_and_whether_an_expectation_broke(
    tmp_path: Path, message: Any, asserted: Any
) -> None:
    body = (
        '<testcase classname="tests.test_a" name="test_x" file="tests/test_a.py" line="10">'
        f'<failure message="{message}">{TRACE}</failure></testcase>'
    )
    (test,) = junit.read(report(tmp_path, body, failures=1))

    assert (test.outcome, test.asserted) == ("failed", asserted)
    assert (test.path, test.line) == ("tests/test_a.py", 12)
    assert test.message.startswith(message.splitlines()[0])


def test_an_error_at_the_end_of_a_passed_test_is_an_error(tmp_path: Path) -> None:
    case = '<testcase classname="tests.test_a" name="test_x" file="tests/test_a.py"'
    body = f'{case}/>{case}><error message="failed on teardown">x</error></testcase>'
    (test,) = junit.read(report(tmp_path, body, errors=1))

    assert test.outcome == "error"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<testsuites>",
        '<!DOCTYPE x [<!ENTITY a "b">]><testsuites/>',
        HEAD.format(f=1, e=0, n=1) + '<testcase name="a"/>' + TAIL,
        HEAD.format(f=0, e=0, n=1) + '<testcase name="a"><failure message="x"/></testcase>' + TAIL,
    ],
)
def test_a_report_that_is_damaged_or_contradicts_itself_is_refused(
    tmp_path: Path, text: Any
) -> None:
    path = tmp_path / "junit.xml"
    path.write_text(text)

    with pytest.raises(ValueError, match=r"report"):
        junit.read(path)


def test_an_absent_or_linked_report_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/null")
    for name in ("absent", "link"):
        with pytest.raises(ValueError, match="no JUnit report"):
            junit.read(tmp_path / name)


@given(st.text(max_size=200))
def test_any_report_is_read_or_refused(tmp_path_factory: Any, text: Any) -> None:
    path = tmp_path_factory.mktemp("r") / "junit.xml"
    path.write_text(text, encoding="utf-8", errors="replace")
    try:
        assert junit.read(path) == []
    except ValueError:
        return


def entry(covered: Any, total: Any, **more: Any) -> Any:
    return {"summary": {"covered_lines": covered, "num_statements": total, **more}}


def test_coverage_is_the_sum_of_lines_and_branches(tmp_path: Path) -> None:
    files = {
        "app/a.py": entry(8, 10, covered_branches=0, num_branches=2),
        "tests/t.py": entry(9, 9),
    }
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"files": files}))

    assert junit.read_coverage(path, without_tests=False).percent == pytest.approx(100 * 17 / 21)
    assert junit.read_coverage(path, without_tests=True).percent == pytest.approx(100 * 8 / 12)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": {}}', '{"files": {"a.py": {}}}'])
def test_a_coverage_report_without_code_is_refused(tmp_path: Path, text: Any) -> None:
    path = tmp_path / "c.json"
    path.write_text(text)

    with pytest.raises(ValueError, match="coverage"):
        junit.read_coverage(path, without_tests=False)
