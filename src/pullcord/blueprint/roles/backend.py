"""python-backend-engineer: implements the locked contract in the layout of the target."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pullcord.blueprint import contract, edits, names, writing
from pullcord.blueprint import house as houses
from pullcord.blueprint.clashing import renumber
from pullcord.blueprint.feature import Feature
from pullcord.blueprint.finish import Unfinished, finish
from pullcord.blueprint.roles.saying import asked, blocked, report
from pullcord.blueprint.settling import Settled, settle
from pullcord.blueprint.unclear import Unclear
from pullcord.model.report import Report
from pullcord.model.summary import Summary
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox


async def work(brief: Brief, workspace: Workspace, sandbox: Sandbox) -> tuple[Report, Summary]:
    """Write the feature's files, or write them again in a round that mends findings."""
    try:
        settled = settle(brief, workspace.path)
        if renumber(workspace.path / houses.MIGRATIONS, settled.feature.plural):
            settled = settle(brief, workspace.path)
    except Unclear as question:
        return asked(brief, question.escalation)
    before = texts(workspace.path)
    new = writing.write(settled.feature, settled.house)
    edited = edit(workspace.path, settled)
    for path, text in (new | edited).items():
        target = workspace.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    try:
        await finish(workspace, sandbox, tuple(new | edited))
    except Unfinished as error:
        return blocked(brief, error.message, "A person has to look at the workspace.")
    if differences := unkept(workspace.path, settled):
        return blocked(
            brief,
            f"The implementation does not keep {settled.contract_path}: {'; '.join(differences)}.",
            "Mend the contract with api-designer, or implement it by hand.",
        )
    if brief.findings and texts(workspace.path) == before:
        return cannot_mend(brief)
    return _done(brief, settled, sorted(new), sorted(edited))


def edit(root: Path, settled: Settled) -> dict[str, str]:
    """The changed texts of the files that know all resources: path to text."""
    words = writing.context(settled.feature, settled.house)
    module, name = words["module"], words["name"]
    providers = (root / houses.PROVIDERS).read_text("utf-8")
    repository = f"{name}Repository"
    providers = edits.add_import(
        providers, f"app.repositories.{module}", f"InMemory{repository}", repository
    )
    providers = edits.add_import(
        providers, f"app.repositories.postgres.{module}", f"Postgres{repository}"
    )
    providers = edits.append(providers, writing.render("provider.py", words))
    routers = (root / houses.ROUTER_LIST).read_text("utf-8")
    router = words["router_module"]
    routers = edits.add_import(routers, "app.api", router)
    routers = edits.append(routers, f"router.include_router({router}.router)")
    return {houses.PROVIDERS: providers, houses.ROUTER_LIST: routers}


def unkept(root: Path, settled: Settled) -> list[str]:
    """Operations that the service now describes otherwise than the locked contract."""
    exported = _unordered(json.loads((root / houses.OPENAPI).read_text("utf-8")))
    wanted = _unordered(contract.contract(settled.feature, settled.house))
    found = [
        f"{method.upper()} {path}"
        for path, methods in wanted["paths"].items()
        for method, operation in methods.items()
        if exported["paths"].get(path, {}).get(method) != operation
    ]
    schemas = exported["components"]["schemas"]
    return found + [
        f"schema {name}"
        for name, schema in wanted["components"]["schemas"].items()
        if schemas.get(name) != schema
    ]


def _unordered(node: Any) -> Any:
    """A document whose enums are sorted: Python shares `Literal` types of the same values, so the
    order may be another resource's."""
    if isinstance(node, dict):
        found = {key: _unordered(value) for key, value in node.items()}
        if isinstance(values := found.get("enum"), list):
            found["enum"] = sorted(values, key=repr)
        return found
    return [_unordered(item) for item in node] if isinstance(node, list) else node


def texts(root: Path) -> dict[str, bytes]:
    """What the service consists of, to tell whether a round changed anything."""
    folders = ("app", houses.MIGRATIONS)
    files = [path for folder in folders for path in (root / folder).rglob("*") if path.is_file()]
    files = [path for path in files if path.suffix in (".py", ".sql")]
    return {str(path): path.read_bytes() for path in [*files, root / houses.OPENAPI]}


def cannot_mend(brief: Brief) -> tuple[Report, Summary]:
    places = [
        f"{finding.path}:{finding.line} {finding.rule}: {finding.message}".lstrip(":0 ")
        for finding in brief.findings
        if finding.gate != "agent"
    ]
    return blocked(
        brief,
        f"Writing the feature anew from its contract changes nothing about: {'; '.join(places)}",
        "These findings need a person or an agent with a model.",
    )


def _done(
    brief: Brief, settled: Settled, new: list[str], edited: list[str]
) -> tuple[Report, Summary]:
    feature = settled.feature
    operations = ", ".join(feature.operations)
    again = f"Round {brief.round}: wrote it anew from its contract. " if brief.findings else ""
    return report(
        brief,
        f"{again}Implemented {operations} of {feature.plural} by {settled.contract_path}.",
        decisions=_decisions(feature),
        assumptions=_assumptions(feature),
        details=[
            *(f"Added {path}" for path in new),
            *(f"Inserted the provider or router of {feature.plural} in {path}" for path in edited),
            f"Generated {houses.OPENAPI} and published the contract.",
        ],
        handoff=[
            "Test every operation from the contract: success, bounds, missing and wrong tokens.",
            f"Test {names.class_name(feature.resource)} repositories over both storages.",
        ],
    )


def _decisions(feature: Feature) -> list[tuple[str, str]]:
    found = [
        (
            "The repository offers all five operations, the router those that were asked for",
            "the contract suite and later references need the others",
        ),
        (
            "Bounds stand in the request model and as constraints in the migration",
            "rows that come another way must keep them too",
        ),
    ]
    if feature.owned:
        found.append(
            (
                "Every query names the owner although row level security does too",
                "one of the two may be lost by mistake, not both",
            )
        )
    for field in feature.references:
        kept = "empties it" if field.optional else "is refused while rows need it"
        found.append(
            (
                f"{field.name} is a foreign key to {field.to}",
                f"an unknown one is 422; deleting the {names.words(field.to)} {kept}",
            )
        )
    for field in feature.fields:
        if field.aliased:
            why = f"Python or pydantic keeps the name {field.name}; on the wire it stays"
            found.append((f"{field.name} is called {field.attribute} in the models", why))
    return found


def _assumptions(feature: Feature) -> list[str]:
    return [
        f"{names.words(feature.plural).capitalize()} are few enough per "
        f"{'user' if feature.owned else 'table'} to count them for each page.",
    ]
