"""The one table of field types: how each looks in requests, rows, SQL and the contract, and which
values are good and bad for it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any
from unicodedata import normalize

from pullcord.blueprint import patterns
from pullcord.blueprint.feature import Field, Json

INTEGERS = (1 - 2**53, 2**53 - 1)
"""What JSON transports without loss, and so what the service accepts."""
SAMPLES = 4
"""How many different good values a type offers, if it has so many."""


@dataclass(frozen=True)
class FieldType:
    """What one type means everywhere.

    `wire` is the annotation in requests and queries (from the target's `app.core.types`), `stored`
    the one in rows and responses, `column` the SQL type, `schema` the JSON schema without bounds.
    `bounds` are the JSON schema's words for min and max. `ranged` types are also filtered by
    `_from` and `_to`. `good` ascend in the order of a list; `bad` are refused whatever the bounds.
    """

    wire: str
    stored: str
    column: str
    schema: dict[str, Any]
    bounds: tuple[str, str] | None = None
    ranged: bool = False
    sortable: bool = True
    good: tuple[Json, ...] = ()
    bad: tuple[tuple[Json, str], ...] = ()
    options: frozenset[str] = field(default_factory=frozenset)
    """Keys that a field of this type may have beside `type`, `optional` and `default`."""
    required: frozenset[str] = field(default_factory=frozenset)
    """The keys among them that it must have."""


_WORDS = ("alpha", "bravo", "charlie", "delta")
_LENGTHS = ("minLength", "maxLength")
_VALUES = ("minimum", "maximum")
_TEXT_OPTIONS = frozenset({"min", "max", "pattern"})
_NOT_TEXT: tuple[tuple[Json, str], ...] = ((7, "a number"), ("a\0b", "NUL"))
_UUIDS = tuple(f"{n}0000000-0000-4000-8000-000000000000" for n in range(1, SAMPLES + 1))
_UUID = FieldType(
    wire="Uuid",
    stored="UUID",
    column="uuid",
    schema={"type": "string", "format": "uuid"},
    good=_UUIDS,
    bad=(("no-uuid", "no UUID"), (7, "a number")),
)
_REFERENCE = replace(_UUID, options=frozenset({"to"}), required=frozenset({"to"}))

TYPES: dict[str, FieldType] = {
    "string": FieldType(
        "Text", "str", 'text collate "C"', {"type": "string"}, _LENGTHS, bad=_NOT_TEXT,
        options=_TEXT_OPTIONS,
    ),
    "text": FieldType(
        "Text", "str", 'text collate "C"', {"type": "string"}, _LENGTHS, bad=_NOT_TEXT,
        options=_TEXT_OPTIONS,
    ),
    "integer": FieldType(
        "Integer", "int", "bigint", {"type": "integer"}, _VALUES, ranged=True,
        bad=(("many", "a word"), ("5", "a digit as text"), (1.5, "a fraction")),
        options=frozenset({"min", "max"}),
    ),
    "number": FieldType(
        "Number", "float", "double precision", {"type": "number"}, _VALUES, ranged=True,
        bad=(("much", "a word"), ("1.5", "digits as text")),
        options=frozenset({"min", "max"}),
    ),
    "boolean": FieldType(
        "Boolean", "bool", "boolean", {"type": "boolean"}, good=(False, True),
        bad=(("perhaps", "a word"), (1, "a number")),
    ),
    "date": FieldType(
        "Date", "date", "date", {"type": "string", "format": "date"}, ranged=True,
        good=("2026-03-01", "2026-03-02", "2026-04-01", "2027-01-01"),
        bad=(("yesterday", "a word"), ("2026-02-30", "no such day"), (20260301, "a number")),
    ),
    "datetime": FieldType(
        "DateTime", "datetime", "timestamptz", {"type": "string", "format": "date-time"},
        ranged=True,
        good=(
            "2026-03-01T08:00:00Z", "2026-03-01T09:30:00Z", "2026-04-01T00:00:00Z",
            "2027-01-01T00:00:00Z",
        ),
        bad=(("noon", "a word"), ("2026-03-01T08:00:00", "no offset"), (1772352000, "a number")),
    ),
    "uuid": _UUID,
    "reference": _REFERENCE,
    "enum": FieldType(
        "", "", 'text collate "C"', {"type": "string"}, bad=((7, "a number"),),
        options=frozenset({"values"}),
        required=frozenset({"values"}),
    ),
    "list": FieldType(
        "list", "list", "[]", {"type": "array"}, sortable=False,
        bad=(("no-list", "a word"), ({}, "an object")),
        options=frozenset({"of", "min_items", "max_items"}),
        required=frozenset({"of"}),
    ),
}  # fmt: skip
ITEM_TYPES = ("string", "integer", "number", "uuid")


def type_of(field: Field) -> FieldType:
    return TYPES[field.type]


def item(field: Field) -> Field:
    """The items of a list, as a field of their own."""
    return Field(field.name, field.of)


def wire(field: Field, enum: str) -> str:
    """The annotation in a request, without bounds and null. `enum` names the field's Literal."""
    if field.type == "list":
        return f"list[{TYPES[field.of].wire}]"
    return enum if field.type == "enum" else type_of(field).wire


def stored(field: Field, enum: str) -> str:
    """The annotation in a row, without null."""
    if field.type == "list":
        return f"list[{TYPES[field.of].stored}]"
    return enum if field.type == "enum" else type_of(field).stored


def column(field: Field) -> str:
    """The SQL type, without constraints."""
    if field.type == "list":
        return TYPES[field.of].column.removesuffix(' collate "C"') + "[]"
    return type_of(field).column


def schema(field: Field, *, bounded: bool) -> dict[str, Any]:
    """The JSON schema of a value that is not null: `bounded` in requests, not in responses."""
    if field.type == "list":
        found: dict[str, Any] = {"type": "array", "items": schema(item(field), bounded=bounded)}
        if bounded:
            found |= _given(minItems=field.min_items, maxItems=field.max_items)
        return found
    found = dict(type_of(field).schema)
    if field.type == "enum":
        # One value makes a constant of it: this is how pydantic writes Literal["one"].
        one = len(field.values) == 1
        found |= {"const": field.values[0]} if one else {"enum": list(field.values)}
    if bounded and (words := type_of(field).bounds):
        low, high = limits(field)
        found |= _given(**{words[0]: low, words[1]: high, "pattern": field.pattern})
    return found


def parameters(field: Field) -> tuple[str, ...]:
    """The query parameters of a filter on the field."""
    ends = (f"{field.name}_from", f"{field.name}_to") if type_of(field).ranged else ()
    return (field.name, *ends)


def limits(field: Field) -> tuple[int | float | None, int | float | None]:
    """min and max as the service enforces them: integers always have both."""
    if field.type != "integer":
        return field.min, field.max
    low, high = INTEGERS
    return (low if field.min is None else field.min), (high if field.max is None else field.max)


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True)
class Bad:
    """A value that the service must refuse with 422, and why, in words for a test's name."""

    value: Json
    why: str


def good(field: Field) -> tuple[Json, ...]:
    """Up to four different values that the field accepts, ascending; the ends of its bounds are
    among them. Empty only if no value fits. A reference needs the id of a real row instead."""
    match field.type:
        case "string" | "text":
            return _texts(field)
        case "integer" | "number":
            return _numbers(field)
        case "enum":
            return tuple(sorted(field.values)[:SAMPLES])
        case "list":
            return _lists(field)
        case _:
            return type_of(field).good


def bad(field: Field) -> tuple[Bad, ...]:
    """Values that the field refuses in a body, one for each rule."""
    found = [Bad(value, why) for value, why in type_of(field).bad]
    if not field.optional:
        found.append(Bad(None, "null"))
    match field.type:
        case "string" | "text":
            found += _bad_texts(field)
        case "integer" | "number":
            found += _bad_numbers(field)
        case "enum":
            found.append(Bad("".join(field.values) + "?", "not one of the values"))
        case "list":
            found += _bad_lists(field)
    return tuple(found)


def _length(field: Field) -> tuple[int, int]:
    least = int(field.min or 0)
    return least, int(field.max) if field.max is not None else max(least, 100_000)


def _text(word: str, length: int) -> str:
    return (word * (length // len(word) + 1))[:length]


def _texts(field: Field) -> tuple[str, ...]:
    least, most = _length(field)
    if field.pattern is not None:
        return patterns.matching(field.pattern, least, most, SAMPLES)
    first, *inner, last = _WORDS
    texts = [_text(first, least or min(len(first), most))]
    texts += [_text(word, min(max(least, len(word)), most)) for word in inner]
    texts.append(_text(last, most if field.max is not None else max(least, len(last))))
    return tuple(dict.fromkeys(texts))


def _bad_texts(field: Field) -> list[Bad]:
    found = []
    if field.min:
        found.append(Bad(_text("short", int(field.min) - 1), "too short"))
    if field.max is not None:
        found.append(Bad(_text("long", int(field.max) + 1), "too long"))
    if field.pattern is not None:
        text = patterns.refused(field.pattern, *_length(field))
        found += [Bad(text, "another pattern")] if text is not None else []
    return found


def _numbers(field: Field) -> tuple[int | float, ...]:
    low = field.min if field.min is not None else None
    high = field.max if field.max is not None else None
    if low is None:
        low = min(1, high) if high is not None else 1
        low = low if high is None or low < high else high - 3
    if high is None:
        high = low + 3
    step = (high - low) / 3
    inner = [low + step, low + 2 * step]
    if field.type == "integer":
        inner = [int(low) + (int(high) - int(low)) * part // 3 for part in (1, 2)]
    return tuple(sorted({low, *inner, high}))


def _bad_numbers(field: Field) -> list[Bad]:
    low, high = limits(field)
    step = 1 if field.type == "integer" else 0.5
    found = []
    if low is not None and low - step < low:
        found.append(Bad(low - step, "too small"))
    if high is not None and high + step > high:
        found.append(Bad(high + step, "too large"))
    return found


def _lists(field: Field) -> tuple[Json, ...]:
    items = list(good(item(field)))
    least = field.min_items or 0
    most = field.max_items if field.max_items is not None else max(least, len(items))
    sizes = dict.fromkeys((least, min(least + 1, most), min(least + 2, most), most))
    return tuple([items[index % len(items)] for index in range(size)] for size in sizes)


def _bad_lists(field: Field) -> list[Bad]:
    items = list(good(item(field)))
    wrong = type_of(item(field)).bad[0]
    found = [Bad([wrong[0]] * max(field.min_items or 0, 1), f"an item is {wrong[1]}")]
    if field.max_items == 0:
        found.clear()
    if field.min_items:
        found.append(Bad([items[0]] * (field.min_items - 1), "too few items"))
    if field.max_items is not None:
        found.append(Bad([items[0]] * (field.max_items + 1), "too many items"))
    return found


def literal(value: Json | tuple[Json, ...]) -> str:
    """A JSON value as Python writes it. Letters that look like others are escaped: linters refuse
    them in strings."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, str):
        return "".join(map(_escaped, json.dumps(value, ensure_ascii=False)))
    return repr(value)


def plain(text: str) -> bool:
    """Whether a text consists of Latin letters, with or without accents, and ASCII signs."""
    return all(_escaped(character) == character for character in text)


def _escaped(character: str) -> str:
    letter = normalize("NFD", character)[0]
    if character.isascii() or (letter.isascii() and letter.isalpha()) or character in "ßæøœÆØŒ":
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
