"""One mapping of errors for the whole service; nothing is swallowed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pullcord.blueprint import mapping
from pullcord.blueprint.checks.file import File, names_in, number
from pullcord.blueprint.mapping import BROAD, RESPONSES, SERVING, STRAY
from pullcord.model.quality import Finding

_BASES = ("app/repositories/memory.py", "app/repositories/postgres/base.py")
_INSTEAD = (
    "raise the service's own error (NotFound, Conflict, Invalid), which answers with the same "
    "problem document everywhere. A row of somebody else is 404, never 403."
)


def look(file: File) -> Iterator[Finding]:
    """Error responses that are built by hand, 403 for rows, errors mapped twice, errors that are
    mapped nowhere, broad handlers."""
    if not file.is_application:
        return
    known = mapping.read(file.root)
    for node in file.nodes:
        if isinstance(node, ast.ExceptHandler):
            yield from _handler(file, node, known)
        elif isinstance(node, ast.Attribute) and number(node) == 403:
            yield _mapped(
                file,
                node.lineno,
                "403 tells that the row exists: a row of somebody else is answered with 404.",
            )
        elif known.path and file.path != known.path:
            yield from _by_hand(file, node)
            yield from _second(file, node)
            yield from _stray(file, node, known)


def _by_hand(file: File, node: ast.AST) -> Iterator[Finding]:
    """An error response outside the service's one place for them."""
    match node:
        case ast.Call():
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name not in RESPONSES:
                return
            given = [each.value for each in node.keywords if each.arg == "status_code"]
            status = next((code for code in map(number, [*given, *node.args]) if code), None)
            if name == "HTTPException" or (status is not None and status >= 400):
                what = f"{name}{f' with {status}' if status else ''}"
                yield _mapped(file, node.lineno, f"{what} is built here: {_INSTEAD}")
        case ast.Return(value=ast.Tuple(elts=[_, status])) if (number(status) or 0) >= 400:
            what = (
                f"a body beside {number(status)} is returned here, which FastAPI answers with 200"
            )
            yield _mapped(file, node.lineno, f"{what}: {_INSTEAD}")
        case ast.Return(value=ast.Dict(keys=[ast.Constant(value="error" | "errors"), *_])):
            if file.routes:
                said = "an error is returned here as if it were a result: 200"
                yield _mapped(file, node.lineno, f"{said}; {_INSTEAD}")
        case ast.keyword(arg="responses", value=ast.Dict(keys=keys)):
            documented = [each for each in keys if (number(each) or 0) >= 400]
            if file.routes and documented:
                yield _mapped(
                    file,
                    documented[0].lineno if documented[0] else 0,
                    f"{number(documented[0])} is documented by hand: problems(…) documents the "
                    "problem document that is answered.",
                )
        case ast.Assign(targets=[ast.Attribute(attr="status_code")], value=status):
            if (number(status) or 0) >= 400:
                yield _mapped(file, node.lineno, f"{number(status)} is set here: {_INSTEAD}")


def _second(file: File, node: ast.AST) -> Iterator[Finding]:
    """Another place that turns exceptions into responses."""
    if isinstance(node, ast.Attribute) and node.attr in (
        "exception_handler",
        "add_exception_handler",
    ):
        yield _mapped(
            file,
            node.lineno,
            "Exceptions become responses in one place for the whole service; a handler here is a "
            "second one.",
        )


def _stray(file: File, node: ast.AST, known: mapping.Mapping) -> Iterator[Finding]:
    """An error that the mapping does not know: the client gets 500."""
    if not file.path.startswith(SERVING) or file.path in _BASES:
        return
    if isinstance(node, ast.Raise) and (name := raised(node)):
        local = name.isidentifier() and file.imports.get(name, "app.").startswith("app.")
        unknown = local and name[:1].isupper() and name not in known.own | RESPONSES
        if name in STRAY or unknown:
            yield _mapped(file, node.lineno, f"{name} is answered with 500: {_INSTEAD}")
    elif isinstance(node, ast.Subscript) and _by_id(file, node):
        yield _mapped(
            file, node.lineno, f"A row that is not there is a KeyError here, and 500: {_INSTEAD}"
        )


def raised(node: ast.Raise) -> str:
    """The name of the class that is raised, '' when there is none."""
    error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return error.id if isinstance(error, ast.Name) else ""


def _by_id(file: File, node: ast.Subscript) -> bool:
    """Whether a stored row is looked up by its id and nothing catches that it is not there."""
    return (
        isinstance(node.ctx, ast.Load)
        and ast.unparse(node.value) == "self._rows"
        and not any(
            node in ast.walk(statement)
            for each in file.nodes
            if isinstance(each, ast.Try)
            and any(
                names_in(handler.type) & {"KeyError", "LookupError"} for handler in each.handlers
            )
            for statement in each.body
        )
    )


def _handler(file: File, node: ast.ExceptHandler, known: mapping.Mapping) -> Iterator[Finding]:
    caught = names_in(node.type)
    passed_on = any(isinstance(each, ast.Raise) and each.exc is None for each in ast.walk(node))
    if (node.type is None or caught & BROAD) and not passed_on:
        yield file.finding(
            "broad-except",
            node.lineno,
            "A broad except hides every defect: catch what is expected, let the rest pass.",
        )
    elif file.routes and any(
        name in known.own or file.imports.get(name, "").endswith("errors") for name in caught
    ):
        yield _mapped(
            file,
            node.lineno,
            f"{', '.join(sorted(caught))} is mapped already: operations let the errors of the "
            "repository pass.",
        )


def _mapped(file: File, line: int, message: str) -> Finding:
    return file.finding("error-mapping", line, message)
