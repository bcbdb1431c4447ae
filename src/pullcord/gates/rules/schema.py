"""No divergence from OpenAPI as the source of truth: nothing hidden, nothing made by hand."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pullcord.gates.rules.rule import File, Occurrence

_HIDING = {
    "include_in_schema": "hides an operation from the contract",
    "openapi_extra": "writes the contract by hand",
    "openapi_url": "takes the contract away or puts it elsewhere",
}
_BESIDE = ("add_route", "mount", "add_websocket_route", "host")
_METHODS = ("openapi", "openapi_schema")


def look(file: File) -> Iterator[Occurrence]:
    """Hidden routes, overridden schemas, routes beside the schema; in the application only."""
    if file.is_test:
        return
    for node in file.nodes:
        if isinstance(node, ast.Call):
            yield from _call(file, node)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr in _METHODS:
                    yield file.at("openapi", node, "replaces the generated contract")
        elif isinstance(node, ast.ClassDef):
            yield from _class(file, node)


def _call(file: File, node: ast.Call) -> Iterator[Occurrence]:
    for keyword in node.keywords:
        value = keyword.value
        if keyword.arg not in _HIDING:
            continue
        shown = keyword.arg == "include_in_schema" and (
            isinstance(value, ast.Constant) and value.value is True
        )
        if not shown:
            why = f"{keyword.arg}={ast.unparse(value)} {_HIDING[keyword.arg]}"
            owner = file.parents.get(node)
            code = ast.unparse(owner) if isinstance(owner, ast.FunctionDef) else ""
            yield file.at("openapi", node, why[:300], f"{keyword.arg} {code or ast.unparse(node)}")
    called = file.dotted(node.func)
    if called.endswith(("routes.append", "routes.insert", "routes.extend")):
        yield file.at("openapi", node, "adds routes beside the contract")
    if isinstance(node.func, ast.Attribute) and node.func.attr in _BESIDE and node.args:
        on_app = file.dotted(node.func.value).endswith(("app", "router"))
        if node.func.attr == "mount" or on_app:
            yield file.at("openapi", node, f"{node.func.attr} adds routes beside the contract")


def _class(file: File, node: ast.ClassDef) -> Iterator[Occurrence]:
    if any(file.dotted(base).endswith("FastAPI") for base in node.bases):
        for part in node.body:
            if isinstance(part, ast.FunctionDef) and part.name == "openapi":
                yield file.at("openapi", part, "replaces the generated contract")
