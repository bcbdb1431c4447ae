"""Whether a request needs a contract change at all."""

from __future__ import annotations

import json
import re
from typing import Any

from pullcord.line.parts import Parts
from pullcord.model.request import Request

_OPERATION = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\s+(/[\w{}/.-]*\w|/)")


async def contract_settled(parts: Parts, request: Request) -> str:
    """Why no contract change is needed; '' when one may be. Read from the base alone: every
    operation that the request names is served there already."""
    named = operations(request)
    path = parts.project.openapi
    text = await parts.tree.user.read(parts.start.base, path) if path else None
    if not named or text is None or request.feature is not None:
        return ""
    try:
        served = _served(json.loads(text))
    except ValueError:
        return ""  # YAML, or broken: the designer looks at it
    if named <= served:
        return f"{path} describes {', '.join(sorted(named))} already: no contract change is needed"
    return ""


def operations(request: Request) -> frozenset[str]:
    """The operations that a request names, as `GET /plans/{}`: pure."""
    texts = (request.title, request.text, *request.criteria, *request.constraints)
    return frozenset(
        f"{method} {_plain(path)}" for text in texts for method, path in _OPERATION.findall(text)
    )


def _served(document: dict[str, Any]) -> frozenset[str]:
    paths = document.get("paths", {})
    return frozenset(
        f"{method.upper()} {_plain(path)}" for path, item in paths.items() for method in item
    )


def _plain(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)
