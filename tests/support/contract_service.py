"""A service with workouts, made without running anything, for tests of changed contracts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from blueprint_service import EXAMPLE, NoCommands, brief, previous, request, write_service
from pullcord.blueprint import block, contract, locked, tests, writing
from pullcord.blueprint.house import OPENAPI, look
from pullcord.blueprint.roles import backend, role_of
from pullcord.blueprint.settling import Settled
from pullcord.model.report import Report
from pullcord.model.request import Request
from pullcord.model.summary import Summary
from pullcord.model.work import Workspace
from pullcord.process import Completed, Limits
from pullcord.protocols import Box

CONTRACT = "docs/contracts/workouts.openapi.json"
DESIGNER, ENGINEER = "api-designer", "python-backend-engineer"
TESTER, REVIEWER = "python-test-engineer", "code-reviewer"


class Exports(NoCommands):
    """A sandbox whose service exports what its locked contracts promise, once it has generated."""

    async def run(self, argv: Sequence[str], box: Box, limits: Limits) -> Completed:
        done = await super().run(argv, box, limits)
        if argv[-1] == "generate":
            generate(box.repo)
        text = (box.repo / OPENAPI).read_text("utf-8") if argv[-1] == "export" else ""
        return Completed(done.argv, 0, text, "", 0.0)


def generate(root: Path) -> None:
    """Put the operations and schemas of every locked contract into openapi.json."""
    document = json.loads((root / OPENAPI).read_text("utf-8"))
    for path in sorted((root / "docs/contracts").glob("*.openapi.json")):
        found = json.loads(path.read_text("utf-8"))
        document["paths"] |= found["paths"]
        document["components"]["schemas"] |= found["components"]["schemas"]
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    (root / OPENAPI).write_text(text, "utf-8")
    (root / "contract/openapi.json").write_text(text, "utf-8")


def write_workouts(folder: Path, text: str = EXAMPLE) -> Path:
    """A new service with the workouts of the example, their tests and their contract."""
    root = write_service(folder)
    feature, house = block.parse(text), look(root)
    document = json.dumps(contract.contract(feature, house), indent=2) + "\n"
    files = writing.write(feature, house) | backend.edit(root, Settled(feature, house, ""))
    files[CONTRACT] = document
    _write(root, files)
    generate(root)
    _write(root, tests.write(locked.read(json.loads(document)), look(root), root))
    return root


def _write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")


def asking(feature: str | None = None) -> Request:
    """A request of the workflow `contract`."""
    return request(feature, title="Contract update").model_copy(update={"workflow": "contract"})


def with_notes(root: Path, path: str = CONTRACT) -> None:
    """Somebody's edit: a workout may have notes."""
    document = json.loads((root / path).read_text("utf-8"))
    schemas = document["components"]["schemas"]
    for name in ("WorkoutCreate", "Workout"):
        either: list[Any] = [{"type": "string"}, {"type": "null"}]
        schemas[name]["properties"]["notes"] = {"anyOf": either, "title": "Notes"}
    schemas["Workout"]["required"].append("notes")
    (root / path).write_text(json.dumps(document, indent=2), "utf-8")


async def act(
    agent: str,
    root: Path,
    asked: Request,
    *,
    after: Sequence[tuple[str, Summary]] = (),
    answers: Sequence[str] = (),
    sandbox: object = None,
) -> tuple[Report, Summary]:
    """One agent of the workflow, after the summaries of others."""
    told = brief(agent, asked, previous=[previous(*each) for each in after], answers=answers)
    role = role_of(agent, "contract")
    assert role is not None
    workspace = Workspace(path=root, base="0" * 40)
    return await role(told, workspace, sandbox or Exports())  # type: ignore[arg-type] # a fake
