"""Python files as syntax trees and comments. Nothing is ever imported or run."""

from __future__ import annotations

import ast
import io
import tokenize
from functools import lru_cache
from pathlib import Path

LARGEST = 2 << 20


def text_of(path: Path) -> str:
    """The text of a file, '' when it is no readable regular file. Raises ValueError when it is too
    large to be looked at."""
    if path.is_symlink() or not path.is_file():
        return ""
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} is too large to be judged")
    with path.open("rb") as file:
        encoding, _ = tokenize.detect_encoding(file.readline)
    return path.read_text(encoding=encoding)


def parsed(path: Path) -> ast.Module | None:
    """The syntax tree of a file, None when it is absent or no valid Python."""
    try:
        return _module(text_of(path))
    except (SyntaxError, UnicodeDecodeError, RecursionError, ValueError, MemoryError):
        return None


@lru_cache(maxsize=512)
def _module(text: str) -> ast.Module:
    """Several rules and gates look at the same files; nobody changes a tree."""
    return ast.parse(text)


def comments(text: str) -> list[tuple[int, str, str]]:
    """The comments of a text as (line, comment, whole line). Raises SyntaxError when it is no
    Python: a file that cannot be read may hide anything."""
    lines = text.splitlines()
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                row = token.start[0]
                found.append((row, token.string, lines[row - 1] if row <= len(lines) else ""))
    except tokenize.TokenError as error:
        raise SyntaxError(str(error)) from error
    return found
