"""Secrets come from the environment."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pullcord.blueprint.checks.file import File
from pullcord.model.quality import Finding
from pullcord.model.secrets import FORM, HARMLESS, NAME

_SHORTEST = 6


def look(file: File) -> Iterator[Finding]:
    """Texts that are secrets by their form, or by the name that they are given."""
    if not file.is_application:
        return
    for node in file.nodes:
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and FORM.search(node.value)
        ):
            yield _finding(file, node.lineno, "This text")
    for name, value in _named(file):
        if NAME.search(name) and not HARMLESS.search(name) and _is_secret(value):
            yield _finding(file, value.lineno, f"The value of {name}")


def _finding(file: File, line: int, what: str) -> Finding:
    return file.finding(
        "hard-coded-secret",
        line,
        f"{what} is a secret in the source: read it from the settings, and replace it everywhere, "
        "since it is known now.",
    )


def _named(file: File) -> Iterator[tuple[str, ast.expr]]:
    """Values with the names that they are given: assignments, arguments, entries."""
    for node in file.nodes:
        match node:
            case ast.Assign(targets=targets, value=value):
                yield from ((ast.unparse(target), value) for target in targets)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield ast.unparse(target), value
            case ast.keyword(arg=str(name), value=value):
                yield name, value
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield key.value, value


def _is_secret(value: ast.expr) -> bool:
    text = value.value if isinstance(value, ast.Constant) else None
    if not isinstance(text, str) or len(text) < _SHORTEST or " " in text.strip():
        return False
    return not re.fullmatch(r"[a-z_]+|\W*", text)
