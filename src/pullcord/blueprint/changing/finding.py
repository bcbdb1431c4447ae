"""What the contract of a service shall say: the code, the locked contracts, the documents and the
request are read, and every source that differs from the code changes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pullcord.blueprint import block, contract
from pullcord.blueprint import house as houses
from pullcord.blueprint.changing import served
from pullcord.blueprint.changing.difference import breaking, differences
from pullcord.blueprint.changing.votes import Votes, changed, harmless, same, votes
from pullcord.blueprint.feature import Feature
from pullcord.blueprint.house import House
from pullcord.blueprint.locked import ContractUnreadable, Json
from pullcord.errors import RequestError
from pullcord.openapi.diff import Difference, compare

PUBLISHED = "contract/openapi.json"
_BLOCK = "x-feature of"


@dataclass(frozen=True)
class Source:
    """One who says something else than the code: in words, as a feature, and what of it breaks
    clients. `unsaid` are the places that no feature can hold."""

    words: str
    votes: Votes
    broken: tuple[Difference, ...] = ()
    unsaid: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Change:
    """How the contract of one resource changes.

    `present` is what the code serves, `wanted` what all sources together say (None when they
    contradict each other: then `clashes` names the statements), `harmless` as much of it as breaks
    no client.
    """

    present: Feature
    wanted: Feature | None
    harmless: Feature
    sources: tuple[Source, ...]
    found: tuple[Difference, ...]
    clashes: tuple[str, ...] = ()

    @property
    def breaking(self) -> list[Difference]:
        told = [each for source in self.sources for each in source.broken]
        return list(dict.fromkeys([*breaking(list(self.found)), *told]))

    @property
    def who(self) -> str:
        """Who says something else than the code, in words."""
        words = list(dict.fromkeys(source.words for source in self.sources))
        files = {f"{_BLOCK} {each}" for each in words}
        return " and ".join(each for each in words if each not in files)

    @property
    def unsaid(self) -> list[Difference]:
        return [each for source in self.sources for each in source.unsaid]


@dataclass(frozen=True)
class Sources:
    """Everything that is read: the tree, the document that its code exports, and the resource that
    is asked for."""

    root: Path
    house: House
    document: bytes
    asked: Feature | None = None
    asked_in: str = ""
    final: bool = False
    """Whether what is asked for is a person's answer: then nothing else counts."""

    @cached_property
    def exported(self) -> Json:
        found: Json = json.loads(self.document)
        return found


def changes(of: Sources) -> list[Change]:
    """The resources that shall change, those first whose clients would break."""
    asked = of.asked.resource if of.asked else ""
    found = [
        change_of(of, name)
        for name, known in of.house.resources.items()
        if name == asked or (of.root / contract.path_of(known.table)).is_file() or _drifted(of)
    ]
    open_ones = [each for each in found if each.sources]
    return sorted(open_ones, key=lambda each: not each.breaking)


def unbuilt(of: Sources) -> list[Feature]:
    """The resources of contracts that nobody has implemented."""
    found = []
    for path in sorted((of.root / houses.CONTRACTS).glob("*.openapi.json")):
        document = _json(path)
        if "x-feature" not in document:
            continue  # operations that no feature describes are not for these agents
        feature = _block(document)
        if feature.resource not in of.house.resources:
            found.append(feature)
    return found


def change_of(of: Sources, resource: str) -> Change:
    """The change of one resource; without sources when all of them agree with the code."""
    path = of.root / contract.path_of(of.house.resources[resource].table)
    locked = _json(path) if path.is_file() else None
    hints = served.described(of.root, of.house, resource)
    if locked and "x-feature" in locked:
        hints = _block(locked)
    present = served.served(of.root, of.house, of.exported, hints)
    sources = [each for each in _sources(of, present, hints, locked) if _says(each)]
    together: Votes = {}
    clashes = []
    for source in sources:
        for key, value in source.votes.items():
            if not same(together.setdefault(key, value), value):
                clashes.append(" ".join(key).strip())
    wanted = changed(present, together) if not clashes else None
    return Change(
        present=present,
        wanted=wanted,
        harmless=harmless(present, together, of.house),
        sources=tuple(sources),
        found=tuple(differences(present, wanted, of.house)) if wanted else (),
        clashes=tuple(dict.fromkeys(clashes)),
    )


def _says(source: Source) -> bool:
    return bool(source.votes or source.broken or source.unsaid)


def _sources(
    of: Sources, present: Feature, hints: Feature, locked: Json | None
) -> Iterator[Source]:
    """Who may say something else, the most deliberate first."""
    if of.asked and of.asked.resource == present.resource:
        yield Source(of.asked_in, votes(present, of.asked))
        if of.final:
            return
    if locked is not None:
        path = contract.path_of(present.plural)
        yield _document(path, {"x-feature": block.dump(hints)} | locked, of, present, hints, {})
        if "x-feature" in locked:
            yield Source(f"{_BLOCK} {path}", votes(present, hints))
    for path in (houses.OPENAPI, PUBLISHED):
        if (of.root / path).is_file():
            document = _json(of.root / path)
            ours, theirs = (
                served.part(each, present, of.house) for each in (of.exported, document)
            )
            if ours != theirs and theirs["paths"]:
                # Responses refer to schemas that all resources share.
                whole = {"components": document.get("components") or {}}
                yield _additions(path, theirs, whole, of, present, hints)


def _document(
    path: str, document: Json, of: Sources, present: Feature, hints: Feature, whole: Json
) -> Source:
    """What a document says that somebody may have edited. `whole` holds what it refers to."""
    promised = contract.contract(present, of.house)
    broken = _breaking(promised, document | whole)
    try:
        read = served.reading(document, hints)
        kept = _breaking(document | whole, contract.contract(read, of.house))
    except ContractUnreadable:
        if not broken:
            raise
        return Source(path, {}, broken)
    return Source(path, votes(present, read), broken, () if broken else kept)


def _breaking(old: Json, new: Json) -> tuple[Difference, ...]:
    """What breaks from one document to the other. Raises ContractUnreadable."""
    try:
        return tuple(each for each in compare(old, new) if each.level == "breaking")
    except (ValueError, AttributeError, TypeError) as error:
        raise ContractUnreadable(str(error)) from error


def _additions(
    path: str, theirs: Json, whole: Json, of: Sources, present: Feature, hints: Feature
) -> Source:
    """What a generated document says beside the code. The published one may be an old one: what it
    lacks, nobody has taken away."""
    said = theirs | {"x-feature": block.dump(hints)}
    if path != PUBLISHED:
        return _document(path, said, of, present, hints, whole)
    if not _breaking(theirs | whole, contract.contract(present, of.house)):
        return Source(path, {})
    source = _document(path, said, of, present, hints, whole)
    more = {key: value for key, value in source.votes.items() if value is not None}
    return Source(path, more, (), source.unsaid)


def _drifted(of: Sources) -> bool:
    """Whether a generated document is not what the code exports."""
    present = [of.root / path for path in (houses.OPENAPI, PUBLISHED)]
    return any(path.is_file() and _json(path) != of.exported for path in present)


def _block(document: Json) -> Feature:
    """The feature block in a contract. Raises ContractUnreadable."""
    try:
        return block.parse(
            json.dumps(document["x-feature"], ensure_ascii=False), source="x-feature"
        )
    except RequestError as error:
        raise ContractUnreadable(error.message) from error


def _json(path: Path) -> Json:
    """A document. Raises ContractUnreadable."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ContractUnreadable(f"{path.name} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise ContractUnreadable(f"{path.name} is not a JSON object")
    return found
