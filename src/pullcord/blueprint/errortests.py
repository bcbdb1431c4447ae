"""The tests of how a service answers errors, from its published contract."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pullcord.blueprint import names, tests
from pullcord.blueprint.house import OPENAPI, House
from pullcord.blueprint.published import ROW, Operation, operations
from pullcord.blueprint.source import source
from pullcord.blueprint.tables import Table, providers, tables

PATH = "tests/test_error_mapping.py"
_ANY = 503
"""Stands for what any operation with a repository may answer."""
_MAPPED = (401, 404, 409, 422)


def write(root: Path, house: House) -> str:
    """The text of PATH for the service at `root`. Raises ValueError for a contract that no request
    is known of."""
    asked = list(operations(json.loads((root / OPENAPI).read_text("utf-8"))))
    known = list(tables(root))
    used = providers(root)
    bodies = _bodies(asked)
    words = {
        "row": ROW,
        "providers": sorted({each for given in used.values() for each in given}),
        "bodies": {constant: source(body) for constant, body in bodies.items()},
        "operations": [_operation(each, used.get(each.name, ()), bodies) for each in asked],
        "unknown": [
            (each.name, table.label)
            for each in asked
            if each.on_row and 404 in each.statuses and (table := _table(each, known))
        ],
        "spoilt": [
            (each.name, spoilt)
            for each in asked
            if 422 in each.statuses and (spoilt := _spoilt(each))
        ],
        "stored": list(_stored(asked, known, bodies)),
        "theirs": _theirs(asked, known, house),
        "twice": [
            each.name
            for each in asked
            if each.method == "POST" and 409 in each.statuses and _clashes(each, known)
        ],
    }
    return tests.render("error_mapping.py", words)


def _bodies(asked: Sequence[Operation]) -> dict[str, dict[str, Any]]:
    """The bodies of requests, each once, by the name of a constant."""
    found: dict[str, dict[str, Any]] = {}
    for each in asked:
        if each.body is not None and each.body not in found.values():
            plain = names.singular(each.collection.rsplit("/", 1)[-1].replace("-", "_"))
            constant = plain.upper()
            found[constant if constant not in found else f"{each.name.upper()}_BODY"] = each.body
    return found


def _operation(
    each: Operation, used: Sequence[str], bodies: dict[str, dict[str, Any]]
) -> dict[str, str]:
    errors = [status for status in each.statuses if status in _MAPPED]
    if not used:
        errors = [status for status in errors if status in (401, 422)]
    path = f'f"{each.path}"'.replace(ROW, "{ROW}") if ROW in each.path else source(each.path)
    body = next((name for name, body in bodies.items() if body == each.body), "")
    errors += [_ANY] if used else []
    return {
        "name": each.name,
        "arguments": ", ".join(
            [source(each.method), path, source(tuple(errors)), *([body] if body else [])]
        ),
    }


def _table(each: Operation, known: Sequence[Table]) -> Table | None:
    return next((table for table in known if table.serves(each.collection)), None)


def _spoilt(each: Operation) -> str:
    """What makes a request one that the contract refuses."""
    if each.body is not None:
        return '{"json": []}'
    return f'{{"params": {{"{each.number}": "no number"}}}}' if each.number else ""


def _creates(asked: Sequence[Operation], table: Table) -> Operation | None:
    return next(
        (
            each
            for each in asked
            if each.method == "POST" and not each.on_row and table.serves(each.collection)
        ),
        None,
    )


def _stored(
    asked: Sequence[Operation], known: Sequence[Table], bodies: dict[str, dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """How a row of each table is stored over HTTP, with those it needs."""
    wanted = {table.name for table in known if _storable(table, asked, known)}
    for table in known:
        create = _creates(asked, table)
        if table.name in wanted and create is not None and create.body is not None:
            yield {
                "function": f"stored_{names.singular(table.name)}",
                "label": table.label,
                "path": create.path,
                "status": create.created,
                "body": next(name for name, body in bodies.items() if body == create.body),
                "needs": [
                    (column, f"stored_{names.singular(other)}") for column, other in table.needs
                ],
            }


def _storable(table: Table, asked: Sequence[Operation], known: Sequence[Table]) -> bool:
    """Whether the contract lets a row be stored, and all that it needs."""
    needed = [other for other in known for _, name in table.needs if other.name == name]
    create = _creates(asked, table)
    return (
        create is not None
        and create.body is not None
        and all(other != table and _storable(other, asked, known) for other in needed)
    )


def _theirs(
    asked: Sequence[Operation], known: Sequence[Table], house: House
) -> list[tuple[str, str]]:
    """Operations on rows that belong to users, with what stores such a row."""
    owned = {resource.table for resource in house.resources.values() if resource.owned}
    return [
        (each.name, f"stored_{names.singular(table.name)}")
        for each in asked
        if each.on_row
        and 404 in each.statuses
        and (table := _table(each, known)) is not None
        and table.name in owned
        and _storable(table, asked, known)
    ]


def _clashes(each: Operation, known: Sequence[Table]) -> bool:
    """Whether the same body cannot be stored twice."""
    table, body = _table(each, known), each.body or {}
    return (
        table is not None
        and not table.needs
        and any(set(group) <= body.keys() for group in table.unique)
    )
