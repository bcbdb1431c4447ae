"""Questions that only a person can answer, each with a filled-in proposal."""

from __future__ import annotations

from dataclasses import replace

from pullcord.blueprint import proposal
from pullcord.blueprint.feature import Feature, Operation
from pullcord.blueprint.house import House
from pullcord.errors import RequestError
from pullcord.model.escalation import Escalation
from pullcord.model.request import Request

STOP = "Stop the run"
"""The answer that ends a run (see `pullcord.line.ask`)."""


class Unclear(Exception):
    """Only a person can say what is meant; `escalation` is the question."""

    def __init__(self, escalation: Escalation) -> None:
        super().__init__(escalation.description)
        self.escalation = escalation


def question(
    request: Request, description: str, ambiguity: str, options: tuple[str, ...]
) -> Unclear:
    """A clarification of a request; the first option is recommended."""
    return Unclear(
        Escalation(
            kind="clarification",
            description=description,
            fields={"Requirement": request.title, "Ambiguity": ambiguity},
            options=options,
            recommendation=options[0],
            evidence=(request.place,) if request.source else (),
        )
    )


def _build(why: str, feature: Feature) -> str:
    return f"{why}:\n{proposal.fenced(feature)}"


def no_block(request: Request) -> Unclear:
    return question(
        request,
        f"What exactly is stored for {request.title!r}?",
        "The request has no feature block, so fields, bounds and operations are not said.",
        (_build("Build this, guessed from the text", proposal.propose(request)), STOP),
    )


def malformed(request: Request, error: RequestError) -> Unclear:
    return question(
        request,
        "The feature block cannot be read.",
        error.message.replace(request.source, request.place) if request.source else error.message,
        (_build("Build this instead, guessed from the text", proposal.propose(request)), STOP),
    )


def unknown_reference(request: Request, feature: Feature, house: House) -> Unclear:
    known = {*house.resources, feature.resource}
    targets = sorted({field.to for field in feature.references} - known)
    return question(
        request,
        f"The service has no resource {' and no '.join(targets)}.",
        f"A field refers to it; the resources are: {', '.join(sorted(house.resources))}.",
        (_build("Build it without that field", _without(feature, targets, request)), STOP),
    )


def _without(feature: Feature, targets: list[str], request: Request) -> Feature:
    """The feature without its references to `targets`."""
    fields = tuple(field for field in feature.fields if field.to not in targets)
    fields = fields or proposal.propose(request).fields
    left = {field.name for field in fields} | {"created_at", "updated_at"}
    listing = replace(
        feature.list,
        filters=tuple(name for name in feature.list.filters if name in left),
        sort=tuple(name for name in feature.list.sort if name in left),
    )
    unique = tuple(group for group in feature.unique if left.issuperset(group))
    return replace(feature, fields=fields, unique=unique, list=listing)


def present(request: Request, feature: Feature) -> Unclear:
    name = f"{feature.resource}_record"
    return question(
        request,
        f"The service has the resource {feature.resource} already.",
        "A feature block describes a new resource; changing a present one is other work.",
        (
            _build(
                "Build a resource of another name",
                replace(feature, resource=name, plural=f"{name}s"),
            ),
            STOP,
        ),
    )


def contradiction(request: Request, missing: dict[Operation, str], feature: Feature) -> Unclear:
    """`missing` maps each operation to the criterion that needs it; `feature` has them all."""
    operations = ", ".join(missing)
    fewer = tuple(each for each in feature.operations if each not in missing)
    return question(
        request,
        f"The acceptance criteria need {operations}, the feature block leaves it out.",
        "; ".join(f"{operation}: {criterion}" for operation, criterion in missing.items()),
        (
            _build(f"Build it with {operations}", feature),
            _build(
                f"Build it as the block says, without {operations}; the end asks what becomes of "
                "the criteria",
                replace(feature, operations=fewer),
            ),
            STOP,
        ),
    )


def layout(request: Request, why: str) -> Unclear:
    return question(
        request,
        "The offline agents do not know the layout of this repository.",
        f"{why} They write into services laid out as `pullcord new` does. An agent with a model "
        "(pullcord run --runtime claude) can work in any.",
        (STOP,),
    )
