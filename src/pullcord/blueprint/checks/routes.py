"""Every operation asks who is there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pullcord.blueprint.checks.file import File, Route, parameters
from pullcord.model.quality import Finding

_PUBLIC = ("health", "healthz", "live", "livez", "ready", "readyz", "ping", "version", "metrics")


def look(file: File) -> Iterator[Finding]:
    """Routes without an auth dependency of their own, of their router or of their decorator."""
    guarded = {router for router, call in _routers(file) if _depends(file, call)}
    for route in file.routes:
        public = route.path.strip("/") in _PUBLIC
        if public or route.router in guarded or _guarded(file, route):
            continue
        yield file.finding(
            "missing-auth",
            route.function.lineno,
            f"{route.function.name} serves requests without a token: it needs the dependency that "
            "the other operations have.",
        )


def _guarded(file: File, route: Route) -> bool:
    own = any(
        file.authenticates(parameter.annotation) or file.authenticates(default)
        for parameter, default in parameters(route.function)
    )
    return own or _depends(file, route.decorator)


def _routers(file: File) -> Iterator[tuple[str, ast.Call]]:
    for node in file.nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call):
                yield name, call


def _depends(file: File, call: ast.Call) -> bool:
    given = (each.value for each in call.keywords if each.arg == "dependencies")
    return any(file.authenticates(value) for value in given)
