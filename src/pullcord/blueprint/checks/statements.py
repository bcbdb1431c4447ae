"""SQL takes its values as parameters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pullcord.blueprint.checks.file import File
from pullcord.model.quality import Finding

_SQL = re.compile(
    r"^\s*(select\b.*\bfrom|insert\s+into|update\b.*\bset|delete\s+from|drop\s|alter\s|truncate\s)",
    re.IGNORECASE | re.DOTALL,
)


def look(file: File) -> Iterator[Finding]:
    """SQL that is put together from texts and values."""
    if not file.is_application:
        return
    for node in file.nodes:
        text = _composed(node)
        if text is not None and _SQL.match(text):
            yield file.finding(
                "raw-sql",
                getattr(node, "lineno", 0),
                "SQL is put together with values: pass them as parameters, names through "
                "sql.Identifier.",
            )


def _composed(node: ast.AST) -> str | None:
    """The fixed part of a text that has values in it; None for anything else."""
    match node:
        case ast.JoinedStr(values=values) if any(isinstance(v, ast.FormattedValue) for v in values):
            parts = (v.value for v in values if isinstance(v, ast.Constant))
            return " x ".join(str(part) for part in parts) + " "
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod()):
            return _text(left)
        case ast.Call(func=ast.Attribute(value=ast.Constant() as text, attr="format")):
            return _text(text)
    return None


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
