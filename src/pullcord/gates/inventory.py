"""The tests of a Python file as pytest would collect them, read without running anything."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path, PurePosixPath

from pullcord.config.pytest import patterns
from pullcord.gates.source import parsed
from pullcord.protocols import Case

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Test:
    """One test function."""

    path: str
    name: str
    """`test_a` or `TestB::test_a`."""
    node: Function

    @cached_property
    def body(self) -> str:
        """The statements and decorators, without name, docstring and places."""
        return body_of(self.node)

    @property
    def id(self) -> str:
        return f"{self.path}::{self.name}"


def is_test_file(path: str, globs: tuple[str, ...]) -> bool:
    return path.endswith(".py") and any(fnmatch(PurePosixPath(path).name, g) for g in globs)


def is_test_side(path: str) -> bool:
    """Whether a file belongs to the tests: by its folder or its name."""
    parts = PurePosixPath(path).parts
    name = parts[-1]
    beside = bool({"tests", "test"} & set(parts[:-1])) or name == "conftest.py"
    return name.endswith(".py") and (
        beside or name.startswith("test_") or name.endswith("_test.py")
    )


def collected_from(path: str, tree: ast.Module | None) -> list[Test]:
    """The tests that pytest collects from a module with its usual naming rules."""
    if tree is None:
        return []
    gone = {t.id for n in tree.body if isinstance(n, ast.Delete)
            for t in n.targets if isinstance(t, ast.Name)}  # fmt: skip
    if _says_no(tree.body):
        return []
    found: dict[str, Test] = {}
    for name, node in _functions(tree.body):
        if name.partition("::")[0] in gone:
            found.pop(name, None)
        else:
            found[name] = Test(path, name, node)
    return list(found.values())


def _functions(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Function]]:
    for node in body:
        if isinstance(node, Function):
            if node.name.startswith("test") and not _is_fixture(node):
                yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef) and _collected(node):
            yield from _functions(node.body, f"{prefix}{node.name}::")


def _collected(node: ast.ClassDef) -> bool:
    case = any(ast.unparse(base).endswith("TestCase") for base in node.bases)
    built = any(isinstance(n, Function) and n.name in ("__init__", "__new__") for n in node.body)
    return (case or (node.name.startswith("Test") and not built)) and not _says_no(node.body)


def _says_no(body: list[ast.stmt]) -> bool:
    """Whether `__test__ = False` stands here."""
    return any(
        isinstance(n, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == "__test__" for t in n.targets)
        and isinstance(n.value, ast.Constant)
        and not n.value.value
        for n in body
    )


def _is_fixture(node: Function) -> bool:
    return any("fixture" in ast.unparse(d).partition("(")[0] for d in node.decorator_list)


def body_of(node: Function) -> str:
    body = node.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return "\n".join(ast.dump(n) for n in (*node.decorator_list, *body))


def changed_tests(case: Case, root: Path) -> dict[str, Test]:
    """The tests of `root` that stand in files changed by this case, by id."""
    globs = patterns(case.trusted)
    return {
        test.id: test
        for change in case.changes
        if is_test_file(change.path, globs)
        for test in collected_from(change.path, parsed(root / change.path))
    }


def lost(case: Case, ran: Set[str]) -> list[Test]:
    """Tests of the state before that did not run: neither as they were, nor moved."""
    was, now = changed_tests(case, case.before), changed_tests(case, case.tree)
    moved = {test.body for test in now.values() if test.id in ran}
    return [test for test in was.values() if test.id not in ran and test.body not in moved]


def added(case: Case) -> set[str]:
    """The ids of the tests that this change added."""
    return changed_tests(case, case.tree).keys() - changed_tests(case, case.before).keys()
