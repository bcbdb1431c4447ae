"""Reading pytest's JUnit report and coverage's JSON report.

Both are untrusted input: the judged tests ran in the process that wrote them. What cannot be read,
or contradicts itself, is an error and never a pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree as etree

Outcome = Literal["passed", "failed", "error", "skipped"]
_LARGEST = 64 << 20
_ASSERTED = re.compile(r"(AssertionError|assert\b|Failed: |\[XPASS\(strict\)\])")


@dataclass(frozen=True)
class Test:
    """One executed test. `message` is short; `path` and `line` are where it failed."""

    id: str
    outcome: Outcome
    message: str = ""
    path: str = ""
    line: int = 0
    asserted: bool = False
    """It failed because an expectation did not hold, not because something broke."""

    @property
    def function(self) -> str:
        """The node id without its parameters."""
        return self.id.partition("[")[0]


def read(path: Path) -> list[Test]:
    """The tests of a report. Raises ValueError when it is absent, damaged or inconsistent."""
    if path.is_symlink() or not path.is_file():
        raise ValueError("pytest left no JUnit report")
    if path.stat().st_size > _LARGEST:
        raise ValueError("the JUnit report is too large")
    text = path.read_text(encoding="utf-8", errors="replace")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("the JUnit report declares entities")
    try:
        root = etree.fromstring(text)
    except etree.ParseError as error:
        raise ValueError(f"the JUnit report is damaged: {error}") from error
    suites = [root] if root.tag == "testsuite" else root.findall("testsuite")
    tests = _joined(_test(case) for suite in suites for case in suite.iter("testcase"))
    told = {key: sum(int(s.get(key, "0")) for s in suites) for key in ("failures", "errors")}
    if told["failures"] != sum(t.outcome == "failed" for t in tests) or (
        told["errors"] > 0 and not any(t.outcome == "error" for t in tests)
    ):
        raise ValueError("the JUnit report's totals do not agree with its tests")
    return tests


def _joined(tests: Iterator[Test]) -> list[Test]:
    """One entry per test: an error at its end (teardown) is a second entry with the same name."""
    worst: dict[str, Test] = {}
    order = ("passed", "skipped", "failed", "error")
    for test in tests:
        known = worst.get(test.id)
        if known is None or order.index(test.outcome) > order.index(known.outcome):
            worst[test.id] = test
    return list(worst.values())


def _test(case: etree.Element) -> Test:
    id = _node_id(case)
    for tag, outcome in (("error", "error"), ("failure", "failed"), ("skipped", "skipped")):
        found = case.find(tag)
        if found is not None:
            message = found.get("message") or ""
            path, line = _place(found.text or "", case)
            return Test(
                id,
                outcome,  # type: ignore[arg-type]  # the three words above are Outcomes
                _short(message),
                path,
                line,
                outcome == "failed" and _ASSERTED.match(message) is not None,
            )
    return Test(id, "passed")


def _node_id(case: etree.Element) -> str:
    """`tests/test_a.py::TestB::test_c[1]` from the xunit1 attributes file, classname and name."""
    file, classname = case.get("file", ""), case.get("classname", "")
    name = case.get("name", "")
    if not file:
        return "::".join(part for part in (classname, name) if part)
    module = file.removesuffix(".py").replace("/", ".")
    classes = classname.removeprefix(module).strip(".").split(".")
    return "::".join([file, *(c for c in classes if c), name])


def _place(trace: str, case: etree.Element) -> tuple[str, int]:
    """The last place in the repository that a traceback names, else where the test begins."""
    places = re.findall(r"^([\w./@+ -]+\.py):(\d+): ", trace, re.M)
    own = [(p, int(n)) for p, n in places if not p.startswith(("/", ".."))]
    test = case.get("file", "")
    inside = [place for place in own if place[0] == test]
    if inside or own:
        return (inside or own)[-1]
    return test, int(case.get("line") or -1) + 1


def _short(message: str) -> str:
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return " ".join(lines[:3])[:300] if lines else "no message"


@dataclass(frozen=True)
class Coverage:
    """Percent covered, and the measured files."""

    percent: float
    files: int


def read_coverage(path: Path, *, without_tests: bool) -> Coverage:
    """Total coverage of a report; `without_tests` leaves test files out of the sum.

    Raises ValueError when the report is absent or damaged.
    """
    if path.is_symlink() or not path.is_file():
        raise ValueError("coverage left no report")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        parts = [
            entry["summary"]
            for name, entry in data["files"].items()
            if not (without_tests and _is_test(name))
        ]
        done = sum(p["covered_lines"] + p.get("covered_branches", 0) for p in parts)
        all = sum(p["num_statements"] + p.get("num_branches", 0) for p in parts)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the coverage report is damaged: {error}") from error
    if not all:
        raise ValueError("coverage measured no code")
    return Coverage(100 * done / all, len(parts))


def _is_test(path: str) -> bool:
    parts = Path(path).parts
    return bool({"tests", "test"} & set(parts[:-1])) or (
        parts[-1].startswith("test_")
        or parts[-1].endswith("_test.py")
        or parts[-1] == "conftest.py"
    )
