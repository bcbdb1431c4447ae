"""code-reviewer in the workflow `contract`: is the schema generated the same each time, and was it
published as the target publishes?"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

from pullcord.blueprint import change
from pullcord.blueprint.change import Changed
from pullcord.blueprint.finish import Unfinished, exported
from pullcord.blueprint.house import OPENAPI
from pullcord.blueprint.locked import ContractUnreadable
from pullcord.blueprint.review import review
from pullcord.blueprint.roles import reviewer
from pullcord.model.quality import Finding
from pullcord.model.report import Report, Review
from pullcord.model.summary import Summary
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox

PUBLISHED = "contract/openapi.json"
CHECKSUM = "contract/openapi.sha256"
CHANGELOG = "contract/CHANGELOG.md"
TASKS = ("generate-openapi", "verify-openapi", "publish-openapi")
_SEEDS = ("7", "4711")


async def work(brief: Brief, workspace: Workspace, sandbox: Sandbox) -> tuple[Report, Summary]:
    """The verdict on the change, on the determinism of the schema and on its publication."""
    changed = change.read(brief.packet)
    criteria = (*brief.request.criteria, *brief.request.constraints)
    try:
        verdict = review(workspace.path, changed, criteria)
        exports = [await exported(workspace, sandbox, seed) for seed in _SEEDS]
    except (ContractUnreadable, Unfinished) as error:
        finding = _finding(str(error), OPENAPI)
        return reviewer.told(brief, Review(decision="escalate", findings=(finding,)), 0)
    found = tuple(findings(workspace.path, changed, exports))
    if found:
        all_found = (*verdict.findings, *found)
        verdict = verdict.model_copy(update={"decision": "object", "findings": all_found})
    digest = hashlib.sha256(exports[0]).hexdigest()[:12]
    right = [
        f"Two exports with different hash seeds have the same {len(exports[0])} bytes, sorted, "
        f"sha256 {digest}….",
        f"{OPENAPI} and {PUBLISHED} hold exactly these bytes, {CHECKSUM} and {CHANGELOG} tell of "
        "them.",
    ]
    return reviewer.told(brief, verdict, len(changed.lines), () if found else right)


def findings(root: Path, changed: Changed, exports: list[bytes]) -> Iterator[Finding]:
    """What is wrong with the document and the way it was published."""
    export = exports[0]
    if any(each != export for each in exports):
        yield _finding("Two exports of one tree differ: the schema is not deterministic.", OPENAPI)
    if export != _sorted(export):
        yield _finding("The export is not sorted: equal documents would have other bytes.", OPENAPI)
    for path in (OPENAPI, PUBLISHED):
        if _bytes(root / path) != export:
            task = TASKS[0] if path == OPENAPI else TASKS[2]
            yield _finding(f"This is not what the code exports: run `poe {task}`.", path)
    sums = _bytes(root / CHECKSUM).split()
    if not sums or sums[0].decode() != hashlib.sha256(_bytes(root / PUBLISHED)).hexdigest():
        yield _finding(f"This is not the checksum of {PUBLISHED}: run `poe {TASKS[2]}`.", CHECKSUM)
    if PUBLISHED in changed.lines and CHANGELOG not in changed.lines:
        message = f"{PUBLISHED} changed and no entry tells of it: run `poe {TASKS[2]}`."
        yield _finding(message, CHANGELOG)
    if missing := [task for task in TASKS if task not in _tasks(root)]:
        yield _finding(f"There is no task {', '.join(missing)}.", "pyproject.toml")


def _sorted(document: bytes) -> bytes:
    """The document as the target's script writes it, keys in order."""
    text = json.dumps(json.loads(document), indent=2, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode()


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _tasks(root: Path) -> dict[str, object]:
    settings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    found: dict[str, object] = settings.get("tool", {}).get("poe", {}).get("tasks", {})
    return found


def _finding(message: str, path: str) -> Finding:
    return Finding(gate="review", rule="schema", message=message, path=path)
