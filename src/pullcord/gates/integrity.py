"""Tests may grow, never shrink: what the base's tests asserted is still asserted.

Compared are the tests in changed files. Who writes the application is held to the tests of the
attempt's parent; who writes only tests may mend the run's own tests and is held to the base's.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pullcord.gates.checks import checks_of, constants_of
from pullcord.gates.inventory import Function, Test, changed_tests, is_test_side
from pullcord.gates.reach import writes_application
from pullcord.gates.source import parsed
from pullcord.model.quality import Finding
from pullcord.openapi.document import load, operations
from pullcord.protocols import Case


def findings(case: Case) -> Iterator[Finding]:
    """Deleted tests, lost assertions and parameters, of tests and of their helpers."""
    only_tests = case.agent is not None and not writes_application(case)
    root = case.trusted if only_tests else case.before
    was, now = changed_tests(case, root), changed_tests(case, case.tree)
    moved = Counter(test.body for id, test in now.items() if id not in was)
    for id, test in was.items():
        same = now.get(id)
        if same is not None:
            yield from _compared(_Pair(case, root, test), same)
        elif moved[test.body] > 0:
            moved[test.body] -= 1
        else:
            yield _finding("test-deleted", f"the test {id} is gone", test.path)
    yield from _helpers(case, root)


@dataclass(frozen=True)
class _Pair:
    """A test as it was, and where its file was and is."""

    case: Case
    root: Path
    test: Test


def _finding(rule: str, message: str, path: str, line: int = 0) -> Finding:
    return Finding(gate="forbidden", rule=rule, message=message[:400], path=path, line=line)


def _compared(pair: _Pair, new: Test) -> Iterator[Finding]:
    path, line = new.path, new.node.lineno
    for text in _lost(pair.case, pair.root, path, pair.test.node, new.node):
        yield _finding("assertion-lost", f"{new.id} no longer checks: {text}", path, line)
    gone = _parameters(pair.root, pair.test) - _parameters(pair.case.tree, new)
    served = _served_now(pair.case) if gone else frozenset()
    for text in sorted(each for each in gone if not _refuses(each, served))[:10]:
        yield _finding("parameters-lost", f"{new.id} no longer runs with {text}", path, line)
    for text in _replaced(pair.case, new.node) - _replaced(pair.case, pair.test.node):
        message = f"{new.id} replaces what it tests: {text}"
        yield _finding("application-patched", message, path, line)


def _lost(case: Case, root: Path, path: str, old: Function, new: Function) -> Iterator[str]:
    """The checks of a function that it no longer makes."""
    known = constants_of(parsed(root / path)), constants_of(parsed(case.tree / path))
    left = Counter(check.key for check in checks_of(new, known[1]))
    for check in checks_of(old, known[0]):
        if left[check.key] > 0:
            left[check.key] -= 1
        else:
            yield check.text


def _helpers(case: Case, root: Path) -> Iterator[Finding]:
    """Functions beside the tests that check on their behalf."""
    for change in case.changes:
        if change.status != "modified" or not is_test_side(change.path):
            continue
        was, now = (_functions(parsed(tree / change.path)) for tree in (root, case.tree))
        for name in was.keys() & now.keys():
            for text in _lost(case, root, change.path, was[name], now[name]):
                message = f"{name} no longer checks: {text}"
                yield _finding("assertion-lost", message, change.path, now[name].lineno)


def _functions(module: ast.Module | None) -> dict[str, Function]:
    """Module-level functions that are no tests."""
    return {
        node.name: node
        for node in (module.body if module else [])
        if isinstance(node, Function) and not node.name.startswith("test")
    }


def _replaced(case: Case, test: Function) -> set[str]:
    """The parts of the application that a test replaces by name."""
    package = case.project.app.partition(":")[0].partition(".")[0]
    found = set()
    for node in ast.walk(test):
        if isinstance(node, ast.Call) and package:
            name = ast.unparse(node.func)
            first = node.args[0] if node.args else None
            named = isinstance(first, ast.Constant) and str(first.value).startswith(f"{package}.")
            if named and name.endswith(("patch", "setattr", "patch.dict", "delattr")):
                found.add(ast.unparse(first) if first else name)
    return found


def _served_now(case: Case) -> frozenset[str]:
    """Methods of the operations that the document has and the base's has not."""
    try:
        was, now = (operations(load(root / case.project.openapi)) for root in _trees(case))
    except (ValueError, OSError):
        return frozenset()
    return frozenset(method for method, _ in now.keys() - was.keys())


def _trees(case: Case) -> tuple[Path, Path]:
    return case.trusted, case.tree


def _refuses(parameters: str, served: frozenset[str]) -> bool:
    """Whether a parameter set says that a method is not served (405) which is served now."""
    return any(re.fullmatch(rf"\(\W{method}\W, \w+, 405\)", parameters) for method in served)


def _parameters(root: Path, test: Test) -> set[str]:
    """The literal parameter sets of a test, through a module-level list where one is named."""
    lists = constants_of(parsed(root / test.path))
    found = set()
    for decorator in test.node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("parametrize"):
            given = [*decorator.args, *(k.value for k in decorator.keywords)][1:2]
            values = [lists.get(v.id, v) if isinstance(v, ast.Name) else v for v in given]
            rows = [v.elts for v in values if isinstance(v, ast.List | ast.Tuple | ast.Set)]
            found |= {ast.unparse(row) for part in rows for row in part}
    return found
