"""How a feature's table is written in SQL: columns, constraints, indexes."""

from __future__ import annotations

from pullcord.blueprint import fieldtypes
from pullcord.blueprint.feature import Feature, Field, Json
from pullcord.blueprint.house import House
from pullcord.blueprint.names import column

NAME_LENGTH = 63
"""PostgreSQL cuts longer names, and the target's `Table` expects them cut."""


def constraint_names(feature: Feature) -> list[str]:
    """Names of the constraints that the target's `Table` must recognise, cut as it cuts them."""
    found = ["_".join((feature.plural, *columns, "key")) for columns in feature.unique]
    found += [f"{feature.plural}_{field.name}_fkey" for field in feature.references]
    return [name[:NAME_LENGTH] for name in found]


def columns(feature: Feature) -> list[str]:
    return [_column(field) for field in feature.fields]


def constraints(feature: Feature, house: House) -> list[str]:
    """Every constraint: its name and what it says."""
    owner = ("user_id",) if feature.owned else ()
    known = constraint_names(feature)
    taken = set(known)
    found = []
    if feature.owned:
        found.append(f"{_free(feature, 'owner', 'key', taken)} unique (user_id, id)")
    for name, group in zip(known, feature.unique, strict=False):
        found.append(f"{name} unique ({', '.join(map(column, (*owner, *group)))})")
    for name, field in zip(known[len(feature.unique) :], feature.references, strict=True):
        found.append(f"{name}\n        {_foreign_key(feature, field, house)}")
    for field in feature.fields:
        if says := _check(field):
            found.append(f"{_free(feature, field.name, 'check', taken)} check ({says})")
    return found


def _free(feature: Feature, middle: str, end: str, taken: set[str]) -> str:
    """A name of our own that PostgreSQL does not cut and that the table does not have yet."""
    for number in ("", *map(str, range(2, 100))):
        ending = f"{number}_{end}"
        name = f"{feature.plural}_{middle}"[: NAME_LENGTH - len(ending)] + ending
        if name not in taken:
            break
    taken.add(name)
    return name


def indexes(feature: Feature) -> list[str]:
    """One for the usual order of lists, and one for each reference."""
    owner = "user_id, " if feature.owned else ""
    table = f"public.{column(feature.plural)}"
    found = [f"{feature.plural}_newest_first on {table} ({owner}created_at desc, id)"]
    taken: set[str] = set()
    for field in feature.references:
        name = _free(feature, field.name, "idx", taken)
        found.append(f"{name} on {table} ({owner}{column(field.name)})")
    return found


def _column(field: Field) -> str:
    words = [column(field.name), fieldtypes.column(field)]
    words += [] if field.optional else ["not null"]
    words += [f"default {default(field)}"] if field.has_default else []
    return " ".join(words)


def _foreign_key(feature: Feature, field: Field, house: House) -> str:
    """To the owner's row when both have owners: nobody can refer to the row of somebody else."""
    known = house.resources.get(field.to)
    table, owned = (known.table, known.owned) if known else (feature.plural, feature.owned)
    name, target = column(field.name), f"public.{column(table)}"
    emptied = " on delete set null" if field.optional else ""
    if feature.owned and owned:
        only = f" ({name})" if field.optional else ""  # the owner stays
        keys = f"foreign key (user_id, {name})\n        references {target} (user_id, id)"
        return keys + emptied + only
    return f"foreign key ({name})\n        references {target} (id){emptied}"


def _check(field: Field) -> str:
    """The bounds of a field as a condition; '' when it has none."""
    name = column(field.name)
    match field.type:
        case "string" | "text":
            return _between(f"char_length({name})", field.min or None, field.max)
        case "integer" | "number":
            return _between(name, field.min, field.max)
        case "list":
            return _between(f"cardinality({name})", field.min_items or None, field.max_items)
        case "enum":
            return f"{name} in ({', '.join(map(_text, field.values))})"
        case _:
            return ""


def _between(what: str, least: int | float | None, most: int | float | None) -> str:
    if least is not None and most is not None:
        return f"{what} between {_number(least)} and {_number(most)}"
    if least is not None:
        return f"{what} >= {_number(least)}"
    return f"{what} <= {_number(most)}" if most is not None else ""


def _number(value: int | float) -> str:
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
    return str(int(value)) if whole else repr(value)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def default(field: Field) -> str:
    value = field.default
    if isinstance(value, tuple):
        items = ", ".join(map(_value, value))
        return f"array[{items}]::{fieldtypes.column(field)}" if value else "'{}'"
    return _value(value)


def _value(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _number(value) if isinstance(value, int | float) else _text(str(value))
