"""What only a person can decide about a change of a contract."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pullcord.blueprint import contract, names
from pullcord.blueprint.changing.finding import Change
from pullcord.blueprint.changing.votes import votes, words
from pullcord.blueprint.feature import Feature
from pullcord.blueprint.house import House
from pullcord.blueprint.nodes import RESOURCE_LENGTH
from pullcord.blueprint.unclear import STOP, Unclear, question
from pullcord.model.escalation import Escalation
from pullcord.model.request import Request
from pullcord.openapi.diff import Difference

KEEP = "Keep it non-breaking"
BESIDE = "Make a new version beside it"
_SHOWN = 6


def breaks(request: Request, change: Change, house: House) -> Unclear:
    """The cord for a change that breaks clients: architecture, so only a person opens it."""
    present = change.present
    path = contract.path_of(present.plural)
    collection, _ = contract.paths(present, house)
    return Unclear(
        Escalation(
            kind="architecture",
            description=(
                f"What {change.who} says of {names.words(present.plural)} breaks the clients of "
                f"{collection}."
            ),
            fields={
                "Current Design": (
                    f"{path} and the published contract promise {_promised(change)}; "
                    f"clients rely on it."
                ),
                "Required Change": _listed(gathered(change.breaking)),
            },
            options=tuple(_options(change, house)),
            evidence=(*([request.place] if request.source else []), path),
        )
    )


def gathered(found: Sequence[Difference]) -> list[str]:
    """Differences in words, those of one field in many places as one:
    `tags is removed (POST /workouts body, GET /workouts 200.items[])`."""
    places: dict[str, list[str]] = {}
    for each in found:
        where, dot, field = each.where.rpartition(".")
        subject = f"{field}: {each.what}" if dot else each.text
        places.setdefault(subject, []).append(where)
    return [
        f"{subject} ({_first(each)})" if each[0] else subject for subject, each in places.items()
    ]


def _first(places: Sequence[str]) -> str:
    more = f" and {len(places) - 2} more places" if len(places) > 2 else ""
    return ", ".join(places[:2]) + more


def _promised(change: Change) -> str:
    """The operations that something breaks in."""
    places = [" ".join(each.where.split()[:2]) for each in change.breaking]
    found = [each for each in dict.fromkeys(places) if " " in each]
    return _listed(found) if found else f"what they promise of {change.present.plural}"


def _options(change: Change, house: House) -> list[str]:
    more = voted(change.present, change.harmless)
    stays = "and leave the rest as it is" if more else "leave the contract as the service is"
    found = [f"{KEEP}: {', '.join([*more, stays])}"]
    if version := beside(change, house):
        found.append(
            f"{BESIDE}: {contract.paths(version, house)[0]} with what was asked for, "
            f"{contract.paths(change.present, house)[0]} stays as it is"
        )
    return [*found, STOP]


def voted(old: Feature, new: Feature) -> list[str]:
    """The differences of two features, for people."""
    return [words(key, value, old) for key, value in votes(old, new).items()]


def beside(change: Change, house: House) -> Feature | None:
    """What is asked for as a resource of its own, `workout_v2`; None when it cannot be one."""
    if change.wanted is None or not votes(change.present, change.wanted):
        return None
    old = change.present
    for number in range(2, 10):
        name, plural = (f"{re.sub('_v[0-9]$', '', each)}_v{number}" for each in _both(old))
        if name not in house.resources and len(plural) <= RESOURCE_LENGTH:
            fields = tuple(
                replace(each, to=name) if each.to == old.resource else each
                for each in change.wanted.fields
            )
            return replace(change.wanted, resource=name, plural=plural, fields=fields)
    return None


def _both(feature: Feature) -> tuple[str, str]:
    return feature.resource, feature.plural


def clashing(request: Request, change: Change) -> Unclear:
    """Two sources want different things of one statement."""
    return question(
        request,
        f"{change.who} say different things of {_listed(list(change.clashes))}.",
        "Both differ from what the service does, and from each other.",
        (_kept(change), STOP),
    )


def unsaid(request: Request, change: Change) -> Unclear:
    """A document says what no feature block can hold, and so no offline agent can build."""
    where = " and ".join(dict.fromkeys(each.words for each in change.sources if each.unsaid))
    return question(
        request,
        f"{where} says something that the offline agents cannot build.",
        _listed([f"{each.where} {_turned(each.what)}" for each in change.unsaid])
        + ". An agent with a model (pullcord run --runtime claude) can.",
        (_kept(change), STOP),
    )


def _turned(what: str) -> str:
    """A difference was found from the document to what can be built: it is said the other way."""
    return what.replace("is removed", "has no place in a feature block")


def _kept(change: Change) -> str:
    more = voted(change.present, change.harmless)
    return f"{KEEP}: {', '.join([*more, 'and leave the rest as it is'])}"


def unreadable(request: Request, why: str) -> Unclear:
    return question(request, "A locked contract cannot be read.", f"{why}.", (STOP,))


def edited(task: str, places: Sequence[str]) -> Unclear:
    """Somebody's own lines stand where the change must go. `places` are path:line."""
    return Unclear(
        Escalation(
            kind="clarification",
            description="Somebody's own lines stand where the change must go.",
            fields={
                "Requirement": task,
                "Ambiguity": f"At {', '.join(places)} both differ from what was generated; writing "
                "there would undo somebody's work. Make the change there by hand and run again, or "
                "use an agent with a model (pullcord run --runtime claude).",
            },
            options=(STOP,),
            recommendation=STOP,
            evidence=tuple(places),
        )
    )


def _listed(texts: Sequence[str]) -> str:
    """At most six of them, in one line."""
    more = f"; and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return "; ".join(texts[:_SHOWN]) + more
