"""One file under review, and how a finding in it is made."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pullcord.blueprint.feature import Operation
from pullcord.blueprint.locked import Locked
from pullcord.model.quality import Finding

Function = ast.FunctionDef | ast.AsyncFunctionDef
METHODS = ("get", "post", "put", "patch", "delete")
DRIFT = "contract-drift"
"""The rule of everything that is otherwise than the locked contract says."""
ON_ROW: tuple[Operation, ...] = ("get", "update", "delete")
_VERBS: dict[str, Operation] = {"post": "create", "put": "update", "delete": "delete"}
_AUTH = re.compile(r"(^|_)(auth|authenticated|bearer|principal|claims|current_?user)", re.I)


@dataclass(frozen=True)
class Route:
    """An operation: a function under `@router.get(…)`."""

    function: Function
    decorator: ast.Call
    router: str
    method: str

    @property
    def path(self) -> str:
        first = self.decorator.args[0] if self.decorator.args else None
        return (
            first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
        )

    def keyword(self, name: str) -> ast.expr | None:
        return next((each.value for each in self.decorator.keywords if each.arg == name), None)


@dataclass(frozen=True)
class File:
    """A file of the tree under review, and the locked contract that it belongs to, if any."""

    root: Path
    path: str
    text: str
    contract: Locked | None = None

    @property
    def is_python(self) -> bool:
        return self.path.endswith(".py")

    @property
    def is_test(self) -> bool:
        return self.path.startswith("tests/") or "/tests/" in self.path

    @property
    def is_application(self) -> bool:
        return self.is_python and not self.is_test and not self.path.startswith("scripts/")

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree; empty for a file that is no Python or cannot be read as such."""
        try:
            return ast.parse(self.text) if self.is_python else ast.Module([], [])
        except (SyntaxError, ValueError, RecursionError):
            return ast.Module([], [])

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @cached_property
    def routes(self) -> list[Route]:
        return [
            route for node in self.nodes if isinstance(node, Function) for route in _routes(node)
        ]

    @cached_property
    def imports(self) -> dict[str, str]:
        """Imported name → the module it comes from."""
        return {
            alias.asname or alias.name: node.module or ""
            for node in self.nodes
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }

    def finding(self, rule: str, line: int, message: str) -> Finding:
        return Finding(gate="review", rule=rule, path=self.path, line=line, message=message)

    def authenticates(self, node: ast.AST | None) -> bool:
        """Whether an expression names something that says who is asking."""
        return any(
            _AUTH.search(name) or re.search(r"(^|\.)(auth|security)$", self.imports.get(name, ""))
            for name in names_in(node)
        )


def _routes(function: Function) -> Iterator[Route]:
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=router), attr=method)):
                if method in METHODS and re.search(r"router|app|api", router):
                    yield Route(function, decorator, router, method)


def verb(method: str, *, single: bool) -> Operation | None:
    """The operation that a method means, on a `single` row or on the collection."""
    return ("get" if single else "list") if method == "get" else _VERBS.get(method)


def names_in(node: ast.AST | None) -> set[str]:
    """Every name and attribute in an expression."""
    if node is None:
        return set()
    found = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            found.add(each.id)
        elif isinstance(each, ast.Attribute):
            found.add(each.attr)
    return found


def parameters(function: Function) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """The parameters with their defaults."""
    of = function.args
    positional = [*of.posonlyargs, *of.args]
    gap: list[ast.expr | None] = [None] * (len(positional) - len(of.defaults))
    yield from zip(positional, [*gap, *of.defaults], strict=True)
    yield from zip(of.kwonlyargs, of.kw_defaults, strict=True)


def number(node: ast.expr | None) -> int | None:
    """The status that an expression names: 404, HTTPStatus.NOT_FOUND, status.HTTP_404_NOT_FOUND."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.Attribute):
        if code := re.match(r"HTTP_(\d{3})_", node.attr):
            return int(code[1])
        return _PHRASES.get(node.attr)
    return None


_PHRASES = {
    "OK": 200, "CREATED": 201, "NO_CONTENT": 204, "BAD_REQUEST": 400, "UNAUTHORIZED": 401,
    "FORBIDDEN": 403, "NOT_FOUND": 404, "CONFLICT": 409, "UNPROCESSABLE_ENTITY": 422,
    "UNPROCESSABLE_CONTENT": 422, "INTERNAL_SERVER_ERROR": 500,
}  # fmt: skip
