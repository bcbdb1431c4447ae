"""What should have been cleared away before the change was handed on."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from pullcord.blueprint.checks.file import File
from pullcord.model.quality import Finding

_CALLS = {"print", "pprint", "breakpoint", "set_trace", "ic"}
_DEBUGGERS = {"pdb", "ipdb", "pudb", "pprint", "icecream"}
_MARK = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def look(file: File) -> Iterator[Finding]:
    """Unused imports, prints and debuggers, unfinished places."""
    if not file.is_python:
        return
    yield from _unused_imports(file)
    yield from _debugging(file)
    yield from _unfinished(file)


def _unused_imports(file: File) -> Iterator[Finding]:
    if file.path.endswith("__init__.py") and not file.routes:
        names = _exported(file)
        if names or not any(isinstance(node, ast.Name) for node in file.nodes):
            return
    used = {node.id for node in file.nodes if isinstance(node, ast.Name)} | _exported(file)
    used |= _in_annotations(file)
    for node in file.nodes:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            continue
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            if alias.asname != alias.name and name != "*" and name not in used:
                message = f"{name} is imported and not used."
                yield file.finding("unused-import", alias.lineno, message)


def _exported(file: File) -> set[str]:
    for node in file.tree.body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id="__all__")], value=ast.List() | ast.Tuple() as names
            ):
                return {str(each.value) for each in names.elts if isinstance(each, ast.Constant)}
    return set()


def _in_annotations(file: File) -> set[str]:
    """Names in annotations that are written as texts."""
    texts = (
        node.value
        for node in file.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200
    )
    return {
        word
        for text in texts
        if re.fullmatch(r"[\w\[\], .|]+", text)
        for word in re.findall(r"\w+", text)
    }


def _debugging(file: File) -> Iterator[Finding]:
    for node in file.nodes:
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            written = isinstance(node.func, ast.Name) or name == "set_trace"
            if name in _CALLS and written and not file.path.startswith("scripts/"):
                message = f"{name}() was left behind: use the log, or leave it out."
                yield file.finding("debug-left", node.lineno, message)
        elif isinstance(node, ast.Import) and any(each.name in _DEBUGGERS for each in node.names):
            yield file.finding(
                "debug-left", node.lineno, "The import of a debugger was left behind."
            )


def _unfinished(file: File) -> Iterator[Finding]:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(file.text).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return
    for token in tokens:
        if token.type == tokenize.COMMENT and (mark := _MARK.search(token.string)):
            message = f"{mark[1]} was left behind: finish it, or hand it on as a task of its own."
            yield file.finding("unfinished", token.start[0], message)
