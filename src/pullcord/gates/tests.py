"""Gate 3d: do the tests pass, and do they cover enough? pytest with coverage.

The verdict comes from the JUnit and coverage reports, cross-checked with the exit status; any
disagreement is an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pullcord.gates import inventory, junit, pytest_run, tool
from pullcord.model.quality import Finding, Outcome, Verdict
from pullcord.process import Completed
from pullcord.protocols import Case

_PASSED, _FAILED, _INTERRUPTED = 0, 1, 2
_ENDS = {2: "was interrupted", 3: "had an internal error", 4: "was called wrongly",
         5: "collected no test"}  # fmt: skip


class Tests:
    """Every test passes, at least one ran, none of the base's is lost, coverage is enough."""

    name = "tests"
    version = 1

    def applies(self, case: Case) -> str:
        return ""

    async def judge(self, case: Case) -> Verdict:
        reports = case.scratch / "tests"
        reports.mkdir(parents=True, exist_ok=True)
        for name in ("junit.xml", "coverage.json"):
            (reports / name).unlink(missing_ok=True)
        argv, without_tests = pytest_run.command(case)
        env = {"COVERAGE_FILE": "/reports/.coverage"}
        done = await tool.run(case, self.name, argv, reports=reports, env=env)
        tools = tool.versions(case.environment, "pytest", "pytest-cov", "coverage")
        try:
            _ended(done)
            tests = junit.read(reports / "junit.xml")
            _agree(done, tests)
            measured = _measured(done, reports / "coverage.json", without_tests)
        except ValueError as error:
            return tool.verdict(self.name, "error", str(error), done, tools=tools)
        return _judged(case, done, tests, measured, tools)


def _measured(done: Completed, report: Path, without_tests: bool) -> junit.Coverage:
    """What is covered: nothing, when tests could not even be collected; then there is no report."""
    if done.exit == _INTERRUPTED and not report.exists():
        return junit.Coverage(0.0, 0)
    return junit.read_coverage(report, without_tests=without_tests)


def _ended(done: Completed) -> None:
    """Raise ValueError when pytest did not come to its end."""
    if reason := tool.broken(done, "pytest"):
        raise ValueError(reason)
    if "unrecognized arguments: --cov" in done.stderr:
        raise ValueError("pytest-cov is not installed in the environment")
    if done.exit not in (_PASSED, _FAILED, _INTERRUPTED):
        raise ValueError(f"pytest {_ENDS.get(done.exit or 0, f'ended with {done.exit}')}")


def _agree(done: Completed, tests: Sequence[junit.Test]) -> None:
    """Raise ValueError unless the report and the exit status tell the same story."""
    red = [t for t in tests if t.outcome in ("failed", "error")]
    if not tests:
        raise ValueError("no test ran")
    if all(t.outcome == "skipped" for t in tests):
        raise ValueError("every test was skipped")
    if done.exit == _INTERRUPTED and not all(t.outcome == "error" for t in red):
        raise ValueError("pytest was interrupted")
    if (done.exit == _PASSED) == bool(red):
        raise ValueError(f"pytest ended with {done.exit} but reports {len(red)} red tests")


def _judged(
    case: Case,
    done: Completed,
    tests: Sequence[junit.Test],
    measured: junit.Coverage,
    tools: dict[str, str],
) -> Verdict:
    unexpected, expected = _red(case, tests)
    findings = [*unexpected, *_lost(case, tests), *_changed(case), *_uncovered(case, measured)]
    sums = Counter(t.outcome for t in tests)
    counts = {
        "tests": len(tests),
        "passed": sums["passed"],
        "failed": sums["failed"],
        "errors": sums["error"],
        "skipped": sums["skipped"],
        "coverage": round(measured.percent, 2),
        "coverage_files": measured.files,
    }
    outcome: Outcome = "fail" if findings else "pass"
    detail = _detail(case, counts)
    verdict = tool.verdict(
        "tests", outcome, detail, done, findings=findings, tools=tools, counts=counts
    )
    passed = sorted(test.id for test in tests if test.outcome == "passed")
    return verdict.model_copy(update={"tests": tuple(passed), "red": tuple(expected)})


def _red(case: Case, tests: Sequence[junit.Test]) -> tuple[list[Finding], list[Finding]]:
    """Red tests that were not expected (with declared ones that are not red as they should be), and
    those that were."""
    declared = set(case.expectation.red)
    fresh = inventory.added(case) if case.expectation.new else set()
    unexpected: list[Finding] = []
    expected: list[Finding] = []
    seen: set[str] = set()
    for test in tests:
        if test.outcome in ("passed", "skipped"):
            continue
        known = {test.id, test.function} & (declared | fresh)
        broke = known and not test.asserted
        why = " (expected red, but it broke before its assertion)" if broke else ""
        finding = _finding(test.outcome, f"{test.id}: {test.message}{why}", test)
        seen |= known
        (expected if known and test.asserted else unexpected).append(finding)
    for id in sorted(declared - seen):
        message = f"{id} was declared to be red and is not: it reproduces nothing"
        unexpected.append(Finding(gate="tests", rule="not-red", message=message,
                                  path=id.partition("::")[0]))  # fmt: skip
    return unexpected, expected


def _finding(rule: str, message: str, test: junit.Test) -> Finding:
    return Finding(gate="tests", rule=rule, message=message, path=test.path, line=test.line)


def _lost(case: Case, tests: Sequence[junit.Test]) -> list[Finding]:
    """Tests that changed files of the base held and that did not run now, moved ones aside."""
    ran = {t.function for t in tests}
    return [
        Finding(gate="tests", rule="not-run", message=f"{lost.id} no longer runs", path=lost.path)
        for lost in inventory.lost(case, ran)
    ]


def _changed(case: Case) -> list[Finding]:
    """Tests that a fix was to leave as they are and that read otherwise now."""
    if not case.expectation.frozen:
        return []
    was, now = inventory.changed_tests(case, case.before), inventory.changed_tests(case, case.tree)
    return [
        Finding(gate="tests", rule="changed", path=now[id].path, line=now[id].node.lineno,
                message=f"{id} was changed; the fix leaves every test as it is")
        for id in sorted(was.keys() & now.keys())
        if was[id].body != now[id].body
    ]  # fmt: skip


def _uncovered(case: Case, measured: junit.Coverage) -> list[Finding]:
    if _owed(case) or measured.percent >= case.project.coverage:
        return []
    message = f"{measured.percent:.1f} % covered, {case.project.coverage:g} % needed"
    return [Finding(gate="tests", rule="coverage", message=message)]


def _owed(case: Case) -> str:
    """The task until which coverage is owed, '' when it is due now."""
    return next((o.until for o in case.obligations if o.kind == "coverage"), "")


def _detail(case: Case, counts: dict[str, float]) -> str:
    parts = [f"{counts['passed']}/{counts['tests']} passing"]
    parts += [f"{counts[k]} {k}" for k in ("failed", "errors", "skipped") if counts[k]]
    if case.expectation.red:
        parts.append(f"{len(case.expectation.red)} declared red")
    owed = _owed(case)
    parts.append(f"coverage {counts['coverage']:.1f} %" + (f", owed until {owed}" if owed else ""))
    return ", ".join(parts)
