"""Clashes that git cannot see: two changes that merge cleanly and do not fit. Pure."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from pullcord.line.providers import Module, Trouble, is_function, providers
from pullcord.model.quality import Finding

Files = Mapping[str, str]
"""Path to text, of the files that matter in one tree."""

_MIGRATION = re.compile(r"(?:^|/)migrations/(\d+)_[^/]*$")
_HUNK = re.compile(r"^<{7} [^\n]*\n(.*?)^={7}\n(.*?)^>{7} ", re.M | re.S)
_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


def clashes(merged: Files, mine: Files, theirs: Files) -> tuple[Finding, ...]:
    """What is wrong in a merge result and was wrong on neither side, wherever the lines stand."""
    parsed: dict[str, list[ast.stmt]] = {}
    known = [Counter(each.what for each in _all(side, parsed)) for side in (mine, theirs)]
    seen: Counter[str] = Counter()
    found = []
    for each in _all(merged, parsed):
        seen[each.what] += 1
        if seen[each.what] > max(side[each.what] for side in known):
            found.append(each.finding)
    return tuple(found)


def lost_lines(path: str, base: str, sides: Iterable[str], merged: str) -> tuple[Finding, ...]:
    """Lines that a side added and that the merge result lacks."""
    found = []
    for side in sides:
        added = Counter(side.splitlines()) - Counter(base.splitlines())
        for line in added - Counter(merged.splitlines()):
            if line.strip():
                said = f"the merge lost: {line.strip()}"
                found.append(Finding(gate="merge", rule="lost-line", path=path, message=said))
    return tuple(found)


def hunks(text: str) -> tuple[tuple[str, str], ...]:
    """What each side has, of every place that git marked as a conflict."""
    return tuple((found[1], found[2]) for found in _HUNK.finditer(text))


def _all(files: Files, parsed: dict[str, list[ast.stmt]]) -> list[Trouble]:
    """Everything wrong in a tree. `parsed` are the texts that were read before."""
    modules = []
    for path, text in sorted(files.items()):
        if path.endswith(".py"):
            if text not in parsed:
                parsed[text] = _body(text)
            modules.append(Module(path, parsed[text]))
    return [*_migrations(files), *_definitions(modules), *_routes(modules), *providers(modules)]


def _body(text: str) -> list[ast.stmt]:
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError):
        return []  # the lint gate says so, with the line


def _migrations(files: Files) -> Iterator[Trouble]:
    first: dict[tuple[str, int], str] = {}
    for path in sorted(files):
        if match := _MIGRATION.search(path):
            place = path.rpartition("/")[0], int(match[1])
            if first.setdefault(place, path) != path:
                said = f"{first[place]} has the same number"
                yield Trouble.at("migration-number", f"{place}", path, 1, said)


def _definitions(modules: Iterable[Module]) -> Iterator[Trouble]:
    """Functions and classes that a module defines twice: two providers of one dependency."""
    for module in modules:
        first: dict[str, int] = {}
        for node in module.body:
            if is_function(node) or isinstance(node, ast.ClassDef):
                if node.name in first and not node.decorator_list:
                    said = f"{node.name} is defined twice, first on line {first[node.name]}"
                    what = f"{module.path} {node.name}"
                    yield Trouble.at("defined-twice", what, module.path, node.lineno, said)
                first.setdefault(node.name, node.lineno)


def _routes(modules: Iterable[Module]) -> Iterator[Trouble]:
    """Two handlers for one method and path, of which FastAPI would silently serve the first; two
    operations with one id, of which clients made from the document would get one."""
    served: dict[str, str] = {}
    named: dict[str, str] = defaultdict(str)
    for module in modules:
        prefix = next((p for node in module.body if (p := _prefix(node)) is not None), "")
        for node in filter(is_function, module.body):
            for method, path, own in filter(None, map(_route, node.decorator_list)):
                place = f"{module.path}:{node.lineno}"
                route = f"{method.upper()} {re.sub(r'{[^}]*}', '{}', prefix + path)}"
                if served.setdefault(route, place) != place:
                    said = f"{route} is served already, at {served[route]}"
                    yield Trouble.at("route-twice", route, module.path, node.lineno, said)
                    continue
                # As FastAPI makes it where none is given.
                id = own or re.sub(r"\W", "_", f"{node.name}{prefix}{path}") + f"_{method}"
                if named[id]:
                    said = f"operationId {id} belongs to another operation already, at {named[id]}"
                    yield Trouble.at("operation-id", id, module.path, node.lineno, said)
                named[id] = named[id] or place


def _prefix(node: ast.stmt) -> str | None:
    """The prefix of `router = APIRouter(prefix=...)`; None for any other statement."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
        return None
    if "APIRouter" not in ast.unparse(node.value.func):
        return None
    return _text(node.value, "prefix")


def _route(decorator: ast.expr) -> tuple[str, str, str] | None:
    """The method, path and operation id ('' for none) of `@router.get("/x", operation_id="y")`."""
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return None
    path = decorator.args[0] if decorator.args else None
    if decorator.func.attr not in _METHODS or not isinstance(path, ast.Constant):
        return None
    return decorator.func.attr, str(path.value), _text(decorator, "operation_id")


def _text(call: ast.Call, name: str) -> str:
    """The text that a call gives by name; '' for none and for what is no plain text."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}.get(name)
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""
