"""What changes between two OpenAPI documents mean for those who use the older one.

Direction decides. In a request the server may only accept more; in a response it may only promise
more. References are compared by what they lead to, and `anyOf` with null, `nullable` and a type
list with "null" are the same thing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pullcord.openapi.document import Document, operations, resolve

Level = Literal["breaking", "additive"]
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_EQUAL = ("format", "pattern", "multipleOf", "uniqueItems", "contentMediaType", "discriminator")
_DEEPEST = 40


@dataclass(frozen=True)
class Difference:
    """One change. `where` is `METHOD /path` and the place in it; `rule` is short and stable."""

    level: Level
    rule: str
    where: str
    what: str

    @property
    def text(self) -> str:
        return f"{self.where}: {self.what}"


def compare(old: Document, new: Document) -> list[Difference]:
    """Every difference that a client could notice, in the order of paths."""
    found: list[Difference] = []
    a, b = operations(old), operations(new)
    for key in sorted(a.keys() | b.keys(), key=lambda k: (k[1], k[0])):
        where = f"{key[0]} {key[1]}"
        if key not in b:
            found.append(Difference("breaking", "operation", where, "is removed"))
        elif key not in a:
            found.append(Difference("additive", "operation", where, "is new"))
        else:
            found += _Operation(old, new, where).compare(a[key], b[key])
    return list(dict.fromkeys(found))


class _Operation:
    """The comparison of one operation in two documents."""

    def __init__(self, old: Document, new: Document, where: str) -> None:
        self.old, self.new, self.where = old, new, where

    def compare(self, a: dict[str, Any], b: dict[str, Any]) -> Iterator[Difference]:
        yield from self.identity(a, b)
        yield from self.security(a, b)
        yield from self.parameters(a, b)
        yield from self.body(a, b)
        yield from self.responses(a, b)

    def say(self, level: Level, rule: str, what: str, place: str = "") -> Difference:
        return Difference(level, rule, f"{self.where} {place}".rstrip(), what)

    def identity(self, a: dict[str, Any], b: dict[str, Any]) -> Iterator[Difference]:
        was, now = a.get("operationId"), b.get("operationId")
        if was and was != now:
            yield self.say("breaking", "operation-id", f"operationId {was} became {now}")

    def security(self, a: dict[str, Any], b: dict[str, Any]) -> Iterator[Difference]:
        was = _requirements(a.get("security", self.old.get("security", [])))
        now = _requirements(b.get("security", self.new.get("security", [])))
        if was and frozenset() not in was and (not now or frozenset() in now):
            yield self.say("breaking", "unsecured", "no longer needs authentication")
        elif (
            any(not any(mine <= theirs for mine in now) for theirs in was or {frozenset()}) and now
        ):
            yield self.say("breaking", "security", "needs other or further credentials")
        elif was != now:
            yield self.say("additive", "security", "accepts further credentials")

    def parameters(self, a: dict[str, Any], b: dict[str, Any]) -> Iterator[Difference]:
        was, now = self._named(self.old, a), self._named(self.new, b)
        for key in sorted(was.keys() | now.keys()):
            place = f"{key[0]} {key[1]}"
            if key not in now:
                yield self.say("breaking", "parameter", "is removed", place)
            elif key not in was:
                hard = bool(now[key].get("required"))
                what = "is new and required" if hard else "is new"
                yield self.say("breaking" if hard else "additive", "parameter", what, place)
            else:
                yield from self._parameter(place, was[key], now[key])

    def _parameter(self, place: str, a: dict[str, Any], b: dict[str, Any]) -> Iterator[Difference]:
        if bool(a.get("required")) != bool(b.get("required")):
            hard = bool(b.get("required"))
            what = "became required" if hard else "became optional"
            yield self.say("breaking" if hard else "additive", "required", what, place)
        for style in ("style", "explode"):
            if a.get(style) != b.get(style):
                yield self.say("breaking", "style", f"{style} changed", place)
        yield from self.schema(place, a.get("schema", {}), b.get("schema", {}), request=True)

    @staticmethod
    def _named(document: Document, operation: dict[str, Any]) -> dict[tuple[str, str], Any]:
        found = (resolve(document, p) for p in operation.get("parameters", []))
        return {(p.get("in", ""), p.get("name", "")): p for p in found}

    def body(self, a: dict[str, Any], b: dict[str, Any]) -> Iterator[Difference]:
        was = resolve(self.old, a.get("requestBody", {}))
        now = resolve(self.new, b.get("requestBody", {}))
        if bool(was.get("required")) != bool(now.get("required")):
            hard = bool(now.get("required"))
            what = "became required" if hard else "became optional"
            yield self.say("breaking" if hard else "additive", "required", what, "body")
        yield from self.content("body", was, now, request=True)

    def responses(self, a: dict[str, Any], b: dict[str, Any]) -> Iterator[Difference]:
        was, now = a.get("responses", {}), b.get("responses", {})
        for status in sorted(was.keys() | now.keys()):
            if status not in now:
                yield self.say("breaking", "response", "is removed", status)
            elif status not in was:
                yield self.say("additive", "response", "is new", status)
            else:
                x, y = resolve(self.old, was[status]), resolve(self.new, now[status])
                yield from self.content(status, x, y, request=False)
                gone = sorted(x.get("headers", {}).keys() - y.get("headers", {}).keys())
                for name in gone:
                    yield self.say("breaking", "header", f"header {name} is removed", status)

    def content(
        self, place: str, a: dict[str, Any], b: dict[str, Any], *, request: bool
    ) -> Iterator[Difference]:
        was, now = a.get("content", {}), b.get("content", {})
        for media in sorted(was.keys() | now.keys()):
            if media not in now:
                yield self.say("breaking", "media", f"{media} is removed", place)
            elif media not in was:
                yield self.say("additive", "media", f"{media} is new", place)
            else:
                x, y = was[media].get("schema", {}), now[media].get("schema", {})
                yield from self.schema(place, x, y, request=request)

    def schema(
        self, place: str, a: Any, b: Any, *, request: bool, path: tuple[str, ...] = ()
    ) -> Iterator[Difference]:
        key = json.dumps([a, b, request], sort_keys=True)
        if key in path or len(path) > _DEEPEST:
            return  # a schema that contains itself was compared further up
        path = (*path, key)
        was, null_a = _choices(self.old, a)
        now, null_b = _choices(self.new, b)
        if null_a != null_b:
            yield self._step(place, "nullable", f"null is {'' if null_b else 'no longer '}allowed",
                             widened=null_b, request=request)  # fmt: skip
        if len(was) == len(now) == 1:
            yield from self.single(place, was[0], now[0], request, path)
        elif len(was) != len(now):
            yield self._step(place, "alternatives", f"{len(was)} alternatives became {len(now)}",
                             widened=len(now) > len(was), request=request)  # fmt: skip
        else:
            for x, y in zip(was, now, strict=True):
                yield from self.schema(place, x, y, request=request, path=path)

    def _step(
        self, place: str, rule: str, what: str, *, widened: bool, request: bool
    ) -> Difference:
        """A set of values grew or shrank: requests may only grow, responses only shrink."""
        return self.say("additive" if widened == request else "breaking", rule, what, place)

    def single(
        self, place: str, a: dict[str, Any], b: dict[str, Any], request: bool, path: tuple[str, ...]
    ) -> Iterator[Difference]:
        yield from self.kind(place, a, b, request)
        yield from self.values(place, a, b, request)
        yield from self.bounds(place, a, b, request)
        yield from self.properties(place, a, b, request, path)
        if "items" in a or "items" in b:
            yield from self.schema(f"{place}[]", a.get("items", {}), b.get("items", {}),
                                   request=request, path=path)  # fmt: skip
        parts_a, parts_b = a.get("allOf", []), b.get("allOf", [])
        if len(parts_a) != len(parts_b):
            yield self.say("breaking", "allOf", "its parts changed", place)
        for x, y in zip(parts_a, parts_b, strict=False):
            yield from self.schema(place, x, y, request=request, path=path)

    def kind(
        self, place: str, a: dict[str, Any], b: dict[str, Any], request: bool
    ) -> Iterator[Difference]:
        was, now = a.get("type"), b.get("type")
        if was != now:
            wider = now is None or (was, now) == ("integer", "number")
            narrower = was is None or (was, now) == ("number", "integer")
            if wider or narrower:
                yield self._step(place, "type", f"type {was} became {now}", widened=wider,
                                 request=request)  # fmt: skip
            else:
                yield self.say("breaking", "type", f"type {was} became {now}", place)
        for key in _EQUAL:
            x, y = a.get(key), b.get(key)
            if x != y and (x is None or y is None):
                yield self._step(place, key, f"{key} {x} became {y}", widened=y is None,
                                 request=request)  # fmt: skip
            elif x != y:
                yield self.say("breaking", key, f"{key} {x} became {y}", place)

    def values(
        self, place: str, a: dict[str, Any], b: dict[str, Any], request: bool
    ) -> Iterator[Difference]:
        was, now = _enum(a), _enum(b)
        if was is None or now is None:
            if was != now:
                yield self._step(place, "enum", "a list of values came or went",
                                 widened=now is None, request=request)  # fmt: skip
            return
        if gone := sorted(was - now):
            yield self._step(place, "enum", f"values {', '.join(gone)} are gone", widened=False,
                             request=request)  # fmt: skip
        if come := sorted(now - was):
            yield self._step(place, "enum", f"values {', '.join(come)} are new", widened=True,
                             request=request)  # fmt: skip

    def bounds(
        self, place: str, a: dict[str, Any], b: dict[str, Any], request: bool
    ) -> Iterator[Difference]:
        for keys, sign in ((_UPPER, 1), (_LOWER, -1)):
            for key in keys:
                x, y = a.get(key), b.get(key)
                if x == y:
                    continue
                wider = y is None or (x is not None and (y - x) * sign > 0)
                yield self._step(place, key, f"{key} {x} became {y}", widened=wider,
                                 request=request)  # fmt: skip

    def properties(
        self, place: str, a: dict[str, Any], b: dict[str, Any], request: bool, path: tuple[str, ...]
    ) -> Iterator[Difference]:
        was, now = a.get("properties", {}), b.get("properties", {})
        need_a, need_b = set(a.get("required", [])), set(b.get("required", []))
        yield from self.extras(place, a, b, request, path)
        for name in sorted(was.keys() | now.keys()):
            here = f"{place}.{name}"
            if name not in now:
                yield self.say("breaking", "field", "is removed", here)
                continue
            if name not in was:
                hard = request and name in need_b
                what = "is new and required" if hard else "is new"
                yield self.say("breaking" if hard else "additive", "field", what, here)
                continue
            if (name in need_a) != (name in need_b):
                optional = name in need_a
                what = "became optional" if optional else "became required"
                yield self._step(here, "required", what, widened=optional, request=request)
            yield from self.schema(here, was[name], now[name], request=request, path=path)

    def extras(
        self, place: str, a: dict[str, Any], b: dict[str, Any], request: bool, path: tuple[str, ...]
    ) -> Iterator[Difference]:
        was, now = a.get("additionalProperties", True), b.get("additionalProperties", True)
        if (was is False) != (now is False):
            what = "unknown fields are refused" if now is False else "unknown fields are taken"
            yield self._step(place, "extra-fields", what, widened=was is False, request=request)
        elif isinstance(was, dict) or isinstance(now, dict):
            x, y = (v if isinstance(v, dict) else {} for v in (was, now))
            yield from self.schema(f"{place}.*", x, y, request=request, path=path)


def _requirements(security: Any) -> set[frozenset[str]]:
    """Each way to authenticate, as the set of scheme and scheme:scope it needs."""
    return {
        frozenset(
            word
            for name, scopes in way.items()
            for word in (name, *(f"{name}:{s}" for s in scopes))
        )
        for way in security or []
    }


def _choices(document: Document, schema: Any) -> tuple[list[dict[str, Any]], bool]:
    """The alternatives of a schema without null, and whether null is one of them."""
    node = resolve(document, schema)
    nullable = bool(node.get("nullable"))
    for key in ("anyOf", "oneOf"):
        if key in node:
            found = [_choices(document, part) for part in node[key]]
            return [c for choices, _ in found for c in choices], nullable or any(
                n for _, n in found
            )
    kinds = node.get("type")
    if kinds == "null":
        return [], True
    if isinstance(kinds, list):
        rest = [k for k in kinds if k != "null"]
        return [node | {"type": k} for k in rest], nullable or "null" in kinds
    return [node], nullable


def _enum(schema: dict[str, Any]) -> set[str] | None:
    if "const" in schema:
        return {json.dumps(schema["const"])}
    return {json.dumps(v) for v in schema["enum"]} if "enum" in schema else None
