"""No secret in any changed text file. Who reads the finding does not learn the secret."""

from __future__ import annotations

from collections.abc import Iterator

from pullcord.gates.rules.rule import Occurrence
from pullcord.gates.rules.text import Text
from pullcord.model.secrets import Secret, secrets

_MOST = 20
"""Secrets of one file that are told one by one; each mark takes time on purpose."""


def look(file: Text) -> Iterator[Occurrence]:
    """Secrets by their form, or by the name that they are given. The mark tells them apart."""
    found = secrets(file.text, file.path)
    told, rest = found[:_MOST], found[_MOST:]
    if rest:
        values = "\0".join(secret.value for secret in rest)
        told.append(Secret(rest[0].start, rest[-1].end, values, f"{len(rest)} more secrets"))
    for secret in told:
        yield Occurrence(
            rule="secret",
            path=file.path,
            line=file.line(secret.start),
            message=f"{secret.what}: {secret.redacted} (mark {secret.mark(file.path)})",
            code=secret.value,
            alarm="security",
        )
