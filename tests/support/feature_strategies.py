"""Random feature blocks that are right, for property tests of everything that reads or builds them."""

from __future__ import annotations

import itertools
import json
import string
from dataclasses import replace
from typing import Any

import hypothesis
from hypothesis import strategies as st

from pullcord.blueprint import block, fieldtypes
from pullcord.blueprint.feature import OPERATIONS, Feature

AWKWARD = (
    "class", "from", "import", "json", "copy", "model_config", "schema", "type", "list", "date",
    "datetime", "str", "int", "order", "user", "self", "dict", "select", "none", "true_value",
    "offset", "conditions", "fields", "model_dump", "dt", "builtins", "create", "row", "page",
    "query", "values", "default", "check", "match", "id_", "field", "text", "owner", "construct",
)  # fmt: skip
_WORDS = st.sampled_from(
    ("alpha", "bravo", "load", "note", "weight", "goal", "level", "city", "box", "day", "x", "y2")
)
_SAFE_TEXT = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), include_characters=" "),
    min_size=1,
    max_size=12,
).filter(lambda text: text.strip() == text and text.isprintable())
_PATTERNS = ("^[a-z]+$", "^[A-Z]{2}-[0-9]{2,4}$", r"^\d+(\.\d+)?$", "a|b", "^(x|yz)*q$", "[^0-9]")


def names() -> st.SearchStrategy[str]:
    """Names of fields, awkward ones among them."""
    plain = st.lists(_WORDS, min_size=1, max_size=3).map("_".join)
    return st.sampled_from(AWKWARD).filter(lambda name: name != "id_") | plain


@st.composite
def _text(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    least = draw(st.none() | st.integers(0, 20))
    most = draw(st.none() | st.integers(max(least or 0, 1), 200))
    options = {"type": kind} | _given(min=least, max=most)
    if least is None and most is None and draw(st.booleans()):
        options["pattern"] = draw(st.sampled_from(_PATTERNS))
    return options


@st.composite
def _number(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    values: st.SearchStrategy[float] = st.integers(-1000, 1000)
    if kind == "number":
        values = values | st.floats(-1e6, 1e6, allow_nan=False).map(lambda v: round(v, 3))
    least = draw(st.none() | values)
    most = draw(st.none() | values)
    if least is not None and most is not None and least > most:
        least, most = most, least
    return {"type": kind} | _given(min=least, max=most)


@st.composite
def _list(draw: st.DrawFn) -> dict[str, Any]:
    least = draw(st.none() | st.integers(0, 3))
    most = draw(st.none() | st.integers(max(least or 0, 1), 6))
    item = draw(st.sampled_from(("string", "integer", "number", "uuid")))
    return {"type": "list", "of": item} | _given(min_items=least, max_items=most)


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def options(targets: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """What is said of one field, without default; references lead to `targets`."""
    plain = st.sampled_from(("boolean", "date", "datetime", "uuid"))
    values = st.lists(_SAFE_TEXT, min_size=1, max_size=5, unique=True)
    kinds = [
        _text("string"),
        _text("text"),
        _number("integer"),
        _number("number"),
        plain.map(lambda kind: {"type": kind}),
        values.map(lambda each: {"type": "enum", "values": each}),
        _list(),
    ]
    if targets:
        kinds.append(st.sampled_from(targets).map(lambda to: {"type": "reference", "to": to}))
    return st.one_of(kinds)


@st.composite
def blocks(
    draw: st.DrawFn,
    *,
    resource: str = "sample",
    targets: tuple[str, ...] = ("plan", "sample"),
) -> dict[str, Any]:
    """A feature block, as YAML means it."""
    found = draw(st.lists(names(), min_size=1, max_size=6, unique=True))
    owner = draw(st.sampled_from(("user", "none")))
    fields: dict[str, Any] = {}
    for name in found:
        said = draw(options(targets))
        optional = draw(st.booleans()) or said.get("to") == resource
        fields[name] = said | ({"optional": True} if optional else {})
    for name in draw(st.lists(st.sampled_from(found), unique=True)):
        _add_default(draw, resource, name, fields)
    block_: dict[str, Any] = {"resource": resource, "owner": owner, "fields": fields}
    operations = st.lists(st.sampled_from(OPERATIONS), min_size=1, unique=True)
    if draw(st.booleans()):
        block_["operations"] = draw(operations)
    unique = [name for name in found if fields[name]["type"] != "list"]
    grouped: bool = draw(st.booleans())
    if unique and grouped:
        group = draw(st.lists(st.sampled_from(unique), min_size=1, max_size=2, unique=True))
        block_["unique"] = [group]
    taken = ("page", "per_page", "sort")
    filters = [name for name in found if name not in taken]
    block_["list"] = {
        "filters": draw(st.lists(st.sampled_from(filters), unique=True)) if filters else [],
        "sort": draw(st.lists(st.sampled_from([*unique, "created_at"]), unique=True)),
        "page_size": draw(st.integers(1, 20)),
        "max_page_size": draw(st.integers(20, 200)),
    }
    return block_


def _add_default(draw: st.DrawFn, resource: str, name: str, fields: dict[str, Any]) -> None:
    """A default that the field accepts, unless it can have none."""
    if fields[name]["type"] == "reference":
        return
    feature = block.parse(_json({"resource": resource, "fields": {name: fields[name]}}))
    values = fieldtypes.good(feature.fields[0])
    if values and all(len(str(value)) < 900 for value in values):
        fields[name] = fields[name] | {"default": draw(st.sampled_from(values))}


def features(**arguments: Any) -> st.SearchStrategy[Feature]:
    """Features, read from random blocks."""
    return blocks(**arguments).map(lambda each: block.parse(_json(each)))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def sample(count: int, *, seed: int) -> list[Feature]:
    """Different features for one service, the same for the same seed."""
    found: list[Feature] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=4 * count,
        phases=[hypothesis.Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(features())
    def collect(feature: Feature) -> None:
        found.append(feature)

    collect()
    letters = itertools.product(string.ascii_lowercase, repeat=2)
    chosen = zip(found[3::4][:count], letters, strict=False)  # the first examples are trivial ones
    return [_renamed(feature, f"sample_{''.join(pair)}") for feature, pair in chosen]


def _renamed(feature: Feature, resource: str) -> Feature:
    fields = tuple(
        replace(field, to=resource) if field.to == feature.resource else field
        for field in feature.fields
    )
    return replace(feature, resource=resource, plural=f"{resource}s", fields=fields)
