"""Tests may grow, never shrink: what the base's tests asserted is still asserted.

Compared are the tests in changed files. Who writes the application is held to the tests of the
attempt's parent; who writes only tests may mend the run's own tests and is held to the base's.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pullcord.gates.inventory import Function, Test, changed_tests
from pullcord.gates.reach import writes_application
from pullcord.gates.source import parsed
from pullcord.model.quality import Finding
from pullcord.protocols import Case


def findings(case: Case) -> Iterator[Finding]:
    """Deleted tests, lost assertions and lost parameters."""
    only_tests = case.agent is not None and not writes_application(case)
    root = case.trusted if only_tests else case.before
    was, now = changed_tests(case, root), changed_tests(case, case.tree)
    moved = Counter(test.body for id, test in now.items() if id not in was)
    for id, test in was.items():
        same = now.get(id)
        if same is not None:
            yield from _compared(case, root, test, same)
        elif moved[test.body] > 0:
            moved[test.body] -= 1
        else:
            yield _finding("test-deleted", f"the test {id} is gone", test.path)


def _finding(rule: str, message: str, path: str, line: int = 0) -> Finding:
    return Finding(gate="forbidden", rule=rule, message=message, path=path, line=line)


def _compared(case: Case, root: Path, old: Test, new: Test) -> Iterator[Finding]:
    left = Counter(_assertions(new.node))
    for assertion, text in _with_text(old.node):
        if left[assertion] > 0:
            left[assertion] -= 1
        else:
            message = f"{new.id} no longer checks: {text}"
            yield _finding("assertion-lost", message[:400], new.path, new.node.lineno)
    lost = _parameters(root, old) - _parameters(case.tree, new)
    for text in sorted(lost)[:10]:
        message = f"{new.id} no longer runs with {text}"
        yield _finding("parameters-lost", message[:400], new.path, new.node.lineno)


def _assertions(test: Function) -> list[str]:
    return [key for key, _ in _with_text(test)]


def _with_text(test: Function) -> list[tuple[str, str]]:
    """The effective checks of a test as (key, text). The key does not depend on the names of local
    variables, so renaming one loses nothing."""
    names = _local_names(test)
    return [(_Renamed(names).key(node), ast.unparse(node)) for node in _checks(test.body)]


def _checks(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Assertions and `raises` blocks that run whenever the test runs, and count when they fail."""
    for node in body:
        if isinstance(node, ast.Assert):
            yield node.test
        elif isinstance(node, ast.With | ast.AsyncWith):
            calls = [i.context_expr for i in node.items if isinstance(i.context_expr, ast.Call)]
            yield from (c for c in calls if ast.unparse(c.func).endswith(("raises", "warns")))
            if not any(ast.unparse(c.func).endswith("suppress") for c in calls):
                yield from _checks(node.body)
        elif isinstance(node, ast.For | ast.AsyncFor | ast.While):
            yield from _checks(node.body)
        elif isinstance(node, ast.If):
            yield from _checks(node.body)
            yield from _checks(node.orelse)
        elif isinstance(node, ast.Try):
            if not node.handlers:
                yield from _checks(node.body)
            yield from _checks([*node.orelse, *node.finalbody])


def _local_names(test: Function) -> dict[str, str]:
    """Variables that the test assigns, in the order of their first assignment."""
    found: dict[str, str] = {}
    for node in ast.walk(test):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.setdefault(node.id, f"local{len(found)}")
    return found


class _Renamed(ast.NodeTransformer):
    """A copy of an expression in which local variables have neutral names."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def key(self, node: ast.AST) -> str:
        return ast.dump(self.visit(ast.parse(ast.unparse(node))))

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(id=self.names.get(node.id, node.id), ctx=node.ctx)


def _parameters(root: Path, test: Test) -> set[str]:
    """The literal parameter sets of a test, through a module-level list where one is named."""
    module = parsed(root / test.path)
    lists = {
        t.id: n.value
        for n in (module.body if module else [])
        if isinstance(n, ast.Assign) and isinstance(n.value, ast.List | ast.Tuple)
        for t in n.targets
        if isinstance(t, ast.Name)
    }
    found = set()
    for decorator in test.node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("parametrize"):
            given = [*decorator.args, *(k.value for k in decorator.keywords)][1:2]
            values = [lists.get(v.id, v) if isinstance(v, ast.Name) else v for v in given]
            found |= {
                ast.unparse(e)
                for v in values
                if isinstance(v, ast.List | ast.Tuple)
                for e in v.elts
            }
    return found
