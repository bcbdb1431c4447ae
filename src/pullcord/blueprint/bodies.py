"""What tests send in bodies: values on both sides of every bound of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pullcord.blueprint import fieldtypes, samples
from pullcord.blueprint.feature import Feature, Field, Json
from pullcord.blueprint.locked import ADDED, Locked
from pullcord.blueprint.samples import Row
from pullcord.blueprint.source import source

_SHORT = 20
_ODD = "é 🏃 'quoted'; %s"
Case = tuple[str, Json]


def bodies(of: Locked, rows: Mapping[str, Row], owned: set[str]) -> dict[str, Any]:
    """What the pages need to know of requests with a body. `owned` are the resources that are
    referred to and have owners."""
    feature = of.feature
    other = "b" if "b" in rows else "a"
    required = [field.name for field in feature.fields if field.required]
    refused = spoilt(feature)
    create = of.has("create")
    return {
        "writes": of.has("create", "update"),
        "write": "client.post(PATH" if create else "client.put(A",
        "written": 201 if create else 200,
        "with_row_a": "" if create else '@pytest.mark.usefixtures("row_a")',
        "absent": source(absent(feature)) if absent(feature) else "",
        "accepted": cases(accepted(feature)),
        "spoilt": cases(refused),
        "spoilt_one": source(dict(refused[:1])),
        "required": cases(required),
        "strangers": cases(strangers(feature, owned)),
        "clashing": cases(groups(feature, rows)),
        "clashing_updates": cases(groups(feature, rows)) if other == "b" else "",
        "free": cases(parts(feature, rows)),
        "other": f'ROWS["{other}"]',
        "replacement": source({name: rows[other][name] for name in required}),
        "alone": _alone(feature),
        "given": cases(given(feature)),
        "nullable_group": _nullable(feature),
    }


def cases(values: list[Any]) -> str:
    """The cases as a list, each once; '' when there are none."""
    written = dict.fromkeys(map(source, values))
    return f"[{', '.join(written)}]" if written else ""


def absent(feature: Feature) -> Row:
    """What the service fills in for fields that a request leaves out."""
    return {
        field.name: list(field.default) if isinstance(field.default, tuple) else field.default
        for field in feature.fields
        if not field.required
    }


def accepted(feature: Feature) -> list[Case]:
    """Values at the ends of each field's bounds, every choice, and null where it may be."""
    found: list[Case] = []
    for field in feature.fields:
        if field.type != "reference":
            found += [(field.name, value) for value in _ends(field)]
        if field.optional:
            found.append((field.name, None))
    return found


def _ends(field: Field) -> list[Json]:
    values = fieldtypes.good(field)
    if field.type in ("enum", "boolean"):
        return list(field.values or values)
    low = field.min_items if field.of else field.min
    high = field.max_items if field.of else field.max
    if not values or field.pattern is not None:
        return list(values)
    ends = [values[0]] if low is not None else []
    ends += [values[-1]] if high is not None else []
    return [_plain(field, value) for value in ends]


def spoilt(feature: Feature) -> list[Case]:
    """One value for each rule that a body can break, and fields that no client may send."""
    found = [
        (field.name, _plain(field, bad.value))
        for field in feature.fields
        for bad in fieldtypes.bad(field)
    ]
    names = {field.name for field in feature.fields}
    foreign = [("id", "1"), ("user_id", "grace"), ("created_at", "2026-01-01T00:00:00Z")]
    unknown = next(name for name in ("unknown", "unknown_field", "x_unknown") if name not in names)
    kept = [case for case in foreign if case[0] in ADDED and case[0] not in names]
    return [*found, *kept, (unknown, 1)]


def _plain(field: Field, value: Json) -> Json:
    """Long texts and lists are dull: their length is what counts."""
    if isinstance(value, str) and len(value) > _SHORT and field.type in ("string", "text"):
        return "x" * len(value)
    if isinstance(value, list) and len(value) > 2:
        return [value[0]] * len(value)
    return value


def strangers(feature: Feature, owned: set[str]) -> list[tuple[str, str]]:
    """References to no row, and to a row of somebody else."""
    found = []
    for field in feature.references:
        found.append((field.name, "f"))
        if field.to in owned:
            found.append((field.name, "4"))
    return found


def groups(feature: Feature, rows: Mapping[str, Row]) -> list[tuple[str, ...]]:
    """The unique groups; row `a` has a value in each of their fields."""
    return [group for group in feature.unique if None not in [rows["a"][name] for name in group]]


def parts(feature: Feature, rows: Mapping[str, Row]) -> list[tuple[str, ...]]:
    """Fields that row `b` may have in common with row `a` without a clash: groups but for one."""
    if "b" not in rows:
        return []
    found = []
    for group in groups(feature, rows):
        for left in group:
            part = tuple(name for name in group if name != left)
            row = rows["b"] | {name: rows["a"][name] for name in part}
            if part and not samples.clashes(feature, row, [rows["a"]]):
                found.append(part)
    return list(dict.fromkeys(found))


def _alone(feature: Feature) -> str:
    """The changes that make a row refer to no other row of the resource itself."""
    own = [field.name for field in feature.references if field.to == feature.resource]
    return source(dict.fromkeys(own)) if own else ""


def given(feature: Feature) -> list[Row]:
    """Changes of a body that storage must return as they were: none, and an odd text."""
    for field in feature.fields:
        roomy = (field.min or 0) <= len(_ODD) <= (field.max or 10**6)
        if field.type in ("string", "text") and field.pattern is None and roomy:
            return [{}, {field.name: _ODD}]
    return [{}]


def _nullable(feature: Feature) -> str:
    """The changes that empty one field of every unique group, if each has an optional one."""
    optional = {field.name for field in feature.fields if field.optional}
    emptied = [next((name for name in group if name in optional), "") for group in feature.unique]
    return source(dict.fromkeys(emptied)) if emptied and all(emptied) else ""
