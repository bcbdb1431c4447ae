"""The contract of a feature: exactly what the service will say of it in its OpenAPI document."""

from __future__ import annotations

from textwrap import fill
from typing import Any

from pullcord.blueprint import block, fieldtypes, names
from pullcord.blueprint.feature import Feature, Field, Operation
from pullcord.blueprint.house import CONTRACTS, House

Json = dict[str, Any]
_PAGES = 2**31 - 1
_METHODS: dict[Operation, tuple[str, bool]] = {
    "create": ("post", False),
    "list": ("get", False),
    "get": ("get", True),
    "update": ("put", True),
    "delete": ("delete", True),
}
_ERRORS: dict[Operation, tuple[int, ...]] = {
    "create": (422,),
    "list": (422,),
    "get": (404,),
    "update": (404, 422),
    "delete": (404, 409),
}
"""Deleting documents 409 from the start: other resources may come to need the row."""


def path_of(plural: str) -> str:
    """Where the contract of a resource is kept, relative to the repository."""
    return f"{CONTRACTS}/{names.kebab(plural)}.openapi.json"


def paths(feature: Feature, house: House) -> tuple[str, str]:
    """The paths of the collection and of one row."""
    collection = f"{house.prefix}/{names.kebab(feature.plural)}"
    return collection, f"{collection}/{{{key(feature)}}}"


def key(feature: Feature) -> str:
    """The path parameter: `workout_id`."""
    name = f"{feature.resource}_id"
    return "row_id" if name == "user_id" else name


def class_of(feature: Feature, house: House) -> str:
    """The name of the resource's class and schema."""
    return names.class_name(feature.resource, house.taken(paths(feature, house)[0]))


def errors(feature: Feature, operation: Operation) -> tuple[int, ...]:
    """The errors that an operation documents besides 401."""
    found = _ERRORS[operation]
    if feature.unique and operation in ("create", "update"):
        found = (*found, 409)
    return tuple(sorted(found))


def contract(feature: Feature, house: House) -> Json:
    """An OpenAPI document with the feature's operations and the schemas that they need.

    `x-feature` holds the settled feature block, complete.
    """
    collection, row = paths(feature, house)
    found: Json = {collection: {}, row: {}}
    for operation in feature.operations:
        method, single = _METHODS[operation]
        found[row if single else collection][method] = _operation(feature, house, operation)
    words = names.words(feature.plural)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{words[:1].upper()}{words[1:]}", "version": "1"},
        "x-feature": block.dump(feature),
        "paths": _plain({path: operations for path, operations in found.items() if operations}),
        "components": {
            "schemas": _plain(_schemas(feature, house)),
            "securitySchemes": house.security_schemes,
        },
    }


def operation_id(feature: Feature, operation: Operation) -> str:
    return f"{operation}_{feature.plural if operation == 'list' else feature.resource}"


def summary(feature: Feature, operation: Operation) -> str:
    if operation == "list":
        return f"List {names.words(feature.plural)}"
    verb = "replace" if operation == "update" else operation
    return f"{verb.capitalize()} {names.article(feature.resource)}"


def descriptions(feature: Feature, house: House) -> dict[str, str]:
    """What the classes say of themselves, broken into lines as in the service's docstrings."""
    words = names.words(feature.plural)
    sees = ": a user sees only their own." if feature.owned else "; all users share the rows."
    article = names.article(feature.resource)
    article = article[:1].upper() + article[1:]
    found = {
        "create": f"{article} as a client writes it. An update replaces all of these fields.",
        "stored": f"{article} as it is stored.",
        "page": f"One page of {words}.",
        "query": f"Which {words} to list, and in which order.",
        "repository": f"Keeps {words}. `user_id` is who asks{sees}",
        "memory": f"Keeps {words} in memory.",
        "postgres": f"Keeps {words} in the table `{feature.plural}`.",
    }
    width = house.line_length - len('    """"""')
    return {key: fill(text, width) for key, text in found.items()}


def _operation(feature: Feature, house: House, operation: Operation) -> Json:
    name = class_of(feature, house)
    found: Json = {
        "tags": [names.words(feature.plural)],
        "summary": summary(feature, operation),
        "operationId": operation_id(feature, operation),
        "security": house.security,
    }
    parameters = _parameters(feature) if operation == "list" else []
    if _METHODS[operation][1]:
        schema = {"type": "string", "format": "uuid", "title": _title(key(feature))}
        parameters = [{"name": key(feature), "in": "path", "required": True, "schema": schema}]
    if parameters:
        found["parameters"] = parameters
    if operation in ("create", "update"):
        found["requestBody"] = {"required": True, "content": _content(_ref(f"{name}Create"))}
    found["responses"] = _responses(feature, house, operation)
    return found


def _responses(feature: Feature, house: House, operation: Operation) -> Json:
    name = class_of(feature, house)
    success: Json = {"description": "Successful Response"}
    if operation == "delete":
        status = "204"
    else:
        status = "201" if operation == "create" else "200"
        success["content"] = _content(_ref(f"{name}Page" if operation == "list" else name))
    if operation == "create":
        success["headers"] = {
            "Location": {
                "description": "Path of the new resource.",
                "required": True,
                "schema": {"type": "string", "format": "uri-reference"},
            }
        }
    found = {status: success}
    statuses = ("401", *map(str, errors(feature, operation)), "default")
    return found | {status: house.errors[status] for status in statuses}


def _content(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _title(name: str) -> str:
    return name.title().replace("_", " ").strip()


def _parameters(feature: Feature) -> list[Json]:
    """The query parameters of the list."""
    listing = feature.list
    page = {"type": "integer", "minimum": 1, "maximum": _PAGES, "default": 1}
    size = {"type": "integer", "minimum": 1, "maximum": listing.max_page_size}
    found = {"page": page, "per_page": size | {"default": listing.page_size}}
    if listing.sort:
        values = sort_values(feature)
        found["sort"] = {"type": "string", "enum": list(values)}
    for field in feature.filters:
        one = fieldtypes.item(field) if field.type == "list" else field
        schema = fieldtypes.schema(Field(one.name, one.type, values=one.values), bounded=True)
        found |= dict.fromkeys(fieldtypes.parameters(field), schema)
    return [
        {"name": name, "in": "query", "required": False, "schema": schema | {"title": _title(name)}}
        for name, schema in found.items()
    ]


def sort_values(feature: Feature) -> tuple[str, ...]:
    """What `?sort=` accepts."""
    return tuple(sign + name for name in feature.list.sort for sign in ("", "-"))


def _schemas(feature: Feature, house: House) -> Json:
    name, says = class_of(feature, house), descriptions(feature, house)
    found = dict(house.schemas)
    if {"create", "update"} & set(feature.operations):
        found[f"{name}Create"] = _object(
            f"{name}Create",
            says["create"],
            {field.name: _property(field, request=True) for field in feature.fields},
            [field.name for field in feature.fields if field.required],
        ) | {"additionalProperties": False}
    if set(feature.operations) != {"delete"}:
        added: Json = {
            "id": {"type": "string", "format": "uuid"},
            "created_at": {"type": "string", "format": "date-time"},
            "updated_at": {"type": "string", "format": "date-time"},
        }
        added |= {"user_id": {"type": "string"}} if feature.owned else {}
        properties = {key: value | {"title": _title(key)} for key, value in added.items()}
        properties |= {field.name: _property(field, request=False) for field in feature.fields}
        found[name] = _object(name, says["stored"], properties, list(properties))
    if "list" in feature.operations:
        found[f"{name}Page"] = _page(name, says["page"])
    return found


def _page(name: str, description: str) -> Json:
    total = {"type": "integer", "title": "Total", "description": "Rows on all pages."}
    properties = {
        "items": {"type": "array", "items": _ref(name), "title": "Items"},
        "total": total,
        "page": {"type": "integer", "title": "Page"},
        "per_page": {"type": "integer", "title": "Per Page"},
    }
    return _object(f"{name}Page", description, properties, list(properties))


def _object(title: str, description: str, properties: Json, required: list[str]) -> Json:
    found = {
        "type": "object",
        "title": title,
        "description": description,
        "properties": properties,
    }
    return found | ({"required": required} if required else {})


def _property(field: Field, *, request: bool) -> Json:
    """A field in a request or in a response."""
    schema = fieldtypes.schema(field, bounded=request)
    found: Json = {"anyOf": [schema, {"type": "null"}]} if field.optional else schema
    if request and field.has_default:
        tuples = isinstance(field.default, tuple)
        found = found | {"default": list(field.default) if tuples else field.default}  # type: ignore[arg-type] # checked
    return found | {"title": _title(field.name)}


def _plain(node: Any) -> Any:
    """Numbers as the service writes them: 52, not 52.0."""
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return int(node) if isinstance(node, float) and node.is_integer() else node
