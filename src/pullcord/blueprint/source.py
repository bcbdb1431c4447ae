"""Values of tests, as Python that people like to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pullcord.blueprint import spelling
from pullcord.blueprint.samples import RowId

_LONG = 40
_UNIT = 12
_MANY = 4


def source(value: Any) -> str:
    """The value as an expression: ids of known rows by their signs, long repetitions multiplied."""
    if isinstance(value, RowId):
        return f'row_id("{value[0]}")'
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{source(key)}: {source(each)}' for key, each in value.items())}}}"
    if isinstance(value, tuple):
        return f"({', '.join(map(source, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, list):
        return _list(value)
    return spelling.literal(value)


def _text(text: str) -> str:
    if len(text) <= _LONG:
        return spelling.literal(text)
    for size in range(1, _UNIT + 1):
        count, rest = divmod(len(text), size)
        if text == text[:size] * count + text[:rest]:
            repeated = f"{spelling.literal(text[:size])} * {count}"
            return f"{repeated} + {spelling.literal(text[:rest])}" if rest else repeated
    return spelling.literal(text)


def _list(values: list[Any]) -> str:
    if len(values) > _MANY and all(value == values[0] for value in values):
        return f"[{source(values[0])}] * {len(values)}"
    return f"[{', '.join(map(source, values))}]"
