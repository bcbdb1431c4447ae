"""The base's own pytest command, with our reports and without what hides results."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.gates import junit
from pullcord.gates.pytest_run import command, kept
from pullcord.gates.ruff import paths
from pullcord.gates.tests import Tests
from pullcord.model.quality import Expectation, Obligation
from pullcord.process import Completed

MAIN = "from fastapi import FastAPI\n\napp = FastAPI()\n"


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("-q --strict-markers tests", "-q --strict-markers tests"),
        ("-x --maxfail 1 --maxfail=2 --lf -s", ""),
        ("--cov=app --cov-report=html --cov-report term --cov-fail-under=80", "--cov=app"),
        ("--junitxml=x.xml -n 2 -m unit", "-n 2 -m unit"),
        ("--no-cov -k fast", "-k fast"),
    ],
)
def test_options_that_stop_hide_or_write_are_left_out(words: Any, left: Any) -> None:
    assert kept(words.split()) == left.split()


@pytest.mark.parametrize(
    ("argv", "verb", "left"),
    [
        ("ruff check --fix --exit-zero .", "check", "."),
        ("ruff check --output-format github app tests", "check", "app tests"),
        ("ruff check --select E,F -q app", "check", "--select E,F app"),
        ("ruff check --ignore E501 app", "check", "app"),
        ("ruff format src", "format", "src"),
        ("ruff format", "format", ""),
    ],
)
def test_a_ruff_command_keeps_its_paths(argv: Any, verb: Any, left: Any) -> None:
    assert paths(argv.split(), verb) == left.split()


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_command_can_be_filtered(words: Any) -> None:
    assert set(kept(words)) <= set(words)


def test_a_configured_cache_is_led_away(make_case: Any) -> None:
    files = {"pytest.ini": "[pytest]\ncache_dir = .cache\n"}
    words, _ = command(make_case(files, files))

    assert "no:cacheprovider" not in words
    assert "cache_dir=/tmp/pytest-cache" in words


def test_the_bases_options_count_and_not_the_trees(make_case: Any) -> None:
    before = {"pytest.ini": "[pytest]\naddopts = -q --cov=svc -x\n"}
    words, _ = command(make_case(before, {"pytest.ini": "[pytest]\naddopts = -k nothing\n"}))

    assert "-k" not in words
    assert "-x" not in words
    assert words[words.index("-o") + 1] == "addopts="
    assert "--cov=svc" in words


@pytest.mark.parametrize(
    ("files", "measured", "without_tests"),
    [
        ({"app/main.py": MAIN}, "--cov=app", False),
        ({"src/svc/main.py": MAIN}, "--cov=src/svc", False),
        ({"main.py": MAIN}, "--cov=.", True),
        ({"main.py": MAIN, "pyproject.toml": "[tool.coverage.run]\nsource = ['x']\n"},
         "--cov", False),
        ({"main.py": MAIN, ".coveragerc": "[run]\nsource = x\n"}, "--cov", False),
    ],
)  # fmt: skip
def test_something_is_always_measured(
    make_case: Any, files: Any, measured: Any, without_tests: Any
) -> None:
    words, leaves_out = command(make_case(files, files))

    assert measured in words
    assert leaves_out is without_tests


class Reporting:
    """A sandbox in which pytest leaves the given reports."""

    name = "reporting"

    def __init__(self, exit: Any, xml: Any, coverage: Any='{"files": {"app/a.py": {"summary": '
                 '{"covered_lines": 9, "num_statements": 10}}}}') -> None:  # fmt: skip
        self.exit, self.xml, self.coverage = exit, xml, coverage

    async def run(self, argv: Any, box: Any, limits: Any) -> Any:
        (box.reports / "junit.xml").write_text(self.xml)
        (box.reports / "coverage.json").write_text(self.coverage)
        return Completed(tuple(argv), self.exit, "", "", 1.0)


def xml(**tests: Any) -> Any:
    bodies = []
    for name, outcome in tests.items():
        inner = {"passed": "", "failed": '<failure message="assert 1 == 2"/>',
                 "broken": '<failure message="KeyError: 1"/>', "error": '<error message="x"/>',
                 "skipped": '<skipped message="later"/>'}[outcome]  # fmt: skip
        bodies.append(f'<testcase classname="tests.test_a" name="{name}" file="tests/test_a.py">'
                      f"{inner}</testcase>")  # fmt: skip
    failures = sum(o in ("failed", "broken") for o in tests.values())
    errors = sum(o == "error" for o in tests.values())
    return f'<testsuite failures="{failures}" errors="{errors}">{"".join(bodies)}</testsuite>'


async def judged(make_case: Any, sandbox: Any, **more: Any) -> Any:
    return await Tests().judge(make_case({}, {}, sandbox=sandbox, **more))


@pytest.mark.parametrize(
    ("exit", "tests", "outcome"),
    [
        (0, {"test_a": "passed"}, "pass"),
        (0, {"test_a": "passed", "test_b": "skipped"}, "pass"),
        (1, {"test_a": "passed", "test_b": "failed"}, "fail"),
        (1, {"test_a": "passed", "test_b": "error"}, "fail"),
        (2, {"test_a": "error"}, "fail"),
        (0, {"test_a": "passed", "test_b": "failed"}, "error"),
        (1, {"test_a": "passed"}, "error"),
        (2, {"test_a": "passed"}, "error"),
        (0, {}, "error"),
        (0, {"test_a": "skipped"}, "error"),
        (5, {}, "error"),
        (4, {"test_a": "passed"}, "error"),
    ],
)
async def test_report_and_exit_status_must_agree(
    make_case: Any, exit: Any, tests: Any, outcome: Any
) -> None:
    verdict = await judged(make_case, Reporting(exit, xml(**tests)))

    assert verdict.outcome == outcome, verdict.detail


RED = Expectation(red=("tests/test_a.py::test_b",), reason="reproduces the bug")


@pytest.mark.parametrize(
    ("tests", "outcome"),
    [
        ({"test_a": "passed", "test_b": "failed"}, "pass"),
        ({"test_a": "passed", "test_b[1]": "failed", "test_b[2]": "passed"}, "pass"),
        ({"test_a": "failed", "test_b": "failed"}, "fail"),
        ({"test_a": "passed", "test_b": "broken"}, "fail"),
        ({"test_a": "passed", "test_b": "error"}, "fail"),
        ({"test_a": "failed", "test_b": "passed"}, "fail"),
        ({"test_a": "failed"}, "fail"),
    ],
)
async def test_a_declared_red_test_must_fail_with_its_assertion_and_alone(
    make_case: Any, tests: Any, outcome: Any
) -> None:
    verdict = await judged(make_case, Reporting(1, xml(**tests)), expectation=RED)

    assert verdict.outcome == outcome, verdict.findings
    rules = {f.rule for f in verdict.findings}
    assert ("not-red" in rules) == (tests.get("test_b", "passed") == "passed" and outcome == "fail")


async def test_a_reproduction_that_passes_reproduces_nothing(make_case: Any) -> None:
    sandbox = Reporting(0, xml(test_a="passed", test_b="passed"))
    verdict = await judged(make_case, sandbox, expectation=RED)

    assert [f.rule for f in verdict.findings] == ["not-red"]


LITTLE = '{"files": {"app/a.py": {"summary": {"covered_lines": 7, "num_statements": 10}}}}'


async def test_too_little_coverage_is_red(make_case: Any) -> None:
    verdict = await judged(make_case, Reporting(0, xml(test_a="passed"), LITTLE))

    assert [f.message for f in verdict.findings] == ["70.0 % covered, 80 % needed"]


async def test_coverage_may_be_owed_and_is_shown(make_case: Any) -> None:
    verdict = await judged(
        make_case,
        Reporting(0, xml(test_a="passed"), LITTLE),
        obligations=(Obligation(kind="coverage", until="test"),),
    )

    assert verdict.outcome == "pass"
    assert verdict.detail == "1/1 passing, coverage 70.0 %, owed until test"
    assert verdict.tests == ("tests/test_a.py::test_a",)


async def test_a_test_of_the_base_that_no_longer_runs_is_red(make_case: Any) -> None:
    before = {"tests/test_a.py": "def test_old():\n    assert f()\n"}
    after = {"tests/test_a.py": "if x:\n    def test_old():\n        assert f()\n"}
    case = make_case(before, after, sandbox=Reporting(0, xml(test_a="passed")))

    assert [f.rule for f in (await Tests().judge(case)).findings] == ["not-run"]


async def test_a_fix_adds_tests_and_leaves_those_that_stand_as_they_are(make_case: Any) -> None:
    before = {"tests/test_a.py": "def test_a():\n    assert f() == 1\n"}
    after = {"tests/test_a.py": "def test_a():\n    assert f() == 1\n    assert g()\n",
             "tests/test_b.py": "def test_b():\n    assert h()\n"}  # fmt: skip
    case = make_case(before, after, sandbox=Reporting(0, xml(test_a="passed")))
    frozen = replace(case, expectation=Expectation(frozen=True))

    assert (await Tests().judge(case)).findings == ()
    (found,) = (await Tests().judge(frozen)).findings
    assert (found.rule, found.path, found.line) == ("changed", "tests/test_a.py", 1)


def test_a_damaged_report_is_told_apart_from_an_absent_one(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text("<x")

    with pytest.raises(ValueError, match="damaged"):
        junit.read(tmp_path / "junit.xml")
