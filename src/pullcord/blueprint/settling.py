"""Which feature is meant: from the request, an answer, or the contract that was locked."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from pullcord.blueprint import block, contract, names, unclear
from pullcord.blueprint.feature import OPERATIONS, Feature, Operation
from pullcord.blueprint.house import CONTRACTS, House, UnknownLayout, look
from pullcord.blueprint.unclear import Unclear as Unclear
from pullcord.errors import RequestError
from pullcord.model.request import Request
from pullcord.model.work import Brief

_FENCE = re.compile(r"```feature[^\n]*\n(.*?)```", re.S)
_BARE = re.compile(r"\bresource:\s.*\bfields:.*", re.S)
_CONTRACT = re.compile(rf"{CONTRACTS}/[a-z0-9-]+\.openapi\.json")
_VERBS: dict[Operation, str] = {
    "create": "creates?|logs?|adds?",
    "list": "lists?",
    "update": "updates?|replaces?|changes?|edits?",
    "delete": "deletes?|removes?",
}
BLOCK = "the request's feature block"
_DENIED = re.compile(r"\b(not?|never|cannot|can't|without|refused|40[0-9])\b")


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
        raise unclear.layout(brief.request, str(error)) from error
    locked = locked_here(brief, root)
    if locked:
        path, feature = locked
        return Settled(feature, house, f"the locked contract {path}")
    said = asked(brief)
    if said is None:
        raise unclear.no_block(brief.request)
    feature, origin = said
    if {field.to for field in feature.references} - {*house.resources, feature.resource}:
        raise unclear.unknown_reference(brief.request, feature, house)
    if feature.resource in house.resources and not _started(brief):
        raise unclear.present(brief.request, feature)
    missing = _contradictions(brief.request, feature)
    if missing and origin == BLOCK:
        wanted = tuple(each for each in OPERATIONS if each in {*feature.operations, *missing})
        whole = replace(feature, operations=wanted)
        raise unclear.contradiction(brief.request, missing, whole)
    return Settled(feature, house, origin)


def _started(brief: Brief) -> bool:
    """Whether an agent of this run may have implemented the feature already."""
    builder = "python-backend-engineer"
    return brief.round > 1 or any(each.task.subagent_type == builder for each in brief.own)


def locked_here(brief: Brief, root: Path) -> tuple[str, Feature] | None:
    """The contract that an earlier task of this run locked, and its feature."""
    told = [text for each in brief.own for text in each.summary.details]
    named = [path for text in told for path in _CONTRACT.findall(text)]
    for path in reversed(named):
        if (root / path).is_file():
            try:
                document = json.loads((root / path).read_text("utf-8"))
                text = json.dumps(document["x-feature"], ensure_ascii=False)
                return path, block.parse(text, source=path)
            except (ValueError, KeyError, TypeError, RequestError):
                continue  # somebody else's contract: the request says what is meant
    return None


def asked(brief: Brief) -> tuple[Feature, str] | None:
    """The feature of the latest answer that holds a block, else of the request, and where it was
    read; None when neither has a block. Raises Unclear when it is malformed."""
    request = brief.request
    try:
        for answer in reversed(brief.answers):
            if text := _block(answer):
                return block.parse(text, source="the answer"), "the answer to a question"
        if request.feature is not None:
            return block.read(request), BLOCK
    except RequestError as error:
        raise unclear.malformed(request, error) from error
    return None


def _block(answer: str) -> str:
    """The feature block in an answer, fenced or bare; '' when there is none."""
    fenced = _FENCE.findall(answer)
    bare = _BARE.search(answer)
    return str(fenced[-1]) if fenced else bare[0] if bare else ""


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
