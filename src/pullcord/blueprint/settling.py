"""Which feature is meant: from the request, an answer, or the contract that was locked."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from pullcord.blueprint import block, contract, names, proposal
from pullcord.blueprint.feature import OPERATIONS, Feature, Operation
from pullcord.blueprint.house import CONTRACTS, House, UnknownLayout, look
from pullcord.errors import RequestError
from pullcord.model.escalation import Escalation
from pullcord.model.request import Request
from pullcord.model.work import Brief

_FENCE = re.compile(r"```feature[^\n]*\n(.*?)```", re.S)
_CONTRACT = re.compile(rf"{CONTRACTS}/[a-z0-9-]+\.openapi\.json")
_VERBS: dict[Operation, str] = {
    "create": "creates?|logs?|adds?",
    "list": "lists?",
    "update": "updates?|replaces?|changes?|edits?",
    "delete": "deletes?|removes?",
}
_DENIED = re.compile(r"\b(not?|never|cannot|can't|without|refused|40[0-9])\b")


class Unclear(Exception):
    """Only a person can say what is meant; `escalation` is the question."""

    def __init__(self, escalation: Escalation) -> None:
        super().__init__(escalation.description)
        self.escalation = escalation


@dataclass(frozen=True)
class Settled:
    """What is to be built, and where."""

    feature: Feature
    house: House
    origin: str
    """Where the feature was read, in words."""

    @property
    def contract_path(self) -> str:
        return contract.path_of(self.feature.plural)


def settle(brief: Brief, root: Path) -> Settled:
    """The feature that this brief is about, in the repository at `root`. Raises Unclear."""
    try:
        house = look(root)
    except UnknownLayout as error:
        raise Unclear(_layout(brief, str(error))) from error
    locked = _locked(brief, root)
    if locked:
        path, feature = locked
        return Settled(feature, house, f"the locked contract {path}")
    feature, origin = _asked(brief)
    _check(brief.request, feature, house, answered=origin != "the request's feature block")
    return Settled(feature, house, origin)


def _locked(brief: Brief, root: Path) -> tuple[str, Feature] | None:
    """The contract that an earlier task of this run locked, and its feature."""
    named = [path for each in brief.previous for path in _paths(each.summary.details)]
    for path in reversed(named):
        if (root / path).is_file():
            document = json.loads((root / path).read_text("utf-8"))
            return path, block.parse(json.dumps(document["x-feature"]), source=path)
    return None


def _paths(details: tuple[str, ...]) -> list[str]:
    return [path for detail in details for path in _CONTRACT.findall(detail)]


def _asked(brief: Brief) -> tuple[Feature, str]:
    """The feature of the latest answer that holds a block, else of the request."""
    request = brief.request
    for answer in reversed(brief.answers):
        for text in reversed(_FENCE.findall(answer)):
            try:
                return block.parse(text, source="the answer"), "the answer to a question"
            except RequestError as error:
                raise Unclear(_malformed(request, error)) from error
    if request.feature is None:
        raise Unclear(_no_block(request))
    try:
        return block.read(request), "the request's feature block"
    except RequestError as error:
        raise Unclear(_malformed(request, error)) from error


def _check(request: Request, feature: Feature, house: House, *, answered: bool) -> None:
    """A feature must fit the service, and the criteria must fit the feature."""
    unknown = [
        field
        for field in feature.references
        if field.to not in {*house.resources, feature.resource}
    ]
    if unknown:
        kept = tuple(field for field in feature.fields if field not in unknown)
        raise Unclear(_unknown_reference(request, feature, replace(feature, fields=kept), house))
    if feature.resource in house.resources:
        raise Unclear(_present(request, feature))
    missing = _contradictions(request, feature)
    if missing and not answered:
        wanted = tuple(each for each in OPERATIONS if each in {*feature.operations, *missing})
        raise Unclear(_contradiction(request, missing, replace(feature, operations=wanted)))


def _contradictions(request: Request, feature: Feature) -> dict[Operation, str]:
    """Operations that were not asked for, with the criterion that needs them."""
    nouns = f"{names.words(feature.resource)}|{names.words(feature.plural)}"
    found: dict[Operation, str] = {}
    for operation, verbs in _VERBS.items():
        pattern = rf"\b({verbs}) (a |an |the |their |his |her |own |each )*({nouns})\b"
        for criterion in request.criteria:
            text = criterion.lower()
            wanted = re.search(pattern, text) and not _DENIED.search(text)
            if wanted and operation not in feature.operations:
                found.setdefault(operation, criterion)
    return found


# --- questions ---


def _question(
    request: Request, description: str, ambiguity: str, proposals: list[str]
) -> Escalation:
    return Escalation(
        kind="clarification",
        description=description,
        fields={"Requirement": request.title, "Ambiguity": ambiguity},
        options=tuple(proposals),
        recommendation=proposals[0],
        evidence=(request.source,) if request.source else (),
    )


_OTHER = "Stop the run; I will write the feature block myself"


def _build(feature: Feature, why: str) -> str:
    return f"{why}:\n{proposal.fenced(feature)}"


def _no_block(request: Request) -> Escalation:
    return _question(
        request,
        f"What exactly is stored for {request.title!r}?",
        "The request has no feature block, so fields, bounds and operations are not said.",
        [_build(proposal.propose(request), "Build this, guessed from the text"), _OTHER],
    )


def _malformed(request: Request, error: RequestError) -> Escalation:
    return _question(
        request,
        "The feature block cannot be read.",
        error.message,
        [_build(proposal.propose(request), "Build this instead, guessed from the text"), _OTHER],
    )


def _unknown_reference(
    request: Request, feature: Feature, without: Feature, house: House
) -> Escalation:
    targets = sorted({field.to for field in feature.references} - set(house.resources))
    known = ", ".join(sorted(house.resources)) or "none"
    fields = without.fields or proposal.propose(request).fields
    names_left = {field.name for field in fields}
    unique = tuple(group for group in feature.unique if names_left.issuperset(group))
    listing = replace(
        feature.list,
        filters=tuple(name for name in feature.list.filters if name in names_left),
        sort=tuple(name for name in feature.list.sort if name in names_left),
    )
    smaller = replace(without, fields=fields, unique=unique, list=listing)
    return _question(
        request,
        f"The service has no resource {' and no '.join(targets)}.",
        f"A field refers to it; the service's resources are: {known}.",
        [_build(smaller, "Build it without that field"), "Stop the run and build that one first"],
    )


def _present(request: Request, feature: Feature) -> Escalation:
    other = replace(
        feature,
        resource=f"{feature.resource}_record",
        plural=f"{feature.resource}_records",
    )
    return _question(
        request,
        f"The service has the resource {feature.resource} already.",
        "A feature block describes a new resource; changing a present one is other work.",
        [_build(other, "Build a resource of another name"), "Stop the run"],
    )


def _contradiction(request: Request, missing: dict[Operation, str], feature: Feature) -> Escalation:
    operations = ", ".join(missing)
    return _question(
        request,
        f"The acceptance criteria need {operations}, the feature block leaves it out.",
        "; ".join(f"{operation}: {criterion!r}" for operation, criterion in missing.items()),
        [
            _build(feature, f"Build it with {operations}"),
            _build(
                replace(
                    feature,
                    operations=tuple(each for each in feature.operations if each not in missing),
                ),
                "Build it as the block says, without",
            ),
        ],
    )


def _layout(brief: Brief, why: str) -> Escalation:
    return _question(
        brief.request,
        "The offline agents do not know the layout of this repository.",
        f"{why} They write into services that `pullcord new` made.",
        [
            "Stop the run and use an agent with a model: pullcord run --runtime claude",
            "Stop the run and make a service that they know: pullcord new DIR",
        ],
    )
