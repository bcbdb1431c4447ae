"""Rows for tests: different from each other, allowed by every rule, and dull."""

from __future__ import annotations

from itertools import product

from pullcord.blueprint import fieldtypes
from pullcord.blueprint.feature import Feature, Field, Json

Row = dict[str, Json]
LETTERS = "abc"
"""How rows are called: their ids begin with their letter, and the earlier letter is the older."""
_COMBINATIONS = 5000


class RowId(str):
    """The id of a row that is known by a sign: written as `row_id("a")`."""

    __slots__ = ()


def row_id(sign: str) -> RowId:
    return RowId(f"{sign}0000000-0000-4000-8000-000000000000")


def rows(feature: Feature, before: Feature | None = None) -> dict[str, Row]:
    """Up to three rows, fewer if the unique groups leave no room; every field that can differ does,
    and fields differ in different orders, so that sorting by one is not sorting by another.

    With `before`, what the feature was, they keep the values that its rows had.
    """
    found = _rows(feature)
    known = _rows(before) if before else {}
    if found.keys() != known.keys():
        return found
    return {
        letter: {name: known[letter].get(name, value) for name, value in row.items()}
        for letter, row in found.items()
    }


def _rows(feature: Feature) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for index, letter in enumerate(LETTERS):
        row = _row(feature, index, list(found.values()))
        if row is None:
            break
        found[letter] = row
    return found


def _row(feature: Feature, index: int, before: list[Row]) -> Row | None:
    """The row at `index`: as planned, or the first other choice in the fields that must differ."""
    choices = {field.name: _choices(feature, field, index) for field in feature.fields}
    planned = {name: each[0] for name, each in choices.items()}
    if not clashes(feature, planned, before):
        return planned
    bound = list(dict.fromkeys(name for group in feature.unique for name in group))
    for number, values in enumerate(product(*(choices[name] for name in bound))):
        candidate = planned | dict(zip(bound, values, strict=True))
        if not clashes(feature, candidate, before):
            return candidate
        if number > _COMBINATIONS:
            break
    return None


def clashes(feature: Feature, row: Row, others: list[Row]) -> bool:
    """Whether the row has all values of a unique group in common with another."""
    return any(
        None not in [row[name] for name in group]
        and any(all(row[name] == other[name] for name in group) for other in others)
        for group in feature.unique
    )


def _choices(feature: Feature, field: Field, index: int) -> list[Json]:
    """The values that the field may take in a row, the planned one first."""
    if field.to and field.to == feature.resource:
        return [row_id("a") if index else None]
    values = list(values_of(field))
    if not values:
        return [None]
    compared = [*feature.list.sort, *feature.list.filters]
    turn = compared.index(field.name) if field.name in compared else 1
    if field.type == "reference" and field.name not in compared and not _unique(feature, field):
        values = values[:1]
    size = min(len(values), len(LETTERS))
    first = (index + turn) % size
    return [values[first], *(each for each in values if each != values[first])]


def _unique(feature: Feature, field: Field) -> bool:
    return any(field.name in group for group in feature.unique)


def values_of(field: Field) -> tuple[Json, ...]:
    """Values that the field accepts, ascending. References are to rows called `1`, `2` and `3`."""
    if field.type == "reference":
        return tuple(row_id(sign) for sign in "123")
    values = fieldtypes.good(field)
    if field.type == "number":
        rounded = tuple(dict.fromkeys(_rounded(value, field) for value in values))
        return rounded if len(rounded) == len(values) else values
    return values


def _rounded(value: Json, field: Field) -> Json:
    """A number without a long fraction, where the bounds allow it."""
    short = round(value, 1) if isinstance(value, float) else value
    low, high = fieldtypes.limits(field)
    fits = isinstance(short, int | float) and (low is None or low <= short)
    return short if fits and (high is None or short <= high) else value  # type: ignore[operator] # a number
