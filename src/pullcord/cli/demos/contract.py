"""Example 3 of SPEC.md: a contract that somebody extended, and one that nobody may cut."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pullcord import scaffold
from pullcord.blueprint import block, contract, locked, tests, writing
from pullcord.blueprint.finish import finish
from pullcord.blueprint.house import look
from pullcord.blueprint.roles import backend
from pullcord.blueprint.settling import Settled
from pullcord.cli.demos.demo import REQUESTS, Demo
from pullcord.model.work import Environment, Workspace
from pullcord.requests import markdown
from pullcord.sandbox.unsafe import Unsafe

PLANTED = (
    "  the feature of `pullcord demo logging`, workouts, as the offline agents build it",
    "  docs/contracts/workouts.openapi.json: a workout may have notes of at most 500 characters;",
    "    no code, no table and no test knows of them",
)
_NOTES: dict[str, Any] = {"type": "string", "maxLength": 500}


async def plant(service: Path) -> tuple[str, ...]:
    """Commit workouts with their tests, and then somebody's edit of their contract."""
    request = markdown.parse((REQUESTS / "log-workouts.md").read_text("utf-8"))
    feature, house = block.read(request), look(service)
    path, document = contract.path_of(feature.plural), contract.contract(feature, house)
    files = writing.write(feature, house) | backend.edit(service, Settled(feature, house, ""))
    files[path] = _text(document)
    _write(service, files)
    of, known = locked.read(json.loads(files[path])), look(service)
    added = tests.write(of, known, service)
    _write(service, added)
    environment = Environment(path=service / ".venv", key="demo")
    workspace = Workspace(path=service, base="", environment=environment)
    # No agent's work: what runs here is the service's own code and pullcord's.
    await finish(workspace, Unsafe(), (*files, *added))
    await scaffold.commit(service, "Log workouts")
    _write(service, {path: _text(_with_notes(document))})
    await scaffold.commit(service, "Contract: workouts have notes")
    return PLANTED


def _with_notes(document: dict[str, Any]) -> dict[str, Any]:
    """The contract as a person extends it: in what is sent, and in what is answered."""
    schemas = document["components"]["schemas"]
    for name, text in (("WorkoutCreate", _NOTES), ("Workout", {"type": "string"})):
        choices = [text, {"type": "null"}]
        schemas[name]["properties"]["notes"] = {"anyOf": choices, "title": "Notes"}
    schemas["Workout"]["required"].append("notes")
    return document


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _write(service: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (service / path).parent.mkdir(parents=True, exist_ok=True)
        (service / path).write_text(text, "utf-8")


CONTRACT = Demo(
    REQUESTS / "contract.md",
    (
        "Demo: offline agents let a service follow its contract, and stop before it breaks.",
        "No model, no key, no network, no cost.",
    ),
    plant,
    breaking=REQUESTS / "contract-breaking.md",
)
