"""A feature block guessed from prose: never built, only proposed to a person."""

from __future__ import annotations

import json
import re

from pullcord.blueprint import block, names
from pullcord.blueprint.feature import OPERATIONS, Feature, Field, Listing
from pullcord.model.request import Request

_HINTS: tuple[tuple[str, Field], ...] = (
    (r"dates?|days?|when", Field("happened_on", "date")),
    (r"minutes|durations?|how long", Field("duration_minutes", "integer", min=1)),
    (r"km|kilomet\w+|distances?", Field("distance_km", "number", min=0.0, optional=True)),
    (r"weights?|kg", Field("weight_kg", "number", min=0.0, optional=True)),
    (r"prices?|amounts?|costs?", Field("amount", "number", min=0.0)),
    (r"quantit\w+|counts?|how many", Field("quantity", "integer", min=0)),
    (r"e-?mails?", Field("email", "string", min=3, max=254)),
    (r"links?|urls?", Field("url", "string", min=1, max=500)),
    (r"done|completed?|finished", Field("done", "boolean", has_default=True, default=False)),
    (r"notes?|comments?|descriptions?", Field("notes", "text", optional=True)),
)
_VERBS = """
a add allow an and api apis as build can create delete edit endpoint endpoints feature features for
from get give handle have implement in let list log make manage new of on or our provide read record
remove resource resources save show so store support that the their to track update users want we
with write
"""


def propose(request: Request) -> Feature:
    """The feature that the prose may mean."""
    resource = _resource(request.title)
    text = " ".join((request.title, request.text, *request.criteria)).lower()
    fields = [Field("title", "string", min=1, max=120)]
    fields += [field for words, field in _HINTS if re.search(rf"\b({words})\b", text)]
    sort = tuple(field.name for field in fields if field.type in ("date", "string"))
    return Feature(
        resource,
        names.plural(resource),
        not re.search(r"\b(shared|public|everyone|everybody)\b", text),
        tuple(fields),
        operations=OPERATIONS,
        list=Listing(sort=sort[:2]),
    )


def _resource(title: str) -> str:
    """The last noun-like word of a title, in the singular: `Log workouts` is about a workout."""
    words = [
        word for word in re.findall(r"[a-z][a-z0-9]*", title.lower()) if word not in _VERBS.split()
    ]
    plurals = [word for word in words if names.singular(word) != word]
    word = (plurals or words or ["item"])[-1]
    return names.singular(word)[:30]


def fenced(feature: Feature) -> str:
    """A feature as the block that a request holds."""
    content = block.dump(feature)
    lines = []
    for key, value in content.items():
        if key == "fields":
            lines.append("fields:")
            lines += [f"  {name}: {_flow(options)}" for name, options in value.items()]
        elif value:
            lines.append(f"{key}: {_flow(value)}")
    return "\n".join(("```feature", *lines, "```"))


def _flow(value: object) -> str:
    """A value in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    plain = isinstance(value, str) and re.fullmatch(r"[a-z_]+", value)
    reserved = value in ("null", "true", "false", "yes", "no", "on", "off", "y", "n")
    return str(value) if plain and not reserved else json.dumps(value, ensure_ascii=False)
