"""What the reviewer looks for, one subject per module. A check yields findings with their lines;
whether a line is part of the change is decided by the caller."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pullcord.blueprint.checks import (
    document,
    errors,
    leftovers,
    migrations,
    models,
    owners,
    responses,
    routes,
    secrets,
    served,
    statements,
    vacuous,
)
from pullcord.blueprint.checks.file import File
from pullcord.model.quality import Finding

CHECKS: dict[str, Callable[[File], Iterator[Finding]]] = {
    "routes": routes.look,
    "responses": responses.look,
    "errors": errors.look,
    "owners": owners.look,
    "statements": statements.look,
    "secrets": secrets.look,
    "leftovers": leftovers.look,
    "migrations": migrations.look,
    "vacuous": vacuous.look,
    "served": served.look,
    "models": models.look,
    "document": document.look,
}
