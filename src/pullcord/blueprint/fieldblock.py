"""One field of the feature block: its options, bounds and default."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import yaml

from pullcord.blueprint import fieldtypes, patterns
from pullcord.blueprint.feature import Field
from pullcord.blueprint.nodes import Nodes, shown

TEXT_LENGTH = 1_000_000
ITEMS = 1_000
_COMMON = frozenset({"type", "optional", "default"})


def read(nodes: Nodes, name: str, node: yaml.Node) -> Field:
    """The field of that name. Errors go to `nodes`."""
    where = f"fields.{name}"
    options = nodes.mapping(node, where)
    if "type" not in options:
        nodes.error(node, f"{where}.type: is missing")
        return Field(name, "string")
    errors = len(nodes.errors)
    kind = nodes.choice(options["type"], f"{where}.type", tuple(fieldtypes.TYPES))
    if len(nodes.errors) > errors:
        return Field(name, "string")
    for key in options.keys() - _COMMON - fieldtypes.TYPES[kind].options:
        nodes.error(options.pop(key), f"{where}.{shown(key)}: does not belong to {kind}")
    for key in fieldtypes.TYPES[kind].required - options.keys():
        nodes.error(node, f"{where}.{key}: is missing")
    found = {
        key: reader(nodes, options[key], f"{where}.{key}", kind)
        for key, reader in _OPTIONS.items()
        if key in options
    }
    field = Field(name, kind, **found)
    _check(nodes, field, node)
    return _with_default(nodes, field, options["default"]) if "default" in options else field


def _check(nodes: Nodes, field: Field, node: yaml.Node) -> None:
    """Bounds that no value can keep are errors of their own."""
    where = f"fields.{field.name}"
    if field.min is not None and field.max is not None and field.min > field.max:
        nodes.error(node, f"{where}: min {field.min} is more than max {field.max}")
    elif field.pattern is not None and not fieldtypes.good(field):
        nodes.error(node, f"{where}: no text was found that has the pattern and the length")
    if (
        field.min_items is not None
        and field.max_items is not None
        and field.min_items > field.max_items
    ):
        nodes.error(node, f"{where}: min_items is more than max_items")


def _bound(nodes: Nodes, node: yaml.Node, where: str, kind: str) -> int | float | None:
    if kind in ("string", "text"):
        return nodes.integer(node, where, 0, TEXT_LENGTH)
    value = nodes.scalar(node)
    if why := _number_problem(Field("", kind), value):
        nodes.error(node, f"{where}: {why}")
        return None
    return float(value) if kind == "number" else int(value)


def _pattern(nodes: Nodes, node: yaml.Node, where: str, kind: str) -> str | None:
    text = nodes.raw(node)
    if not text or len(text) > 500 or not text.isprintable():
        nodes.error(node, f"{where}: is a printable regular expression of 1 to 500 characters")
        return None
    if why := patterns.problem(text):
        nodes.error(node, f"{where}: {why}")
        return None
    return text


def _values(nodes: Nodes, node: yaml.Node, where: str, kind: str) -> tuple[str, ...]:
    found = []
    for each in nodes.items(node, where):
        value = nodes.raw(each)
        if not value or len(value) > 60 or not value.isprintable() or value != value.strip():
            nodes.error(each, f"{where}: each is a printable text of 1 to 60 characters")
        elif value in found:
            nodes.error(each, f"{where}: {shown(value)} stands twice")
        found.append(value)
    if not found:
        nodes.error(node, f"{where}: name at least one")
    return tuple(dict.fromkeys(found))


_OPTIONS: dict[str, Callable[[Nodes, yaml.Node, str, str], Any]] = {
    "optional": lambda nodes, node, where, _: nodes.boolean(node, where),
    "min": _bound,
    "max": _bound,
    "pattern": _pattern,
    "values": _values,
    "of": lambda nodes, node, where, _: nodes.choice(node, where, fieldtypes.ITEM_TYPES),
    "to": lambda nodes, node, where, _: nodes.name(node, where),
    "min_items": lambda nodes, node, where, _: nodes.integer(node, where, 0, ITEMS),
    "max_items": lambda nodes, node, where, _: nodes.integer(node, where, 0, ITEMS),
}


def _with_default(nodes: Nodes, field: Field, node: yaml.Node) -> Field:
    where = f"fields.{field.name}.default"
    if nodes.scalar(node) is None and isinstance(node, yaml.ScalarNode):
        if not field.optional:
            nodes.error(node, f"{where}: null needs optional: true")
        return field
    if field.type == "reference":
        nodes.error(node, f"{where}: a reference has no default")
        return field
    return replace(field, has_default=True, default=_value(nodes, field, node, where))


def _value(nodes: Nodes, field: Field, node: yaml.Node, where: str) -> Any:
    """A default as a JSON value, checked against the field's type and bounds."""
    if field.type == "list":
        item = fieldtypes.item(field)
        items = tuple(_value(nodes, item, each, where) for each in nodes.items(node, where))
        most = ITEMS if field.max_items is None else field.max_items
        if not (field.min_items or 0) <= len(items) <= most:
            nodes.error(node, f"{where}: has {len(items)} items, outside the bounds")
        return items
    value, why = nodes.scalar(node), ""
    if field.type in ("string", "text", "enum"):
        value = nodes.raw(node)
        why = _text_problem(field, value)
    elif field.type == "boolean":
        why = "" if isinstance(value, bool) else "is neither true nor false"
    elif field.type in ("integer", "number"):
        why = _number_problem(field, value)
        value = float(value) if field.type == "number" and not why else value
    else:
        value, why = _moment(field.type, value)
    if why:
        nodes.error(node, f"{where}: {why}")
    return value


def _text_problem(field: Field, value: str) -> str:
    if field.type == "enum":
        return "" if value in field.values else f"{shown(value)} is not one of the values"
    if len(value) > 1000 or (value and not value.isprintable()):
        return "is not a printable text of at most 1000 characters"
    if len(value) < (field.min or 0) or (field.max is not None and len(value) > field.max):
        return f"has {len(value)} characters, outside the bounds"
    if field.pattern is not None and not patterns.accepts(field.pattern, value):
        return "does not match the pattern"
    return ""


def _number_problem(field: Field, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "is not a number"
    if field.type == "integer" and not isinstance(value, int):
        return "is not a whole number"
    try:
        finite = math.isfinite(value)
    except OverflowError:
        finite = False
    if not finite:
        return "is not finite"
    least, most = fieldtypes.limits(field)
    if (least is not None and value < least) or (most is not None and value > most):
        return f"{value} is outside {least} to {most}"
    return ""


_MOMENTS: dict[str, tuple[Callable[[str], Any], str]] = {
    "date": (date.fromisoformat, "is not a date, YYYY-MM-DD"),
    "datetime": (datetime.fromisoformat, "is not a date and time with an offset"),
    "uuid": (UUID, "is not a UUID"),
}


def _moment(kind: str, value: Any) -> tuple[Any, str]:
    """A date, datetime or uuid as JSON text, and what is wrong with it."""
    parse, problem = _MOMENTS[kind]
    try:
        parsed = parse(str(value))
        if kind != "datetime":
            return str(parsed), ""
        if parsed.tzinfo is None:
            return None, problem
        return parsed.astimezone(UTC).isoformat().replace("+00:00", "Z"), ""
    except (ValueError, OverflowError):
        return None, problem
