"""How a feature's fields are written in the Python of the target."""

from __future__ import annotations

import keyword
from datetime import date, datetime

from pullcord.blueprint import fieldtypes, names
from pullcord.blueprint.contract import sort_values
from pullcord.blueprint.feature import Feature, Field, Json

_BUILTINS = frozenset({"bool", "float", "int", "list", "str"})
_DATES = frozenset({"date", "datetime"})
_PIECE = 60
"""Longer texts are broken into pieces of this length."""


class Spelling:
    """The Python of one feature whose class is `name`.

    A field that is called like a type (`date`, `list`) would hide it from the annotations beside
    it: these types are then written with their module (`dt.date`, `builtins.list`).
    """

    def __init__(self, feature: Feature, name: str) -> None:
        self.feature = feature
        self.name = name
        fields = {field.name for field in feature.fields}
        self._dates = "dt." if fields & _DATES else ""
        self._builtins = "builtins." if fields & _BUILTINS else ""

    def enum(self, field: Field) -> str:
        return names.enum_name(self.name, field.name)

    def enums(self) -> list[tuple[str, str]]:
        """Each Literal: its name and its values."""
        found = [field for field in self.feature.fields if field.type == "enum"]
        return [(self.enum(field), ", ".join(map(literal, field.values))) for field in found]

    def request(self, field: Field) -> str:
        """Annotation and default in the body of a request."""
        bounds = _arguments(field)
        kind = self._type(fieldtypes.wire(field, self.enum(field)))
        if bounds and kind == "Text":
            # The check stands behind the bounds: before them, it would hide them from OpenAPI.
            kind = f"Annotated[{self._type('str')}, Field({bounds}), Storable]"
        elif bounds:
            kind = f"Annotated[{kind}, Field({bounds})]"
        kind = f"{kind} | None" if field.optional else kind
        default = None
        if field.has_default:
            default = self.value(field, field.default)
            if field.type == "enum" and len(field.name + kind + default) > _PIECE:
                default = f"({default})"  # which the formatter drops where the line is short enough
        elif field.optional:
            default = "None"
        return kind + _assigned(field, default)

    def response(self, field: Field) -> str:
        return self.stored(field) + _assigned(field, None)

    def stored(self, field: Field) -> str:
        """Annotation in a row."""
        kind = self._type(fieldtypes.stored(field, self.enum(field)))
        return f"{kind} | None" if field.optional else kind

    def row(self) -> list[tuple[str, str]]:
        """The columns of the table and their types, in order."""
        found = [("id", "UUID")]
        found += [("user_id", self._type("str"))] if self.feature.owned else []
        found += [(field.name, self.stored(field)) for field in self.feature.fields]
        return found + [(each, self._type("datetime")) for each in ("created_at", "updated_at")]

    def functional_row(self) -> bool:
        """Whether a key of the row cannot be the name of an attribute."""
        return any(keyword.iskeyword(field.name) for field in self.feature.fields)

    def parameters(self) -> list[str]:
        """The query parameters of the list, beside `page`."""
        listing = self.feature.list
        found = []
        if (listing.page_size, listing.max_page_size) != (20, 100):
            kind = f"Annotated[{self._type('int')}, Field(ge=1, le={listing.max_page_size})]"
            found.append(f"per_page: {kind} = {listing.page_size}")
        if listing.sort:
            values = ", ".join(map(literal, sort_values(self.feature)))
            found.append(f"sort: Literal[{values}] | None = None")
        return found + [each for field in self.feature.filters for each in self._filter(field)]

    def _filter(self, field: Field) -> list[str]:
        one = fieldtypes.item(field) if field.type == "list" else field
        kind = f"{fieldtypes.wire(one, self.enum(field))} | None"
        marks = {field.name: "Contains" if field.type == "list" else ""}
        marks |= {f"{field.name}_from": "AtLeast", f"{field.name}_to": "AtMost"}
        return [
            f"{names.attribute(parameter)}: "
            + (f'Annotated[{kind}, {mark}("{field.name}")]' if mark else kind)
            + _assigned(Field(parameter, field.type), "None")
            for parameter, mark in marks.items()
            if parameter in fieldtypes.parameters(field)
        ]

    def value(self, field: Field, value: Json | tuple[Json, ...]) -> str:
        """A default of the field."""
        if field.type == "list" and isinstance(value, tuple | list):
            item = fieldtypes.item(field)
            return f"[{', '.join(self.value(item, each) for each in value)}]"
        if field.type == "date":
            day = date.fromisoformat(str(value))
            return f"{self._dates}date({day.year}, {day.month}, {day.day})"
        if field.type == "datetime":
            return self._moment(datetime.fromisoformat(str(value)))
        return f'UUID("{value}")' if field.type == "uuid" else literal(value)

    def _moment(self, at: datetime) -> str:
        parts = [at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond]
        while len(parts) > 5 and not parts[-1]:
            parts.pop()
        return f"{self._dates}datetime({', '.join(map(str, parts))}, tzinfo={self._dates}UTC)"

    def _type(self, kind: str) -> str:
        """A type, with its module when a field hides it."""
        if kind in _DATES:
            return self._dates + kind
        outer = kind.partition("[")[0]
        if outer not in _BUILTINS:
            return kind
        item = kind.removeprefix(outer).strip("[]")
        return self._builtins + (f"{outer}[{self._type(item)}]" if item else outer)


def _arguments(field: Field) -> str:
    """The bounds of a field as arguments of pydantic's Field."""
    text = field.type in ("string", "text")
    low, high = ("min_length", "max_length") if text else ("ge", "le")
    bounds = {low: field.min, high: field.max, "pattern": field.pattern}
    bounds |= {"min_length": field.min_items, "max_length": field.max_items} if field.of else {}
    given = {key: _short(value) for key, value in bounds.items() if value is not None}
    return ", ".join(f"{key}={literal(value)}" for key, value in given.items())


def _short(value: str | int | float) -> str | int | float:
    """A bound as people write it: 0, not 0.0."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _assigned(field: Field, default: str | None) -> str:
    """The default and the alias of a field, as an assignment."""
    if not field.aliased:
        return f" = {default}" if default is not None else ""
    alias = f'alias="{field.name}"'
    if default is None:
        return f" = Field({alias})"
    value = (
        default.removeprefix("Field(default=").removesuffix(")") if "Field(" in default else default
    )
    return f" = Field(default={value}, {alias})"


def literal(value: Json | tuple[Json, ...]) -> str:
    """A JSON value as Python writes it; a long text in pieces, for the formatter to arrange."""
    if not isinstance(value, str):
        return fieldtypes.literal(value)
    pieces = [value[at : at + _PIECE] for at in range(0, len(value), _PIECE)] or [""]
    written = [_quoted(piece) for piece in pieces]
    return written[0] if len(written) == 1 else f"({' '.join(written)})"


def _quoted(text: str) -> str:
    raw = "\\" in text and fieldtypes.plain(text) and '"' not in text and not text.endswith("\\")
    return f'r"{text}"' if raw else fieldtypes.literal(text)
