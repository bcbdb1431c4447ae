"""A test that cannot fail proves nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from pullcord.blueprint.checks.file import File, Function
from pullcord.model.quality import Finding

_RAISING = ("raises", "warns", "fail", "deprecated_call")


def look(file: File) -> Iterator[Finding]:
    """Tests without an assertion of their own or of a function that they call."""
    if not file.is_test:
        return
    helpers = _asserting(file.tree) | _imported(file)
    for node in file.nodes:
        if not isinstance(node, Function) or not node.name.startswith("test_"):
            continue
        if _is_fixture(node) or _asserts(node, helpers):
            continue
        message = f"{node.name} asserts nothing, so it cannot fail: say what must hold."
        yield file.finding("no-assertion", node.lineno, message)


def _asserts(function: Function, helpers: set[str]) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant):
            return True
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in helpers or name in _RAISING or name.startswith("assert"):
                return True
    return False


def _is_fixture(function: Function) -> bool:
    return any("fixture" in ast.unparse(each) for each in function.decorator_list)


def _asserting(tree: ast.Module) -> set[str]:
    """Functions of a module that assert, directly or through each other."""
    functions = [node for node in tree.body if isinstance(node, Function)]
    known: set[str] = set()
    for _ in functions:
        known |= {each.name for each in functions if _asserts(each, known)}
    return known


def _imported(file: File) -> set[str]:
    """Functions imported from other modules of the tests that assert."""
    found = set()
    for name, module in file.imports.items():
        path = file.root / Path(*module.split(".")).with_suffix(".py")
        if module.startswith("tests") and path.is_file():
            try:
                found |= {name} & _asserting(ast.parse(path.read_text("utf-8")))
            except (SyntaxError, ValueError):
                continue
    return found
