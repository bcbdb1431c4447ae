"""Types may grow, never shrink: an annotation that says something is not replaced by Any."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pullcord.gates.inventory import is_test_side
from pullcord.gates.source import parsed
from pullcord.model.quality import Finding
from pullcord.protocols import Case

Function = ast.FunctionDef | ast.AsyncFunctionDef
_NOTHING = {"", "Any", "typing.Any", "object"}


def findings(case: Case) -> Iterator[Finding]:
    """Parameters and results of existing functions that lost their type."""
    for change in case.changes:
        if change.status != "modified" or is_test_side(change.path):
            continue
        was, now = (_functions(parsed(tree / change.path)) for tree in (case.before, case.tree))
        for name in was.keys() & now.keys():
            old, new = _annotations(was[name]), _annotations(now[name])
            for part in old.keys() & new.keys():
                if old[part] not in _NOTHING and new[part] in _NOTHING:
                    message = f"{name}: {part} was {old[part]} and is {new[part] or 'untyped'} now"
                    yield Finding(gate="forbidden", rule="type-lost", message=message[:300],
                                  path=change.path, line=now[name].lineno)  # fmt: skip


def _functions(module: ast.Module | None) -> dict[str, Function]:
    found: dict[str, Function] = {}
    for node in module.body if module else ():
        if isinstance(node, Function):
            found[node.name] = node
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{n.name}": n for n in node.body if isinstance(n, Function)}
    return found


def _annotations(function: Function) -> dict[str, str]:
    """Parameter → annotation; `the result` for what is returned."""
    every = function.args
    given = [*every.posonlyargs, *every.args, *every.kwonlyargs]
    found = {f"parameter {a.arg}": _text(a.annotation) for a in given}
    return {**found, "the result": _text(function.returns)}


def _text(node: ast.expr | None) -> str:
    return ast.unparse(node).strip("'\"") if node else ""
