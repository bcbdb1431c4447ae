"""What tests ask for: methods, pages, orders and filters, with the rows that must come back."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

from pullcord.blueprint import fieldtypes, samples
from pullcord.blueprint.bodies import cases
from pullcord.blueprint.feature import OPERATIONS, Field, Json, Operation
from pullcord.blueprint.locked import Locked
from pullcord.blueprint.samples import Row
from pullcord.blueprint.source import source

Rows = dict[str, Row]
_METHODS: dict[Operation, str] = {
    "create": "POST",
    "list": "GET",
    "get": "GET",
    "update": "PUT",
    "delete": "DELETE",
}
_ON_ROW: tuple[Operation, ...] = ("get", "update", "delete")


def asking(of: Locked, rows: Rows) -> dict[str, Any]:
    """What the pages need to know of methods and lists."""
    listing = of.feature.list
    ours = {name: row | _stamps(name) for name, row in rows.items()}
    newest = "".join(ours)[::-1]
    size = min(2, listing.max_page_size)
    pages = [newest[at : at + size] for at in range(0, len(newest), size)] + [""]
    on_row = [_METHODS[each] for each in _ON_ROW if of.has(each)]
    return {
        "has": SimpleNamespace(**{each: of.has(each) for each in OPERATIONS}),
        "on_row": source(on_row) if on_row else "",
        "operations": _pairs([_place(each) for each in OPERATIONS if of.has(each)]),
        "not_asked": _not_asked(of),
        "first_page": lambda letters: letters[: listing.page_size],
        "page_size": listing.page_size,
        "per_page": size,
        "page_list": list(enumerate(pages, 1)),
        "pages": source(list(enumerate(pages, 1))),
        "sizes": source(list(dict.fromkeys([1, listing.max_page_size]))),
        "orders": cases(_shown(_orders(of, ours), listing.page_size)),
        "tied": cases(_tied(of, rows)),
        "nulls": cases([field.name for field in of.feature.sorts if field.optional]),
        "filters": cases(_shown(_filters(of, ours), listing.page_size)),
        "bad_queries": cases(_bad_queries(of)),
    }


def _shown(cases: list[tuple[Any, str]], size: int) -> list[tuple[Any, str]]:
    """The cases with what their first pages show."""
    return [(query, expected[:size]) for query, expected in cases]


def _place(operation: Operation) -> tuple[str, str]:
    return _METHODS[operation], "A" if operation in _ON_ROW else "PATH"


def _pairs(places: list[tuple[str, str]]) -> str:
    written = (f'("{method}", {path})' for method, path in places)
    return f"[{', '.join(written)}]"


def _not_asked(of: Locked) -> str:
    """405, or 404 where not even the path exists."""
    status = {
        "PATH": 405 if of.has("create", "list") else 404,
        "A": 405 if of.has(*_ON_ROW) else 404,
    }
    places = [_place(each) for each in OPERATIONS if not of.has(each)]
    places += [("PATCH", "PATH"), ("PATCH", "A")]
    written = (f'("{method}", {path}, {status[path]})' for method, path in places)
    return f"[{', '.join(written)}]"


def _stamps(name: str) -> Row:
    """The moments of the row of that name, as `tests/rows.py` sets them."""
    days = int(name, 16)
    return {
        "created_at": f"2020-01-{1 + days:02}T00:00:00Z",
        "updated_at": f"2020-02-{28 - days:02}T00:00:00Z",
    }


def _orders(of: Locked, rows: Rows) -> list[tuple[str, str]]:
    """`?sort=` and the rows in that order: ties by id, rows without a value last."""
    found = []
    for name in of.feature.list.sort:
        present = [each for each in rows if rows[each][name] is not None]
        absent = [each for each in rows if rows[each][name] is None]
        for sign in ("", "-"):
            ordered = sorted(present, key=partial(_value, rows, name), reverse=sign == "-")
            found.append((sign + name, "".join([*ordered, *absent])))
    return found


def _tied(of: Locked, rows: Rows) -> list[str]:
    """The fields to sort by in which all rows may have the same value."""
    found = []
    for name in of.feature.list.sort:
        before: list[Row] = []
        for row in rows.values():
            same = row | {name: rows["a"].get(name)}
            if name not in row or samples.clashes(of.feature, same, before):
                break
            before.append(same)
        else:
            found.append(name)
    return found if len(rows) > 1 else []


def _value(rows: Rows, name: str, letter: str) -> Any:
    return rows[letter][name]


def _filters(of: Locked, rows: Rows) -> list[tuple[Row, str]]:
    """Queries, and the rows that they find, newest first: both ends of a range are in it."""
    found: list[tuple[Row, str]] = []
    for field in of.feature.filters:
        values = [row[field.name] for row in rows.values() if row[field.name] is not None]
        if not values:
            continue
        if field.type == "list":
            found += _contained(field, rows)
            continue
        ordered = sorted(values, key=lambda value: (str(type(value)), value))
        middle = ordered[len(ordered) // 2]
        found += [
            ({field.name: value}, _found(rows, field, value, operator.eq)) for value in _few(values)
        ]
        for name, holds in ((f"{field.name}_from", operator.ge), (f"{field.name}_to", operator.le)):
            if name in fieldtypes.parameters(field):
                found.append(({name: middle}, _found(rows, field, middle, holds)))
    return found


def _few(values: list[Json]) -> list[Json]:
    return list(dict.fromkeys(values))[:2]


def _contained(field: Field, rows: Rows) -> list[tuple[Row, str]]:
    lists = {name: row[field.name] for name, row in rows.items()}
    held = {name: each for name, each in lists.items() if isinstance(each, list)}
    items = [item for each in held.values() for item in each]
    return [
        ({field.name: item}, "".join(name for name in reversed(held) if item in held[name]))
        for item in _few(items)
    ]


def _found(rows: Rows, field: Field, value: Json, holds: Callable[[Any, Any], bool]) -> str:
    """The rows whose value holds against this one, newest first."""
    values = {name: row[field.name] for name, row in rows.items()}
    return "".join(
        name for name in reversed(values) if values[name] is not None and holds(values[name], value)
    )


def _bad_queries(of: Locked) -> list[tuple[str, Json]]:
    """One value for each rule that a query can break."""
    most = of.feature.list.max_page_size
    found: list[tuple[str, Json]] = [
        ("page", 0), ("page", "first"), ("per_page", 0), ("per_page", most + 1),
        ("sort", "no_such_field"),
    ]  # fmt: skip
    for field in of.feature.filters:
        one = fieldtypes.item(field) if field.type == "list" else field
        bad = [each.value for each in fieldtypes.bad(Field(one.name, one.type, values=one.values))]
        words = [each for each in bad if isinstance(each, str) and not _acceptable(one, each)]
        found += [(name, words[0]) for name in fieldtypes.parameters(field) if words]
    taken = {name for field in of.feature.filters for name in fieldtypes.parameters(field)}
    unknown = next(name for name in ("unknown", "unknown_field", "x_unknown") if name not in taken)
    return [*found, (unknown, 1)]


def _acceptable(field: Field, text: str) -> bool:
    """Whether a text that is bad in a body is good in a query, where all values are texts."""
    return field.type in ("string", "text") or text.replace(".", "", 1).isdigit()
