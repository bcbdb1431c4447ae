"""Tests that cannot fail: constant assertions, swallowed ones, and empty tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pullcord.gates.rules.rule import File, Function, Occurrence

_CATCHES = {"AssertionError", "Exception", "BaseException", ""}


def look(file: File) -> Iterator[Occurrence]:
    """Looks at test functions only; helpers may do as they like."""
    if not file.is_test:
        return
    for node in file.nodes:
        if isinstance(node, Function) and node.name.startswith("test"):
            yield from _function(file, node)


def _function(file: File, test: Function) -> Iterator[Occurrence]:
    checks = 0
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            checks += 1
            if _constant(node.test):
                code = f"{test.name} {ast.unparse(node)}"
                yield file.at("vacuous", node, "this assertion is always true", code)
        elif isinstance(node, ast.Call):
            checks += 1
            if file.dotted(node.func) == "contextlib.suppress" and _swallows(node.args):
                code = f"{test.name} {ast.unparse(node)}"
                yield file.at("vacuous", node, "failed assertions are swallowed", code)
        elif isinstance(node, ast.Try) and _holds_assert(node) and _caught(node):
            code = f"{test.name} {ast.unparse(node)}"
            yield file.at("vacuous", node, "failed assertions are swallowed", code)
    if not checks:
        code = f"{test.name} {ast.unparse(test)}"
        yield file.at("vacuous", test, f"{test.name} checks nothing", code)


def _constant(test: ast.expr) -> bool:
    """Whether an expression is true whatever happens."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.Tuple | ast.List):
        return bool(test.elts)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        left, right = test.left, test.comparators[0]
        same = ast.dump(left) == ast.dump(right) and isinstance(
            test.ops[0], ast.Eq | ast.Is | ast.GtE | ast.LtE
        )
        plain = isinstance(left, ast.Constant) and isinstance(right, ast.Constant)
        return (same and not any(isinstance(n, ast.Call) for n in ast.walk(left))) or plain
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return any(_constant(part) for part in test.values)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return isinstance(test.operand, ast.Constant) and not test.operand.value
    return False


def _swallows(names: list[ast.expr]) -> bool:
    return any(ast.unparse(name) in _CATCHES for name in names)


def _holds_assert(node: ast.Try) -> bool:
    return any(isinstance(n, ast.Assert) for part in node.body for n in ast.walk(part))


def _caught(node: ast.Try) -> bool:
    for handler in node.handlers:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        said = [ast.unparse(kind) if kind else "" for kind in kinds]
        again = any(isinstance(n, ast.Raise) for part in handler.body for n in ast.walk(part))
        if not again and any(name in _CATCHES for name in said):
            return True
    return False
