"""One mapping of errors for the whole service; nothing is swallowed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pullcord.blueprint.checks.file import File, names_in, number
from pullcord.model.quality import Finding

_BROAD = {"Exception", "BaseException"}
_RESPONSES = {"HTTPException", "JSONResponse", "Response", "PlainTextResponse"}


def look(file: File) -> Iterator[Finding]:
    """Error responses that are built by hand, 403 for rows, errors mapped twice, broad handlers."""
    if not file.is_application:
        return
    for node in file.nodes:
        if isinstance(node, ast.ExceptHandler):
            yield from _handler(file, node)
        elif isinstance(node, ast.Call):
            yield from _built(file, node)
        elif isinstance(node, ast.Attribute) and number(node) == 403:
            yield _forbidden(file, node.lineno)


def _built(file: File, call: ast.Call) -> Iterator[Finding]:
    """An error response outside the service's one place for them."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name not in _RESPONSES or file.path.endswith("errors.py") or not _mapping(file):
        return
    given = [each.value for each in call.keywords if each.arg == "status_code"]
    status = next((code for code in map(number, [*given, *call.args]) if code), None)
    if name == "HTTPException" or (status is not None and status >= 400):
        yield file.finding(
            "error-mapping",
            call.lineno,
            f"{name}{f' with {status}' if status else ''} is built here: raise the service's own "
            "error (NotFound, Conflict, Invalid), which answers with the same problem document "
            "everywhere. A row of somebody else is 404, never 403.",
        )


def _forbidden(file: File, line: int) -> Finding:
    return file.finding(
        "error-mapping",
        line,
        "403 tells that the row exists: a row of somebody else is answered with 404.",
    )


def _handler(file: File, node: ast.ExceptHandler) -> Iterator[Finding]:
    caught = names_in(node.type)
    raises = [each for each in ast.walk(node) if isinstance(each, ast.Raise)]
    if (node.type is None or caught & _BROAD) and not raises:
        yield file.finding(
            "broad-except",
            node.lineno,
            "A broad except hides every defect: catch what is expected, let the rest pass.",
        )
    elif file.routes and any(_is_mapped(file, name) for name in caught):
        yield file.finding(
            "error-mapping",
            node.lineno,
            f"{', '.join(sorted(caught))} is mapped already: operations let the errors of the "
            "repository pass.",
        )


def _is_mapped(file: File, name: str) -> bool:
    """Whether it is one of the service's own errors."""
    return file.imports.get(name, "").endswith("errors") or f"class {name}(" in _mapping(file)


def _mapping(file: File) -> str:
    """The module that turns the service's own errors into responses; '' when there is none."""
    places = (file.root / "app/core/errors.py", file.root / "app/errors.py")
    texts = (place.read_text("utf-8") for place in places if place.is_file())
    return next((text for text in texts if "exception_handler" in text), "")
