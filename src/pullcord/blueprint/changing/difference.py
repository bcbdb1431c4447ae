"""What a change of a feature means for its clients: by the rules of the contract gate, and by the
few that no OpenAPI document shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pullcord.blueprint import contract
from pullcord.blueprint.feature import OPERATIONS, Feature, Field
from pullcord.blueprint.house import House
from pullcord.openapi.diff import Difference, compare


def differences(old: Feature, new: Feature, house: House) -> list[Difference]:
    """Everything that a client of `old` could notice, the breaking first."""
    found = compare(contract.contract(old, house), contract.contract(new, house))
    found += _hidden(old, new, contract.paths(old, house)[0])
    found += _stored(old, new, house)
    return sorted(dict.fromkeys(found), key=lambda each: each.level != "breaking")


def breaking(found: list[Difference]) -> list[Difference]:
    return [each for each in found if each.level == "breaking"]


def _hidden(old: Feature, new: Feature, where: str) -> Iterator[Difference]:
    """Requests that are no longer taken, or mean something else, while the document stays."""
    if old.owned != new.owned:
        what = "rows belong to users now" if new.owned else "rows no longer belong to users"
        yield Difference("breaking", "owner", where, what)
    was = {field.name: field for field in old.fields}
    for group in new.unique:
        if group not in old.unique and not _vacant(group, was, new):
            what = f"rows with the same {' and '.join(group)} are refused now"
            yield Difference("breaking", "unique", where, what)
    for field in new.fields:
        if before := was.get(field.name):
            yield from _field(before, field, f"{where} {field.name}")
    if old.list.page_size != new.list.page_size:
        what = f"pages of {old.list.page_size} rows became {new.list.page_size}"
        yield Difference("breaking", "page-size", where, what)


def _stored(old: Feature, new: Feature, house: House) -> Iterator[Difference]:
    """What stored rows may not keep, where no operation sends them: as if every operation did."""
    if {"create", "update"} & set(old.operations) & set(new.operations):
        return
    was, now = (
        contract.contract(replace(each, operations=OPERATIONS), house) for each in (old, new)
    )
    for each in compare(was, now):
        if each.level == "breaking" and " body." in each.where:
            where = f"rows of {contract.paths(old, house)[0]}.{each.where.partition(' body.')[2]}"
            yield replace(each, where=where)


def _vacant(group: tuple[str, ...], was: dict[str, Field], new: Feature) -> bool:
    """Whether rows that nobody gave the new field are without a value in it, and never clash."""
    fields = [new.named(name) for name in group]
    return any(each.name not in was and each.optional and not each.has_default for each in fields)


def _field(old: Field, new: Field, where: str) -> Iterator[Difference]:
    if new.to and old.to != new.to:
        yield Difference("breaking", "reference", where, f"must name a stored {new.to} now")
    if old.has_default and new.has_default and old.default != new.default:
        what = f"the default {old.default!r} became {new.default!r}"
        yield Difference("breaking", "default", where, what)
    if old.optional and new.optional and old.has_default != new.has_default:
        what = "what is stored when it is left out changes"
        yield Difference("breaking", "default", where, what)
