"""Requests that a published contract accepts, from its document alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pullcord.blueprint import patterns
from pullcord.blueprint.checks.file import METHODS

ROW = "00000000-0000-4000-8000-000000000000"
"""The id of a row that is never stored."""
_FORMATS = {
    "date": "2027-01-04",
    "date-time": "2027-01-04T08:00:00Z",
    "uuid": ROW,
    "email": "ada@example.org",
    "uri": "https://example.org/",
    "time": "08:00:00Z",
}
_LONGEST = 200
Document = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One operation of a contract, and a request that it accepts. `statuses` are the errors that it
    documents, `body` is None when it takes none; `number` is a query parameter that is a number."""

    name: str
    method: str
    template: str
    path: str
    statuses: tuple[int, ...]
    created: int
    body: dict[str, Any] | None = None
    number: str = ""

    @property
    def on_row(self) -> bool:
        return self.template.endswith("}")

    @property
    def collection(self) -> str:
        """The path of the rows that it is about."""
        return re.sub(r"/\{\w+\}$", "", self.template)


def operations(document: Document) -> Iterator[Operation]:
    """Every operation of a contract. Raises ValueError for a schema that no value is known of."""
    for path, item in document.get("paths", {}).items():
        for method in (each for each in METHODS if each in item):
            yield _operation(document, path, method, item)


def _operation(document: Document, path: str, method: str, item: Document) -> Operation:
    operation = item[method]
    parameters = [
        resolved(document, each)
        for each in [*item.get("parameters", []), *operation.get("parameters", [])]
    ]
    values = {
        each["name"]: sample(document, each.get("schema", {}))
        for each in parameters
        if each["in"] == "path" or each.get("required")
    }
    asked = [each for each in parameters if each["in"] == "query"]
    query = {each["name"]: values[each["name"]] for each in asked if each["name"] in values}
    numbers = [each["name"] for each in asked if each.get("schema", {}).get("type") == "integer"]
    statuses = sorted(int(each) for each in operation.get("responses", {}) if each.isdigit())
    filled = re.sub(r"\{(\w+)\}", lambda match: str(values[match[1]]), path)
    return Operation(
        name=operation.get("operationId") or f"{method}_{re.sub(r'[^a-z]+', '_', path)}".strip("_"),
        method=method.upper(),
        template=path,
        path=f"{filled}?{urlencode(query)}" if query else filled,
        statuses=tuple(each for each in statuses if each >= 400),
        created=next((each for each in statuses if each < 300), 200),
        body=_body(document, operation),
        number=numbers[0] if numbers else "",
    )


def _body(document: Document, operation: Document) -> dict[str, Any] | None:
    content = resolved(document, operation.get("requestBody", {})).get("content", {})
    if "application/json" not in content:
        return None
    body = sample(document, content["application/json"]["schema"])
    if not isinstance(body, dict):
        raise ValueError("a body that is no object")
    return body


def resolved(document: Document, node: Document) -> Document:
    """The node that a reference leads to."""
    while "$ref" in node:
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def sample(document: Document, schema: Document) -> Any:
    """A value of the schema, objects with what they require. Raises ValueError."""
    schema = resolved(document, schema)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return sample(document, schema[key][0])
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object" | None:
            known = schema.get("properties", {})
            return {name: sample(document, known[name]) for name in schema.get("required", [])}
        case "array":
            return [sample(document, schema["items"])] * int(schema.get("minItems", 0))
        case "string":
            return _text(schema)
        case "integer" | "number":
            return _number(schema)
        case "boolean":
            return False
        case other:
            raise ValueError(f"a schema of the type {other}")


def _text(schema: Document) -> str:
    if (known := _FORMATS.get(schema.get("format", ""))) is not None:
        return known
    least, most = int(schema.get("minLength", 0)), int(schema.get("maxLength", _LONGEST))
    if "pattern" in schema:
        found = patterns.matching(schema["pattern"], least, most, 1)
        if not found:
            raise ValueError(f"a text that matches {schema['pattern']}")
        return str(found[0])
    return ("text" * (least // 4 + 1))[: max(least, min(4, most))]


def _number(schema: Document) -> int | float:
    step = schema.get("multipleOf", 1)
    low = schema.get("minimum", schema.get("exclusiveMinimum", -step) + step)
    high = schema.get("maximum", schema.get("exclusiveMaximum", low + 2 * step) - step)
    value = min(max(low, step), high)
    return int(value) if schema["type"] == "integer" else value
