"""The resources that a feature refers to, as its tests have to store them beforehand."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass, replace
from pathlib import Path

from pullcord.blueprint import contract, locked, names, samples
from pullcord.blueprint import house as houses
from pullcord.blueprint.feature import Feature, Field
from pullcord.blueprint.house import House
from pullcord.blueprint.locked import Json, Locked
from pullcord.blueprint.samples import Row

STRANGER = "4"
"""The row that belongs to somebody else."""


class Unstorable(Exception):
    """No row of the resource can be stored before a test; the text says why."""


@dataclass(frozen=True)
class Target:
    """A resource that rows refer to. `create` is the class of its requests; `rows` are what tests
    store, by the digits that their ids begin with: the last, 4, is somebody else's if owned."""

    resource: str
    table: str
    module: str
    create: str
    owned: bool
    deletable: bool
    rows: dict[str, Row]


def targets(root: Path, house: House, of: Locked, signs: dict[str, set[str]]) -> list[Target]:
    """What must be stored before rows of the feature, in the order of storing.

    `signs` maps a resource to the rows that are referred to.
    """
    found: dict[str, Target] = {}
    waiting = {field.to: signs.get(field.to, {"1"}) for field in of.feature.references}
    waiting.pop(of.feature.resource, None)
    for resource, wanted in waiting.items():
        _add(found, root, house, resource, wanted, (of.feature.resource,))
    return list(found.values())


def _add(
    found: dict[str, Target],
    root: Path,
    house: House,
    resource: str,
    wanted: set[str],
    path: tuple[str, ...],
) -> None:
    if resource in path:
        raise Unstorable(f"{' needs '.join([*path, resource])}: no row of them can be the first.")
    if resource in found:
        return
    feature, create, deletable = _known(root, house, resource)
    smaller = replace(feature, fields=tuple(each for each in feature.fields if each.required))
    groups = tuple(
        group
        for group in feature.unique
        if {each.name for each in smaller.fields}.issuperset(group)
    )
    smaller = replace(smaller, unique=groups)
    for field in smaller.references:
        _add(found, root, house, field.to, {"1"}, (*path, resource))
    ids = sorted(wanted | ({STRANGER} if feature.owned else set()))
    made = list(samples.rows(smaller).values())
    if len(made) < len(wanted):
        raise Unstorable(f"There is room for only {len(made)} rows of {feature.plural}.")
    rows = {sign: made[index % len(made)] for index, sign in enumerate(ids)}
    if feature.owned:
        rows[STRANGER] = {
            name: samples.row_id(STRANGER) if _owned(house, smaller.named(name)) else value
            for name, value in made[0].items()
        }
    found[resource] = Target(
        resource=resource,
        table=feature.plural,
        module=names.module(resource),
        create=create,
        owned=feature.owned,
        deletable=deletable,
        rows=rows,
    )


def _owned(house: House, field: Field) -> bool:
    """Whether the field refers to a resource whose rows have owners."""
    return (
        field.type == "reference"
        and field.to in house.resources
        and house.resources[field.to].owned
    )


def _known(root: Path, house: House, resource: str) -> tuple[Feature, str, bool]:
    """The resource as a feature, the class of its requests, and whether it can be deleted."""
    if resource not in house.resources:
        raise Unstorable(f"The service has no resource {resource}.")
    known = house.resources[resource]
    kept = root / contract.path_of(known.table)
    if kept.is_file():
        of = locked.read(json.loads(kept.read_text("utf-8")))
        name = contract.class_of(of.feature, house)
        return of.feature, f"{name}Create", of.has("delete")
    return from_openapi(root, house, resource)


def from_openapi(root: Path, house: House, resource: str) -> tuple[Feature, str, bool]:
    """A resource that was not made from a contract: by the service's document and its table."""
    known = house.resources[resource]
    document = json.loads((root / houses.OPENAPI).read_text("utf-8"))
    collection = f"{house.prefix}/{names.kebab(known.table)}"
    create, schema = _create_schema(document, collection)
    unique, references = table(root, resource)
    fields = []
    for name, each in schema["properties"].items():
        required = name in schema.get("required", [])
        hint = Field(name, "reference", to=references[name]) if name in references else None
        fields.append(locked.as_field(name, each, hint, required=required))
    feature = Feature(resource, known.table, known.owned, tuple(fields), unique)
    deletable = any(
        path.startswith(f"{collection}/") and "delete" in item
        for path, item in document["paths"].items()
    )
    return feature, create, deletable


def _create_schema(document: Json, collection: str) -> tuple[str, Json]:
    try:
        body = document["paths"][collection]["post"]["requestBody"]["content"]["application/json"]
        name = str(body["schema"]["$ref"]).rpartition("/")[2]
        return name, document["components"]["schemas"][name]
    except KeyError as error:
        raise Unstorable(f"openapi.json does not say how a row of {collection} is made.") from error


def table(root: Path, resource: str) -> tuple[tuple[tuple[str, ...], ...], dict[str, str]]:
    """Unique groups and references (column to resource) from the declaration of the table."""
    path = root / houses.REPOSITORIES / f"{names.module(resource)}.py"
    unique: tuple[tuple[str, ...], ...] = ()
    references: dict[str, str] = {}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="Table"), keywords=keywords):
                for each in keywords:
                    if each.arg == "unique":
                        unique = ast.literal_eval(each.value)
            case ast.Call(
                func=ast.Name(id="Reference"),
                args=[ast.Constant(value=str(column)), _, ast.Constant(value=str(label)), *_],
            ):
                references[column] = label.replace(" ", "_")
    return unique, references
