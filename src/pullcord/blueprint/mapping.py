"""The service's one mapping of errors: which classes it knows, and where they become responses."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PLACES = ("app/core/errors.py", "app/errors.py")
SERVING = ("app/api/", "app/repositories/")
"""Where an error of Python is on its way to a client."""
BROAD = frozenset({"Exception", "BaseException"})
RESPONSES = frozenset({"HTTPException", "JSONResponse", "Response", "PlainTextResponse"})
"""What builds a response by hand."""
LOST = frozenset({"KeyError", "LookupError", "IndexError", "PermissionError"})
"""Errors of Python that stand for a row that is not there, or not for this user."""
STRAY = LOST | {"ValueError", "TypeError", "RuntimeError", *BROAD}
"""Errors of Python that a client gets as an unexpected one: 500."""
MAPPED = BROAD | {"HTTPException", "StarletteHTTPException", "RequestValidationError"}
"""What the mapping handles besides the service's own errors."""
CLASSES = {
    401: "Unauthorized", 403: "NotFound", 404: "NotFound", 409: "Conflict", 422: "Invalid",
    503: "Unavailable",
}  # fmt: skip
"""Status → the service's own error; a row of somebody else is not found."""


@dataclass(frozen=True)
class Mapping:
    """`path` is the module of the mapping, '' where the service has none; `own` its errors."""

    path: str = ""
    own: frozenset[str] = frozenset()

    @property
    def module(self) -> str:
        """As it is imported: app.core.errors."""
        return self.path.removesuffix(".py").replace("/", ".")


def read(root: Path) -> Mapping:
    """The mapping of the service at `root`."""
    for path in PLACES:
        place = root / path
        text = place.read_text("utf-8") if place.is_file() else ""
        if "exception_handler" in text:
            return Mapping(path, _own(text))
    return Mapping()


@cache
def _own(text: str) -> frozenset[str]:
    """The exceptions of a module: classes that come from Exception, directly or not."""
    found = {"Exception"}
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
            found |= {node.name} if bases & found else set()
    return frozenset(found - {"Exception"})
