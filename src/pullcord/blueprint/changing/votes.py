"""Features as sets of single statements, so that several sources can each change some of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pullcord.blueprint import block, fieldtypes
from pullcord.blueprint.changing.difference import breaking, differences
from pullcord.blueprint.feature import OPERATIONS, Feature, Field
from pullcord.blueprint.house import House
from pullcord.errors import RequestError

Key = tuple[str, str]
Votes = dict[Key, Any]
"""Statement → the value that it shall have; None takes it away."""
_ORDER = ("field", "operation", "unique", "filter", "sort", "most", "size", "owner", "plural")


def statements(feature: Feature) -> Votes:
    """All that a feature says, one by one."""
    found: Votes = {("field", each.name): each for each in feature.fields}
    found |= {("operation", each): each for each in feature.operations}
    found |= {("unique", " ".join(group)): group for group in feature.unique}
    found |= {("filter", name): name for name in feature.list.filters}
    found |= {("sort", name): name for name in feature.list.sort}
    found["most", ""] = feature.list.max_page_size
    found["size", ""] = feature.list.page_size
    found["owner", ""] = feature.owned
    found["plural", ""] = feature.plural
    return found


def votes(old: Feature, new: Feature) -> Votes:
    """The statements in which `new` differs from `old`, in an order in which they can be made."""
    was, now = statements(old), statements(new)
    keys = [*now, *(key for key in was if key not in now)]
    changed = [key for key in keys if not same(was.get(key), now.get(key))]
    return {key: now.get(key) for key in sorted(changed, key=lambda key: _ORDER.index(key[0]))}


def same(one: Any, other: Any) -> bool:
    """Whether two values of a statement say the same."""
    return bool(_meant(one) == _meant(other))


def _meant(value: Any) -> Any:
    """A value without what makes no difference: `text` and `string`, the order of an enum, a bound
    that holds anyway."""
    if not isinstance(value, Field):
        return value
    schema = fieldtypes.schema(value, bounded=True)
    if "enum" in schema:
        schema = schema | {"enum": sorted(schema["enum"])}
    default = list(value.default) if isinstance(value.default, tuple) else value.default
    return schema, value.optional, value.has_default, default, value.to


def changed(feature: Feature, wanted: Mapping[Key, Any]) -> Feature | None:
    """The feature with other statements; None when they contradict each other."""
    now = {**statements(feature), **wanted}
    kinds: dict[str, list[Any]] = {kind: [] for kind in _ORDER}
    for (kind, _), value in now.items():
        if value is not None:
            kinds[kind].append(value)
    listing = replace(
        feature.list,
        filters=tuple(kinds["filter"]),
        sort=tuple(kinds["sort"]),
        max_page_size=kinds["most"][0],
        page_size=kinds["size"][0],
    )
    found = replace(
        feature,
        plural=kinds["plural"][0],
        owned=kinds["owner"][0],
        fields=tuple(kinds["field"]),
        unique=tuple(kinds["unique"]),
        operations=tuple(each for each in OPERATIONS if each in kinds["operation"]),
        list=listing,
    )
    try:
        return block.parse(json.dumps(block.dump(found), ensure_ascii=False))
    except RequestError:
        return None


def harmless(feature: Feature, wanted: Mapping[Key, Any], house: House) -> Feature:
    """The feature with as many of these statements as break no client."""
    found = feature
    for key, value in wanted.items():
        for each in _gentler(value, key in statements(feature)):
            candidate = changed(found, {key: each})
            if candidate and not breaking(differences(feature, candidate, house)):
                found = candidate
                break
    return found


def words(key: Key, value: Any, old: Feature) -> str:
    """A statement's change, for people: `add notes (text, optional)`."""
    kind, name = key
    if kind == "field" and value is not None:
        verb = "change" if key in statements(old) else "add"
        free = ", optional" if value.optional else ""
        default = f", default {value.default!r}" if value.has_default else ""
        return f"{verb} {name} ({value.type}{default or free})"
    said = {
        "field": name,
        "operation": f"the operation {name}",
        "unique": f"unique {name.replace(' ', ' with ')}",
        "filter": f"the filter {name}",
        "sort": f"the order by {name}",
        "most": f"pages of up to {value} rows",
        "size": f"pages of {value} rows",
        "owner": "owners" if value else "no owners",
        "plural": f"the name {value}",
    }[kind]
    return f"{'remove' if value is None else 'add'} {said}"


def _gentler(value: Any, present: bool) -> list[Any]:
    """The value, and what a new field can be instead: one that need not be sent."""
    if isinstance(value, Field) and value.required and not present:
        return [value, replace(value, optional=True)]
    return [value] if value is not None else []
