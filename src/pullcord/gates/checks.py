"""What a test really checks: the assertions that run whenever it runs and count when they fail."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Function = ast.FunctionDef | ast.AsyncFunctionDef
_HELPER = re.compile(r"(^|_)(assert|check|verify|expect|ensure|validate)", re.I)


@dataclass(frozen=True)
class Check:
    """One check. `key` is the same whatever local variables are called and wherever a constant is
    written down; `text` is for people."""

    key: str
    text: str


def checks_of(function: Function, constants: Mapping[str, ast.expr]) -> list[Check]:
    """The effective checks of a function. `constants` are the module's own literals: an assertion
    against a weaker constant is another assertion."""
    names: dict[str, ast.expr] = dict(constants)
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names[node.id] = ast.Name(id=f"local{len(names)}", ctx=ast.Load())
    locals_ = {n: v for n, v in names.items() if n not in constants}
    numbered = {n: ast.Name(id=f"local{i}", ctx=ast.Load()) for i, n in enumerate(locals_)}
    writer = _Neutral({**constants, **numbered})
    return [
        Check(" | ".join([*(writer.key(c) for c in around), writer.key(node)]), ast.unparse(node))
        for around, node in _walk(function.body, ())
    ]


def constants_of(module: ast.Module | None) -> dict[str, ast.expr]:
    """Module-level names that stand for a literal."""
    found: dict[str, ast.expr] = {}
    for node in module.body if module else ():
        if isinstance(node, ast.Assign) and _is_literal(node.value):
            found |= {t.id: node.value for t in node.targets if isinstance(t, ast.Name)}
    return found


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


_Found = tuple[tuple[ast.AST, ...], ast.AST]


def _walk(body: list[ast.stmt], around: tuple[ast.AST, ...]) -> Iterator[_Found]:
    """Each check with the conditions it stands under. What follows a `return` never runs; what
    follows a conditional one stands under that condition."""
    for node in body:
        if isinstance(node, ast.Return | ast.Raise | ast.Continue | ast.Break):
            return
        yield from _statement(node, around)
        if isinstance(node, ast.If) and _leaves(node):
            around = (*around, node.test)


def _statement(node: ast.stmt, around: tuple[ast.AST, ...]) -> Iterator[_Found]:
    if isinstance(node, ast.Assert):
        yield around, node.test
    elif isinstance(node, ast.Expr) and (call := _helper_call(node.value)):
        yield around, call
    elif isinstance(node, ast.With | ast.AsyncWith):
        calls = [i.context_expr for i in node.items if isinstance(i.context_expr, ast.Call)]
        named = {ast.unparse(c.func).rpartition(".")[2]: c for c in calls}
        yield from ((around, c) for name, c in named.items() if name in ("raises", "warns"))
        if "suppress" not in named:
            yield from _walk(node.body, around)
    elif isinstance(node, ast.For | ast.AsyncFor):
        yield from _walk(node.body, (*around, node.iter))
    elif isinstance(node, ast.While):
        yield from _walk(node.body, (*around, node.test))
    elif isinstance(node, ast.If):
        yield from _walk(node.body, (*around, node.test))
        yield from _walk(node.orelse, (*around, ast.UnaryOp(ast.Not(), node.test)))
    elif isinstance(node, ast.Try):
        # An assertion whose failure is caught checks nothing.
        yield from _walk([*([] if node.handlers else node.body), *node.orelse], around)
        yield from _walk(node.finalbody, around)


def _helper_call(node: ast.expr) -> ast.Call | None:
    call = node.value if isinstance(node, ast.Await) else node
    if not isinstance(call, ast.Call):
        return None
    return call if _HELPER.search(ast.unparse(call.func).rpartition(".")[2]) else None


def _leaves(node: ast.If) -> bool:
    exits = (ast.Return, ast.Continue, ast.Break)
    return any(isinstance(n, exits) for part in (*node.body, *node.orelse) for n in ast.walk(part))


class _Neutral(ast.NodeTransformer):
    """Writes expressions with neutral names for local variables and literals for constants."""

    def __init__(self, names: Mapping[str, ast.expr]) -> None:
        self.names = names

    def key(self, node: ast.AST) -> str:
        return ast.dump(self.visit(ast.parse(ast.unparse(node))))

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self.names.get(node.id, node)
