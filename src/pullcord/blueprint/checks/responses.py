"""Every operation says with a model what it returns."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pullcord.blueprint.checks.file import File, names_in, number
from pullcord.model.quality import Finding

_LOOSE = {"dict", "Dict", "Any", "object", "Mapping", "JSONResponse", "Response"}


def look(file: File) -> Iterator[Finding]:
    """Operations without a response model, or with one that promises nothing."""
    for route in file.routes:
        if number(route.keyword("status_code")) == 204:
            continue
        model = route.keyword("response_model") or route.function.returns
        line = route.function.lineno
        if model is None or (isinstance(model, ast.Constant) and model.value is None):
            yield file.finding(
                "response-model",
                line,
                f"{route.function.name} says nothing of its response: annotate the model that the "
                "contract names.",
            )
        elif loose := names_in(model) & _LOOSE:
            yield file.finding(
                "response-model",
                line,
                f"{route.function.name} returns {', '.join(sorted(loose))}: build the model that "
                "the contract names, so that no other field can leave the service.",
            )
