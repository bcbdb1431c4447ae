"""What the code serves now, as a feature: from the document that it exports and its modules."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

from pullcord.blueprint import block, contract, locked, names, targets
from pullcord.blueprint import house as houses
from pullcord.blueprint.changing.votes import same
from pullcord.blueprint.feature import Feature, Field
from pullcord.blueprint.house import House
from pullcord.blueprint.locked import Json


def served(root: Path, house: House, document: Json, hints: Feature) -> Feature:
    """The resource of `hints` as `document` describes it and the code at `root` keeps it.

    `hints` tell what neither says: the order of values, texts from strings. Raises
    ContractUnreadable.
    """
    known = replace(hints, plural=house.resources[hints.resource].table)
    found = reading(part(document, known, house) | {"x-feature": block.dump(hints)}, hints)
    unique, references = targets.table(root, hints.resource)
    fields = [_referring(each, references) for each in found.fields]
    order = _order(root, hints.resource, contract.class_of(known, house))
    fields.sort(key=lambda each: order.index(each.attribute) if each.attribute in order else 999)
    return replace(found, plural=known.plural, fields=tuple(fields), unique=unique)


def described(root: Path, house: House, resource: str) -> Feature:
    """Hints for a resource that no contract file describes."""
    return targets.from_openapi(root, house, resource)[0]


def part(document: Json, feature: Feature, house: House) -> Json:
    """The paths and schemas of a resource in a document."""
    collection, _ = contract.paths(feature, house)
    name = contract.class_of(feature, house)
    paths = document.get("paths") or {}
    schemas = (document.get("components") or {}).get("schemas") or {}
    ours = (f"{name}Create", name, f"{name}Page")
    return {
        "paths": {
            path: item
            for path, item in paths.items()
            if path == collection
            or (
                path.startswith(f"{collection}/{{") and path.count("/") == collection.count("/") + 1
            )
        },
        "components": {"schemas": {each: schemas[each] for each in ours if each in schemas}},
    }


def reading(document: Json, hints: Feature) -> Feature:
    """The feature of a contract that somebody may have changed: a new field may stand in the
    requests or in the responses alone. Raises ContractUnreadable."""
    of = locked.read(document)
    stored = of.schemas.get(of.name, {}).get("properties", {})
    held = {each.name: each for each in hints.fields}
    present = {each.name for each in of.feature.fields}
    if not of.has("create", "update"):
        fields = [each for each in of.feature.fields if each.name in stored or not stored]
    else:
        fields = list(of.feature.fields)
    for name, schema in stored.items():
        if name not in {*present, *held, *locked.ADDED}:
            fields.append(locked.as_field(name, schema, required=False))
    order = list(held)
    fields = [_as_known(each, held.get(each.name)) for each in fields]
    fields.sort(key=lambda each: order.index(each.name) if each.name in order else len(order))
    return replace(of.feature, fields=tuple(fields))


def _as_known(field: Field, hint: Field | None) -> Field:
    """The field as the hint writes it, if both say the same; else with its values in that order."""
    if hint and same(field, hint):
        return hint
    if hint and sorted(field.values) == sorted(hint.values):
        return replace(field, values=hint.values)
    return field


def _referring(field: Field, references: dict[str, str]) -> Field:
    """The field as the table declares it: a reference, or a UUID like any other."""
    if field.type in ("uuid", "reference"):
        to = references.get(field.name, "")
        return replace(field, type="reference" if to else "uuid", to=to)
    return field


def _order(root: Path, resource: str, name: str) -> list[str]:
    """The attributes of the class of requests, as they stand there."""
    path = root / houses.MODELS / f"{names.module(resource)}.py"
    if not path.is_file():
        return []
    tree: Any = ast.parse(path.read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == f"{name}Create":
            assigned = [each.target for each in node.body if isinstance(each, ast.AnnAssign)]
            return [each.id for each in assigned if isinstance(each, ast.Name)]
    return []
