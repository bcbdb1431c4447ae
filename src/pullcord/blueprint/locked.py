"""A locked contract, read back: what the tests and the review hold the implementation to.

Everything that an OpenAPI document can say is taken from what it says; only what it cannot say
(unique groups, what a reference points to) comes from `x-feature` beside it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from pullcord.blueprint import block, fieldtypes
from pullcord.blueprint.feature import OPERATIONS, TIMES, Feature, Field, Listing, Operation
from pullcord.errors import RequestError

Json = dict[str, Any]
ADDED = ("id", "user_id", *TIMES)
"""Fields that every resource has beside its own."""
_FORMATS = {"date": "date", "date-time": "datetime", "uuid": "uuid"}
_PAGING = ("page", "per_page", "sort")
_METHODS: dict[tuple[str, bool], Operation] = {
    ("post", False): "create",
    ("get", False): "list",
    ("get", True): "get",
    ("put", True): "update",
    ("delete", True): "delete",
}


class ContractUnreadable(ValueError):
    """The document is no contract of one resource; the text says what is missing."""


@dataclass(frozen=True)
class Locked:
    """A contract: the feature as the document states it, its paths and statuses.

    `name` is the schema of a stored row, `row_path` has the path parameter in braces, `statuses`
    are the documented ones of each operation, `operations` their objects, `schemas` those of the
    document.
    """

    feature: Feature
    name: str
    collection: str
    row_path: str
    statuses: dict[Operation, frozenset[int]]
    operations: dict[Operation, Json] = field(default_factory=dict)
    schemas: Json = field(default_factory=dict)

    def has(self, *operations: Operation) -> bool:
        """Whether any of these operations was asked for."""
        return any(each in self.feature.operations for each in operations)


def read(document: Json) -> Locked:
    """The contract in an OpenAPI document. Raises ContractUnreadable."""
    try:
        return _read(document)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ContractUnreadable(f"the contract has no {error}") from error
    except RequestError as error:
        raise ContractUnreadable(error.message) from error


def _read(document: Json) -> Locked:
    text = json.dumps(document["x-feature"], ensure_ascii=False)
    settled = block.parse(text, source="x-feature")
    operations: dict[Operation, Json] = {}
    paths = {"collection": "", "row": ""}
    for path, item in document["paths"].items():
        single = path.endswith("}")
        paths["row" if single else "collection"] = path
        for method, operation in item.items():
            operations[_METHODS[method, single]] = operation
    collection = paths["collection"] or paths["row"].rpartition("/")[0]
    schemas = document["components"]["schemas"]
    name, create = _schemas_of(schemas)
    hints = {field.name: field for field in settled.fields}
    fields = tuple(_fields(create, hints)) if create else settled.fields
    stored = schemas.get(name, {}).get("properties", {})
    feature = replace(
        settled,
        owned="user_id" in stored if stored else settled.owned,
        fields=fields,
        operations=tuple(each for each in OPERATIONS if each in operations),
        list=_listing(operations["list"], fields) if "list" in operations else settled.list,
    )
    statuses = {
        name: frozenset(int(code) for code in each["responses"] if code != "default")
        for name, each in operations.items()
    }
    row = paths["row"] or f"{collection}/{{id}}"
    return Locked(feature, name, collection, row, statuses, operations, schemas)


def _schemas_of(schemas: Json) -> tuple[str, Json | None]:
    """The class of the resource, and the schema of its requests if it has any."""
    for name, schema in schemas.items():
        if name.endswith("Create") and schema.get("additionalProperties") is False:
            return name.removesuffix("Create"), schema
    names = [
        name for name, schema in schemas.items() if "created_at" in schema.get("properties", {})
    ]
    return names[0] if names else "", None


def _fields(schema: Json, hints: dict[str, Field]) -> list[Field]:
    required = schema.get("required", [])
    return [
        as_field(name, each, hints.get(name), required=name in required)
        for name, each in schema["properties"].items()
    ]


def as_field(name: str, schema: Json, hint: Field | None = None, *, required: bool = True) -> Field:
    """A property of a request as a Field. `hint` tells string from text, uuid from reference."""
    choices = schema.get("anyOf", [schema])
    value = next(each for each in choices if each != {"type": "null"})
    kind = _kind(value)
    if hint and fieldtypes.TYPES[hint.type].schema.items() <= value.items():
        kind = hint.type
    default = schema.get("default")
    low, high = fieldtypes.TYPES[kind].bounds or ("", "")
    values = tuple(value.get("enum", [value["const"]] if "const" in value else []))
    return Field(
        name,
        kind,
        optional={"type": "null"} in choices,
        has_default=not required and "default" in schema and default is not None,
        default=tuple(default) if isinstance(default, list) else default,
        min=_bound(kind, value.get(low)),
        max=_bound(kind, value.get(high)),
        pattern=value.get("pattern"),
        values=values,
        of=_kind(value["items"]) if kind == "list" else "",
        min_items=value.get("minItems"),
        max_items=value.get("maxItems"),
        to=hint.to if hint else "",
    )


def _kind(schema: Json) -> str:
    if "enum" in schema or "const" in schema:
        return "enum"
    if schema["type"] == "array":
        return "list"
    return _FORMATS.get(schema.get("format", ""), str(schema["type"]))


def _bound(kind: str, value: float | None) -> float | None:
    """A bound that every integer has is none of the field."""
    natural = fieldtypes.limits(Field("any", "integer")) if kind == "integer" else ()
    return None if value in natural else value


def _listing(operation: Json, fields: tuple[Field, ...]) -> Listing:
    parameters = {each["name"]: each["schema"] for each in operation.get("parameters", [])}
    size = parameters["per_page"]
    sort = parameters.get("sort", {})
    values = sort.get("enum", [sort["const"]] if "const" in sort else [])
    known = ({each.name for each in fields} | TIMES.keys()) - set(_PAGING)
    return Listing(
        filters=tuple(name for name in parameters if name in known),
        sort=tuple(each for each in values if not each.startswith("-")),
        page_size=size["default"],
        max_page_size=size["maximum"],
    )
