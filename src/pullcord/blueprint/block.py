"""The feature block: YAML text to a Feature, or every error in it at once, each with its line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import yaml

from pullcord.blueprint import fieldblock, fieldtypes, names, sqlwords
from pullcord.blueprint.feature import OPERATIONS, TIMES, Feature, Field, Listing, Operation
from pullcord.blueprint.nodes import FIELD_LENGTH, RESOURCE_LENGTH, Nodes, shown
from pullcord.errors import RequestError
from pullcord.model.request import Request

FIELDS = 60
PAGE = 10_000
UNIQUE_LENGTH = 200
"""Longest text in a unique field of which nothing else is said: an index must hold it."""
INDEX_LENGTH = 2600
"""Longest unique text: PostgreSQL's indexes hold no longer entries."""
_PAGING = ("page", "per_page", "sort")
_TOP = ("resource", "plural", "owner", "fields", "unique", "operations", "list")
_LIST = ("filters", "sort", "page_size", "max_page_size")


def read(request: Request) -> Feature:
    """The feature of a request that has a block. Raises RequestError with all errors."""
    return parse(request.feature or "", max(request.feature_line, 1), request.source)


def parse(text: str, first_line: int = 1, source: str = "") -> Feature:
    """The Feature of a block whose first line is `first_line` of `source`.

    Raises RequestError, and nothing else, with one line per error.
    """
    nodes = Nodes(first_line)
    root = nodes.compose(text)
    feature = _feature(nodes, root) if root else None
    if nodes.errors or feature is None:
        where = f" in {source}" if source else ""
        lines = "\n".join(f"  line {line}: {what}" for line, what in sorted(nodes.errors))
        count = "an error" if len(nodes.errors) == 1 else f"{len(nodes.errors)} errors"
        raise RequestError(
            f"The feature block{where} has {count}:\n{lines}",
            "Mend these lines and run again.",
        )
    return feature


def _feature(nodes: Nodes, root: yaml.Node) -> Feature | None:
    top = nodes.mapping(root, "the block", _TOP)
    for key in ("resource", "fields"):
        if key not in top:
            nodes.error(root, f"{key}: is missing")
    resource = nodes.name(top["resource"], "resource") if "resource" in top else ""
    plural = nodes.name(top["plural"], "plural") if "plural" in top else names.plural(resource)
    if len(plural) > RESOURCE_LENGTH and "plural" not in top:
        nodes.error(top.get("resource"), f"plural: {plural} is too long; give a shorter one")
    owner = nodes.choice(top["owner"], "owner", ("user", "none")) if "owner" in top else "user"
    fields = _fields(nodes, top["fields"], owner == "user") if "fields" in top else {}
    unique = _unique(nodes, top.get("unique"), fields)
    operations = _operations(nodes, top["operations"]) if "operations" in top else OPERATIONS
    listing = _listing(nodes, top["list"], fields) if "list" in top else Listing()
    if nodes.errors:
        return None
    feature = Feature(
        resource, plural, owner == "user", tuple(fields.values()), unique, operations, listing
    )
    constraints = sqlwords.constraint_names(feature)
    if len(set(constraints)) < len(constraints):
        long = f"the first {sqlwords.NAME_LENGTH} characters"
        nodes.error(root, f"two constraints have the same name in {long}; use shorter names")
    return feature


def _fields(nodes: Nodes, node: yaml.Node, owned: bool) -> dict[str, Field]:
    found: dict[str, Field] = {}
    added = {"id", *TIMES} | ({"user_id"} if owned else set())
    for key, value in nodes.pairs(node, "fields"):
        name = nodes.name(key, "fields", FIELD_LENGTH)
        if name in added:
            nodes.error(key, f"fields.{name}: is added to every resource; leave it out")
        if names.attribute(name) in {each.attribute for each in found.values()}:
            nodes.error(key, f"fields.{name}: another name is the same in Python")
        found[name] = fieldblock.read(nodes, name, value)
    if not found:
        nodes.error(node, "fields: name at least one")
    if len(found) > FIELDS:
        nodes.error(node, f"fields: {len(found)} are too many; {FIELDS} is the most")
    return found


def _unique(
    nodes: Nodes, node: yaml.Node | None, fields: dict[str, Field]
) -> tuple[tuple[str, ...], ...]:
    """The unique groups; texts in them without a max get one in `fields`."""
    found = []
    for group in nodes.items(node, "unique"):
        columns = _known(nodes, group, "unique", fields)
        if not columns:
            nodes.error(group, "unique: each entry names at least one field")
        if any(fields[name].type == "list" for name in columns):
            nodes.error(group, "unique: a list cannot be unique")
        texts = [name for name in columns if fields[name].type in ("string", "text")]
        for name in texts:
            if fields[name].max is None:
                most = max(UNIQUE_LENGTH, int(fields[name].min or 0))
                fields[name] = replace(fields[name], max=most)
        if sum(int(fields[name].max or 0) for name in texts) > INDEX_LENGTH:
            nodes.error(group, f"unique: texts of more than {INDEX_LENGTH} characters")
        found.append(columns)
    return tuple(dict.fromkeys(found))


def _operations(nodes: Nodes, node: yaml.Node) -> tuple[Operation, ...]:
    asked = [
        nodes.choice(each, "operations", OPERATIONS) for each in nodes.items(node, "operations")
    ]
    if not asked:
        nodes.error(node, "operations: name at least one")
    return tuple(each for each in OPERATIONS if each in asked)


def _listing(nodes: Nodes, node: yaml.Node, fields: dict[str, Field]) -> Listing:
    top = nodes.mapping(node, "list", _LIST)
    known = fields | TIMES
    filters = _known(nodes, top.get("filters"), "list.filters", known)
    sort = _known(nodes, top.get("sort"), "list.sort", known)
    _check_parameters(nodes, top.get("filters"), [known[name] for name in filters])
    for name in sort:
        if not fieldtypes.type_of(known[name]).sortable:
            nodes.error(top["sort"], f"list.sort: {name} is a list and has no order")
    sizes = {
        key: nodes.integer(top[key], f"list.{key}", 1, PAGE)
        for key in ("page_size", "max_page_size")
        if key in top
    }
    most = sizes.get("max_page_size", max(Listing.max_page_size, sizes.get("page_size", 1)))
    size = sizes.get("page_size", min(Listing.page_size, most))
    if size > most:
        nodes.error(node, f"list.page_size: {size} is more than max_page_size, {most}")
    return Listing(filters, sort, size, most)


def _check_parameters(nodes: Nodes, node: yaml.Node | None, filters: list[Field]) -> None:
    """Two filters must not ask for the same query parameter."""
    taken = dict.fromkeys(_PAGING, "the page")
    for field in filters:
        for name in fieldtypes.parameters(field):
            if name in taken:
                owner = taken[name]
                nodes.error(node, f"list.filters: ?{name}= belongs to {owner} and {field.name}")
            taken[name] = field.name


def _known(
    nodes: Nodes, node: yaml.Node | None, where: str, fields: dict[str, Field]
) -> tuple[str, ...]:
    """Names of fields, each once."""
    found: list[str] = []
    for each in nodes.items(node, where):
        name = nodes.raw(each)
        if name not in fields:
            nodes.error(each, f"{where}: there is no field {shown(name)}")
        elif name in found:
            nodes.error(each, f"{where}: {name} stands twice")
        else:
            found.append(name)
    return tuple(found)


def dump(feature: Feature) -> dict[str, Any]:
    """The block that means this feature: complete, in the order of the format."""
    listing = feature.list
    return {
        "resource": feature.resource,
        "plural": feature.plural,
        "owner": "user" if feature.owned else "none",
        "fields": {field.name: _dump_field(field) for field in feature.fields},
        "unique": [list(columns) for columns in feature.unique],
        "operations": list(feature.operations),
        "list": {
            "filters": list(listing.filters),
            "sort": list(listing.sort),
            "page_size": listing.page_size,
            "max_page_size": listing.max_page_size,
        },
    }


def _dump_field(field: Field) -> dict[str, Any]:
    keys = ("values", "of", "to", "min", "max", "pattern", "min_items", "max_items", "optional")
    given = {key: getattr(field, key) for key in keys}
    absent = (None, (), "", False)
    found = {key: each for key, each in given.items() if not any(each is none for none in absent)}
    found |= {"default": field.default} if field.has_default else {}
    lists = {key: list(value) for key, value in found.items() if isinstance(value, tuple)}
    return {"type": field.type} | found | lists
