"""Whether a user-defined pattern is one: deterministic, without clock, chance and I/O. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pullcord.model.text import cut
from pullcord.patterns.vocabulary import ATTRIBUTES, BUILTINS, IMPORTS, SYNTAX, WHY_NOT

Problem = tuple[int, str]
"""A line and what is wrong there."""
_NEITHER = "a pattern has no clock, no random, no I/O"
_IMPORTED = "pullcord.patterns.*, pullcord.model.*, pullcord.protocols, collections.abc, typing"
LONGEST = 64 * 1024
"""Characters of a pattern's file."""


def function_of(name: str) -> str:
    """The function that a pattern of this name must be: hyphens become underscores."""
    return name.replace("-", "_")


def parse(name: str, source: str) -> tuple[ast.Module | None, list[Problem]]:
    """The syntax tree of a pattern's file and everything that is wrong with it, by line."""
    if len(source) > LONGEST:
        return None, [(1, f"it has more than {LONGEST} characters")]
    try:
        tree = ast.parse(source)
        problems = [*_shape(name, tree), *_content(tree)]
    except SyntaxError as error:
        return None, [(error.lineno or 1, error.msg)]
    except (ValueError, RecursionError, MemoryError) as error:
        return None, [(1, f"it cannot be read: {error}")]
    return tree, sorted(set(problems))


def _shape(name: str, tree: ast.Module) -> Iterator[Problem]:
    """The file: imports, constants, functions, and among them the pattern."""
    wanted = function_of(name)
    found = None
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            found = statement if statement.name == wanted else found
        elif not _constant(statement) and not isinstance(statement, ast.ImportFrom | ast.Import):
            yield statement.lineno, "only imports, constants and functions may stand here"
    if not isinstance(found, ast.AsyncFunctionDef):
        line = found.lineno if found else 1
        yield line, f"it needs `async def {wanted}(flow, plan)`"
    elif _parameters(found) != 2:
        yield found.lineno, f"{wanted} takes two arguments: the flow and the plan"


def _constant(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)  # a docstring
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets = [statement.target]
    return bool(targets) and all(isinstance(target, ast.Name) for target in targets)


def _parameters(function: ast.AsyncFunctionDef) -> int:
    """How many arguments it takes by their place; -1 when that varies."""
    given = function.args
    if given.vararg or given.kwarg or given.kwonlyargs or given.defaults:
        return -1
    return len(given.posonlyargs) + len(given.args)


def _content(tree: ast.Module) -> Iterator[Problem]:
    bound = _bound(tree)
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if not isinstance(node, SYNTAX):
            yield from _unknown(tree, node, line)
        elif isinstance(node, ast.ImportFrom):
            yield from _import(tree, node)
        elif isinstance(node, ast.Name) and node.id not in bound | BUILTINS.keys():
            yield line, f"there is no {node.id!r} here: {_NEITHER}"
        elif isinstance(node, ast.Attribute) and node.attr not in ATTRIBUTES:
            yield line, f"`.{node.attr}` is not for patterns: {_NEITHER}"
        elif isinstance(node, ast.While) and _endless(node):
            yield line, "this loop has no end: nothing in it awaits, breaks or returns"
        elif isinstance(node, ast.Expr) and _forgotten(node.value):
            yield line, "nothing happens without `await`"
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.decorator_list:
            yield line, "a pattern's functions have no decorators"
        elif isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            yield line, "values are shown plainly, without a format"
    for line, word in _words(tree):
        if word.startswith("_"):
            yield line, f"names that begin with an underscore are not for patterns: {word!r}"


def _unknown(tree: ast.Module, node: ast.AST, line: int) -> Iterator[Problem]:
    if isinstance(node, ast.operator):
        # Operators have no line of their own.
        for user in ast.walk(tree):
            if isinstance(user, ast.BinOp | ast.AugAssign) and user.op is node:
                yield user.lineno, "of arithmetic there is +, -, // and %"
    elif isinstance(node, ast.Import):
        for alias in node.names:
            known = alias.name in IMPORTS
            yield line, "write `from MODULE import NAME`" if known else _not_imported(alias.name)
    elif not isinstance(node, ast.ExceptHandler):  # its `try` is told already
        said = WHY_NOT.get(type(node), "")
        yield line, said or f"{type(node).__name__} is not for patterns"


def _import(tree: ast.Module, node: ast.ImportFrom) -> Iterator[Problem]:
    known = IMPORTS.get(node.module or "") if node.level == 0 else None
    if known is None:
        yield node.lineno, _not_imported("." * node.level + (node.module or ""))
    elif node not in tree.body:
        yield node.lineno, "imports stand at the top"
    else:
        for alias in node.names:
            if alias.name not in known:
                listed = ", ".join(known)
                yield node.lineno, f"{node.module} has no {alias.name!r} for patterns, but {listed}"


def _not_imported(module: str) -> str:
    said = f"{cut(module, 80)!r} may not be imported: {_NEITHER}"
    return f"{said}. Allowed: {_IMPORTED}"


def _endless(loop: ast.While) -> bool:
    """Whether a `while True` holds nothing that could end it or let the flow work."""
    if not isinstance(loop.test, ast.Constant) or not loop.test.value:
        return False
    ends = (ast.Await, ast.Break, ast.Return, ast.Raise)
    return not any(isinstance(node, ends) for each in loop.body for node in ast.walk(each))


def _forgotten(value: ast.expr) -> bool:
    """Whether a statement is a call of the flow that nobody awaits."""
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and value.func.attr in ("work", "skip", "contract_settled")
    )


def _bound(tree: ast.Module) -> set[str]:
    """Every name that the file itself binds somewhere; whether in time, Python will say."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name)
    return names


def _words(tree: ast.Module) -> Iterator[Problem]:
    """Every name that is bound or given in the file, with its line. `_` alone is no name."""
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 1)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield line, node.name
        elif isinstance(node, ast.arg | ast.keyword) and node.arg and node.arg != "_":
            yield line, node.arg
        elif isinstance(node, ast.alias) and node.asname:
            yield line, node.asname
        elif isinstance(node, ast.Name) and node.id != "_" and not isinstance(node.ctx, ast.Load):
            yield line, node.id
