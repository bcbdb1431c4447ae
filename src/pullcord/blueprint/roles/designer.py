"""api-designer: locks the contract of the feature in a file of its own."""

from __future__ import annotations

import json

from pullcord.blueprint import contract
from pullcord.blueprint.feature import Feature
from pullcord.blueprint.house import OPENAPI
from pullcord.blueprint.roles.saying import asked, report
from pullcord.blueprint.settling import Settled, settle
from pullcord.blueprint.unclear import Unclear
from pullcord.model.report import Report
from pullcord.model.summary import Summary
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox


async def work(brief: Brief, workspace: Workspace, sandbox: Sandbox) -> tuple[Report, Summary]:
    """Write `docs/contracts/<plural>.openapi.json`, or ask what is meant."""
    try:
        settled = settle(brief, workspace.path)
    except Unclear as question:
        return asked(brief, question.escalation)
    feature, house = settled.feature, settled.house
    document = contract.contract(feature, house)
    target = workspace.path / settled.contract_path
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    confirmed = target.is_file() and target.read_text("utf-8") == text
    target.write_text(text, "utf-8")
    operations = [
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
    ]
    verb = "Confirmed" if confirmed else "Locked"
    return report(
        brief,
        f"{verb} the contract of {feature.plural}: {', '.join(operations)}.",
        decisions=_decisions(feature),
        assumptions=_assumptions(feature, settled),
        details=[
            f"{verb} {settled.contract_path} with {len(operations)} operations; "
            f"{OPENAPI} is untouched until they are implemented.",
        ],
        handoff=[
            f"Implement exactly {settled.contract_path}; the contract gate compares it.",
            f"The settled feature block stands in it as x-feature, read from {settled.origin}.",
        ],
    )


def _decisions(feature: Feature) -> list[tuple[str, str]]:
    found = []
    if {"create", "update"} <= set(feature.operations):
        why = "an update replaces all fields, so both take the same ones"
        found.append(("One schema for create and update", why))
    if set(feature.operations) & {"create", "update", "list"}:
        why = "a misspelt optional one would otherwise be lost without a word"
        found.append(("Unknown fields and query parameters are refused with 422", why))
    if feature.owned:
        why = "whether it exists is nobody else's business"
        found.append(("Another user's row is answered with 404", why))
    if feature.unique:
        groups = "; ".join(" with ".join(group) for group in feature.unique)
        found.append((f"409 on create and update for {groups}", "asked for as unique"))
    if "list" in feature.operations:
        listing = feature.list
        found.append(
            (
                f"Pages of {listing.page_size}, at most {listing.max_page_size} rows",
                "bounded answers; newest first, ties by id, so that pages never overlap",
            )
        )
    if "delete" in feature.operations:
        why = "a resource that comes to refer to these rows must not change the contract"
        found.append(("Deleting documents 409", why))
    return found


def _assumptions(feature: Feature, settled: Settled) -> list[str]:
    nullable = {field.name for field in feature.fields if field.optional}
    found = []
    if any(nullable.intersection(group) for group in feature.unique):
        found.append("Rows without a value in a unique field do not clash with each other.")
    if any(field.type == "integer" for field in feature.fields):
        found.append("Integers without bounds stay within 2^53, which JSON carries without loss.")
    if any(field.type == "datetime" for field in feature.fields):
        found.append("Moments need an offset and are answered in UTC.")
    if any(field.type == "list" for field in feature.filters):
        found.append("A filter on a list field finds rows whose list holds the value.")
    if settled.house.prefix:
        found.append(f"Paths begin with {settled.house.prefix}, as those of the service do.")
    return found
