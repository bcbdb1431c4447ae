"""The migration that brings a table from one feature to another. Rows that are there stay valid:
a new column is empty or has a default. Row-level security is not touched."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pullcord.blueprint import names, sqlwords, writing
from pullcord.blueprint.feature import Feature
from pullcord.blueprint.house import MIGRATIONS, House

_ADDED = re.compile(r'\badd\s+column\s+(?:if\s+not\s+exists\s+)?"?(\w+)"?', re.I)


def migration(
    old: Feature, new: Feature, house: House, present: Mapping[str, str]
) -> tuple[str, str] | None:
    """Path and text of the next migration; None when the table need not change.

    `present` are the texts of the migrations by name: columns that one of them has made are there,
    and a migration that says exactly this has been written already.
    """
    columns = _columns("\n".join(present.values()), new.plural)
    actions = [*_additions(old, new, columns), *_defaults(old, new), *_constraints(old, new, house)]
    was = sqlwords.indexes(old)
    indexes = [each for each in sqlwords.indexes(new) if each not in was]
    if not actions and not indexes:
        return None
    words = {
        "words": names.words(new.plural),
        "table": names.column(new.plural),
        "actions": actions,
        "indexes": indexes,
        "added": [each.name for each in new.fields if each.name not in _names(old)],
    }
    text = writing.render("change.sql", words).strip() + "\n"
    for name, known in present.items():
        if known == text:
            return f"{MIGRATIONS}/{name}", text
    return f"{MIGRATIONS}/{house.next_migration(f'{new.plural}_{_subject(old, new)}')}", text


def _subject(old: Feature, new: Feature) -> str:
    added = [each.name for each in new.fields if each.name not in _names(old)]
    return f"add_{added[0]}" if added else "change"


def _names(feature: Feature) -> set[str]:
    return {each.name for each in feature.fields}


def _additions(old: Feature, new: Feature, columns: set[str]) -> list[str]:
    written = dict(zip((each.name for each in new.fields), sqlwords.columns(new), strict=True))
    known = _names(old) | columns
    return [f"add column {text}" for name, text in written.items() if name not in known]


def _defaults(old: Feature, new: Feature) -> list[str]:
    """Columns that are filled in from now on when a row comes without them."""
    was = {each.name: each for each in old.fields}
    return [
        f"alter column {names.column(each.name)} set default {sqlwords.default(each)}"
        for each in new.fields
        if each.has_default and each.name in was and not was[each.name].has_default
    ]


def _constraints(old: Feature, new: Feature, house: House) -> list[str]:
    was, now = (_named(sqlwords.constraints(each, house)) for each in (old, new))
    gone = [f"drop constraint {name}" for name in was if was[name] != now.get(name)]
    return gone + [
        f"add constraint {name} {says}" for name, says in now.items() if was.get(name) != says
    ]


def _named(constraints: list[str]) -> dict[str, str]:
    found = {}
    for each in constraints:
        name, says = re.split(r"\s+", each, maxsplit=1)
        found[name] = says
    return found


def _columns(text: str, table: str) -> set[str]:
    """The columns of a table that these statements add to it."""
    found: set[str] = set()
    for statement in re.sub(r"--[^\n]*", "", text).split(";"):
        if re.search(rf'\balter\s+table\s+(only\s+)?(public\.)?"?{table}"?\s', statement, re.I):
            found |= set(_ADDED.findall(statement))
    return found
