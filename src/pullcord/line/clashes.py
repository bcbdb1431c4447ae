"""Clashes that git cannot see: two changes that merge cleanly and do not fit. Pure."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from pullcord.model.quality import Finding

Files = Mapping[str, str]
"""Path to text, of the files that matter in one tree."""

_MIGRATION = re.compile(r"(?:^|/)migrations/(\d+)_[^/]*$")
_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


def clashes(merged: Files, mine: Files, theirs: Files) -> tuple[Finding, ...]:
    """What is wrong in a merge result and was wrong on neither side."""
    known = {finding.id for side in (mine, theirs) for finding in _all(side)}
    return tuple(finding for finding in _all(merged) if finding.id not in known)


def lost_lines(path: str, base: str, sides: Iterable[str], merged: str) -> tuple[Finding, ...]:
    """Lines that a side added and that the merge result lacks."""
    found = []
    for side in sides:
        added = Counter(side.splitlines()) - Counter(base.splitlines())
        for line in added - Counter(merged.splitlines()):
            if line.strip():
                found.append(_finding("lost-line", path, 0, f"the merge lost: {line.strip()}"))
    return tuple(found)


def _all(files: Files) -> list[Finding]:
    return [*_migrations(files), *_definitions(files), *_routes(files)]


def _migrations(files: Files) -> list[Finding]:
    numbers: dict[tuple[str, int], list[str]] = {}
    for path in sorted(files):
        if match := _MIGRATION.search(path):
            folder = path.rpartition("/")[0]
            numbers.setdefault((folder, int(match[1])), []).append(path)
    return [
        _finding("migration-number", paths[-1], 1, f"{paths[0]} has the same number")
        for paths in numbers.values()
        if len(paths) > 1
    ]


def _definitions(files: Files) -> list[Finding]:
    """Functions and classes that a module defines twice: two providers of one dependency."""
    found = []
    for path, text in sorted(files.items()):
        first: dict[str, int] = {}
        for node in _module(path, text):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                if node.name in first and not node.decorator_list:
                    said = f"{node.name} is defined twice, first on line {first[node.name]}"
                    found.append(_finding("defined-twice", path, node.lineno, said))
                first.setdefault(node.name, node.lineno)
    return found


def _routes(files: Files) -> list[Finding]:
    """Two handlers for one method and path: FastAPI would silently serve the first."""
    found = []
    first: dict[tuple[str, str], str] = {}
    for path, text in sorted(files.items()):
        body = _module(path, text)
        prefix = next((p for node in body if (p := _prefix(node)) is not None), "")
        for node in body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for method, route in filter(None, map(_route, node.decorator_list)):
                place = f"{path}:{node.lineno}"
                key = (method, re.sub(r"\{[^}]*\}", "{}", prefix + route))
                if key in first:
                    said = f"{method.upper()} {key[1]} is served already, at {first[key]}"
                    found.append(_finding("route-twice", path, node.lineno, said))
                first.setdefault(key, place)
    return found


def _module(path: str, text: str) -> list[ast.stmt]:
    if not path.endswith(".py"):
        return []
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError):
        return []  # the lint gate says so, with the line


def _prefix(node: ast.stmt) -> str | None:
    """The prefix of `router = APIRouter(prefix=...)`; None for any other statement."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
        return None
    if "APIRouter" not in ast.unparse(node.value.func):
        return None
    given = {keyword.arg: keyword.value for keyword in node.value.keywords}.get("prefix")
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""


def _route(decorator: ast.expr) -> tuple[str, str] | None:
    """The method and path of `@router.get("/x")`."""
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return None
    path = decorator.args[0] if decorator.args else None
    if decorator.func.attr not in _METHODS or not isinstance(path, ast.Constant):
        return None
    return decorator.func.attr, str(path.value)


def _finding(rule: str, path: str, line: int, message: str) -> Finding:
    return Finding(gate="merge", rule=rule, path=path, line=line, message=message)
