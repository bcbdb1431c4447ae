"""api-designer in the workflow `contract`: finds who says something else than the code, and locks
what breaks no client."""

from __future__ import annotations

import json
from pathlib import Path

from pullcord.blueprint import block, contract, names, settling, unclear
from pullcord.blueprint.changing import asking
from pullcord.blueprint.changing.difference import differences
from pullcord.blueprint.changing.finding import PUBLISHED, Change, Sources, changes, unbuilt
from pullcord.blueprint.changing.following import NOTHING, PREVIOUS
from pullcord.blueprint.feature import Feature
from pullcord.blueprint.finish import Unfinished, exported
from pullcord.blueprint.house import OPENAPI, House, UnknownLayout, look
from pullcord.blueprint.locked import ContractUnreadable, Json
from pullcord.blueprint.roles import designer
from pullcord.blueprint.roles.saying import asked, blocked, report
from pullcord.blueprint.targets import Unstorable
from pullcord.blueprint.unclear import Unclear
from pullcord.model.report import Report
from pullcord.model.summary import Summary
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox

_CHOICES = (asking.KEEP, asking.BESIDE)
_SHOWN = 12
"""How many differences the summary names."""


async def work(brief: Brief, workspace: Workspace, sandbox: Sandbox) -> tuple[Report, Summary]:
    """Lock the contract as the request, or somebody's own edit, changes it; ask before a break."""
    try:
        of = sources(brief, workspace.path, await exported(workspace, sandbox))
        if of.asked and of.asked.resource not in of.house.resources:
            return await designer.work(brief, workspace, sandbox)
        found = changes(of)
        if not found:
            return _agreed(brief, of)
        return _locked(brief, of, found)
    except Unclear as question:
        return asked(brief, question.escalation)
    except (ContractUnreadable, Unstorable) as error:
        return asked(brief, asking.unreadable(brief.request, str(error)).escalation)
    except Unfinished as error:
        return blocked(brief, error.message, "A person has to look at the workspace.")


def sources(brief: Brief, root: Path, document: bytes) -> Sources:
    """Everything that may say what the contract is. Raises Unclear."""
    try:
        house = look(root)
    except UnknownLayout as error:
        raise unclear.layout(brief.request, str(error)) from error
    said = settling.asked(brief)
    feature, origin = said or (None, "")
    return Sources(
        root,
        house,
        document,
        feature,
        origin,
        final=said is not None and origin != settling.BLOCK,
    )


def _locked(brief: Brief, of: Sources, found: list[Change]) -> tuple[Report, Summary]:
    """Write the contract of the first change."""
    change, *waiting = found
    house = of.house
    keep, beside = (any(word in each for each in brief.answers) for word in _CHOICES)
    if change.breaking and beside and (version := asking.beside(change, house)):
        _restore(of.root, change, house)
        _write(of.root, version, contract.contract(version, house))
        return _beside(brief, change, version, house)
    if not keep:
        if change.breaking:
            raise asking.breaks(brief.request, change, house)
        if change.clashes:
            raise asking.clashing(brief.request, change)
        if change.unsaid:
            raise asking.unsaid(brief.request, change)
    new = change.harmless if keep or change.wanted is None else change.wanted
    _check_references(brief, new, house)
    _write(of.root, new, _document(change.present, new, house))
    return _said(brief, change, new, waiting, house)


def _restore(root: Path, change: Change, house: House) -> None:
    """What somebody wrote into the contract of the present version goes to the new one."""
    if (root / contract.path_of(change.present.plural)).is_file():
        _write(root, change.present, contract.contract(change.present, house))


def _check_references(brief: Brief, feature: Feature, house: House) -> None:
    if {field.to for field in feature.references} - {*house.resources, feature.resource}:
        raise unclear.unknown_reference(brief.request, feature, house)


def _document(old: Feature, new: Feature, house: House) -> Json:
    """The contract, with the feature that the code has now beside the one that it shall have."""
    return contract.contract(new, house) | {PREVIOUS: block.dump(old)}


def _write(root: Path, feature: Feature, document: Json) -> None:
    target = root / contract.path_of(feature.plural)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _agreed(brief: Brief, of: Sources) -> tuple[Report, Summary]:
    if left := unbuilt(of):
        feature = left[0]
        path = contract.path_of(feature.plural)
        _write(of.root, feature, contract.contract(feature, of.house))
        return report(
            brief,
            f"Confirmed {path}, which nobody has implemented yet.",
            details=[f"{path}: {', '.join(feature.operations)}; only additions."],
            handoff=[f"Implement exactly {path}; the contract gate compares it."],
        )
    stale = [
        path
        for path in (OPENAPI, PUBLISHED)
        if (of.root / path).is_file() and (of.root / path).read_bytes() != of.document
    ]
    found = f"{NOTHING}: the locked contracts and the code say the same"
    found += f"; {' and '.join(stale)} need only be generated anew." if stale else "."
    return report(
        brief,
        found,
        decisions=[("No contract was written", "nobody says anything else than the code")],
        details=["Compared every resource by the rules of the contract gate; no difference."],
        handoff=["Verify that the document is generated and published as it stands."],
    )


def _said(
    brief: Brief, change: Change, new: Feature, waiting: list[Change], house: House
) -> tuple[Report, Summary]:
    path = contract.path_of(new.plural)
    added = asking.voted(change.present, new)
    plural = names.words(new.plural)
    told = f": {', '.join(added)}" if added else "; it says what the service does again"
    return report(
        brief,
        f"Updated the contract of {plural} without a break{told}.",
        decisions=[
            (f"Taken from {change.who}", "the code exports something else"),
            ("Nothing breaks", "by the rules of the contract gate every difference is additive"),
            *([("Left out what breaks clients", "a person decided so")] if change.breaking else []),
        ],
        assumptions=_assumptions(change.present, new),
        details=[
            f"Locked {path}; {PREVIOUS} in it is what the service does now.",
            *(
                f"Additive: {each}"
                for each in asking.gathered(differences(change.present, new, house))[:_SHOWN]
            ),
        ],
        handoff=[
            f"Align the code with exactly {path}; rows that are stored must stay valid.",
            *(
                f"{contract.path_of(each.present.plural)} waits for a run of its own: "
                f"{each.who} says something else than the code too."
                for each in waiting
            ),
        ],
    )


def _assumptions(old: Feature, new: Feature) -> list[str]:
    had = {field.name for field in old.fields}
    added = [field.name for field in new.fields if field.name not in had]
    if not added or "update" not in new.operations:
        return []
    return [
        f"A client that does not know {', '.join(added)} empties it by an update: updates replace "
        "all fields."
    ]


def _beside(brief: Brief, change: Change, version: Feature, house: House) -> tuple[Report, Summary]:
    old, new = (contract.path_of(each.plural) for each in (change.present, version))
    beside, place = (contract.paths(each, house)[0] for each in (change.present, version))
    return report(
        brief,
        f"Locked {place} beside {beside}.",
        decisions=[
            ("A version of its own", "a person decided so; the clients of the old one stay served")
        ],
        details=[f"{old} says what the service does.", f"Locked {new}."],
        handoff=[f"Implement exactly {new}; the contract gate compares it."],
    )
