"""What the reviewer of a contract change asks of the schema and of its publication."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from blueprint_service import write_service
from pullcord.blueprint.change import Changed
from pullcord.blueprint.roles.contract_reviewer import (
    CHANGELOG,
    CHECKSUM,
    PUBLISHED,
    findings,
)

CHANGED = Changed({PUBLISHED: None, CHANGELOG: None})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_service(tmp_path / "service")


def said(root: Path, exports: list[bytes], changed: Changed = CHANGED) -> list[tuple[str, str]]:
    return [(each.path, each.message) for each in findings(root, changed, exports)]


def test_a_schema_that_is_generated_and_published_is_right(root: Path) -> None:
    export = (root / "openapi.json").read_bytes()

    assert said(root, [export, export]) == []


def test_two_exports_that_differ_are_seen(root: Path) -> None:
    export = (root / "openapi.json").read_bytes()

    (found,) = said(root, [export, export + b"\n"])
    assert found[1].startswith("Two exports of one tree differ")


def test_an_export_out_of_order_is_seen(root: Path) -> None:
    document = json.loads((root / "openapi.json").read_bytes())
    export = (json.dumps(dict(reversed(document.items())), indent=2) + "\n").encode()
    for path in ("openapi.json", PUBLISHED):
        (root / path).write_bytes(export)
    (root / CHECKSUM).write_text(f"{hashlib.sha256(export).hexdigest()}  openapi.json\n")

    (found,) = said(root, [export, export])
    assert found[1].startswith("The export is not sorted")


@pytest.mark.parametrize(
    ("path", "task"),
    [("openapi.json", "generate"), (PUBLISHED, "publish"), (CHECKSUM, "publish")],
)
def test_a_document_that_is_not_what_the_code_exports_is_named(
    root: Path, path: str, task: str
) -> None:
    export = (root / "openapi.json").read_bytes()
    (root / path).write_text("{}")

    found = dict(said(root, [export, export]))
    assert f"poe {task}-openapi" in found[path]


def test_a_publication_without_an_entry_is_seen(root: Path) -> None:
    export = (root / "openapi.json").read_bytes()

    ((path, _),) = said(root, [export, export], Changed({PUBLISHED: None}))
    assert path == CHANGELOG


def test_a_publish_workflow_that_lacks_a_task_is_seen(root: Path) -> None:
    export = (root / "openapi.json").read_bytes()
    settings = root / "pyproject.toml"
    settings.write_text(settings.read_text().replace("verify-openapi = {", "verify = {"))

    ((path, message),) = said(root, [export, export])
    assert (path, message) == ("pyproject.toml", "There is no task verify-openapi.")
