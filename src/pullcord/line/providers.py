"""Two providers of one dependency, in one module or in two: what one test overrides, the other
still serves. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from pullcord.model.quality import Finding

_TEST = re.compile(r"(^|/)(tests?/|test_[^/]*$|conftest\.py$)")
_GIVES = re.compile(r"(get|provide)_")
_OVERRIDES = "dependency_overrides"
_WRAPPERS = {"Annotated", "AsyncGenerator", "AsyncIterator", "Awaitable", "Generator", "Iterator"}


@dataclass(frozen=True)
class Module:
    """A Python file in its statements."""

    path: str
    body: Sequence[ast.stmt]


@dataclass(frozen=True)
class Trouble:
    """A finding, and what it is about without the lines: the same on both sides of a merge."""

    what: str
    finding: Finding

    @classmethod
    def at(cls, rule: str, what: str, path: str, line: int, message: str) -> Trouble:
        found = Finding(gate="merge", rule=rule, path=path, line=line, message=message)
        return cls(f"{rule} {what}", found)


def is_function(node: ast.stmt) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def providers(modules: Iterable[Module]) -> Iterator[Trouble]:
    """Functions of different names that provide one repository, and overrides of one dependency
    outside of the tests, where each test has its own."""
    own = [module for module in modules if not _TEST.search(module.path)]
    depended = {name for module in own for name in _depended(module)}
    given: dict[str, str] = {}
    overridden: dict[str, str] = {}
    for module in own:
        for node in {node.name: node for node in filter(is_function, module.body)}.values():
            kind, place = _kind(node.returns), f"{node.name} in {module.path}:{node.lineno}"
            provides = node.name in depended or _GIVES.match(node.name)
            if not kind.endswith("Repository") or not provides:
                continue
            if given.setdefault(kind, place) != place:
                said = f"{node.name} provides {kind}, as does {given[kind]}: keep one of them"
                yield Trouble.at("provider-twice", kind, module.path, node.lineno, said)
        for key, line in _overrides(module):
            place = f"{module.path}:{line}"
            if overridden.setdefault(key, place) != place:
                said = f"{key} is overridden already, at {overridden[key]}"
                yield Trouble.at("override-twice", key, module.path, line, said)


def _depended(module: Module) -> Iterator[str]:
    """The names of functions in `Depends(...)`."""
    for node in _nodes(module):
        if isinstance(node, ast.Call) and node.args and _last(node.func) == "Depends":
            yield _last(node.args[0])


def _overrides(module: Module) -> Iterator[tuple[str, int]]:
    """What `app.dependency_overrides[...] = ...` names, and the lines."""
    for node in _nodes(module):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Subscript) and _last(target.value) == _OVERRIDES:
                    yield ast.unparse(target.slice), node.lineno


def _nodes(module: Module) -> Iterator[ast.AST]:
    return (node for statement in module.body for node in ast.walk(statement))


def _kind(returns: ast.expr | None) -> str:
    """The class that a return annotation is about: `Plans` of `AsyncIterator["Plans"]`."""
    if isinstance(returns, ast.Subscript) and _last(returns.value) in _WRAPPERS:
        inner = returns.slice
        return _kind(inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner)
    if isinstance(returns, ast.Constant) and isinstance(returns.value, str):
        return returns.value.rpartition(".")[2].strip()
    return _last(returns)


def _last(node: ast.AST | None) -> str:
    """`Repository` of `Repository` and of `plans.Repository`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
