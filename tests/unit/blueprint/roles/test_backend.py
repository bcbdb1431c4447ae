"""The offline backend engineer, without the target's own tools."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from blueprint_service import NoCommands, brief, request, work, write_service
from pullcord.blueprint import block, contract
from pullcord.blueprint.house import look
from pullcord.model.quality import Finding
from pullcord.process import Completed, Limits
from pullcord.protocols import Box

ENGINEER = "python-backend-engineer"
FINDING = Finding(gate="types", rule="arg-type", message="is wrong", path="app/x.py", line=3)


class Generates(NoCommands):
    """A sandbox in which `openapi generate` writes what the contract promises."""

    async def run(self, argv: Sequence[str], box: Box, limits: Limits) -> Completed:
        if "generate" in argv:
            _describe(box.repo)
        return await super().run(argv, box, limits)


class Fails(NoCommands):
    """A sandbox in which the target's script fails."""

    async def run(self, argv: Sequence[str], box: Box, limits: Limits) -> Completed:
        done = await super().run(argv, box, limits)
        failed = Completed(done.argv, 1, "", "ImportError: no such thing", 0.1)
        return failed if "generate" in argv else done


def _describe(root: Path) -> None:
    promised = contract.contract(block.read(request()), look(root))
    document = json.loads((root / "openapi.json").read_text())
    document["paths"] |= promised["paths"]
    document["components"]["schemas"] |= promised["components"]["schemas"]
    (root / "openapi.json").write_text(json.dumps(document))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_service(tmp_path)


async def test_every_file_is_written_and_finished(root: Path) -> None:
    sandbox = Generates()

    report, summary = await work(ENGINEER, brief(ENGINEER, request()), root, sandbox)

    assert report.status == "done"
    added = [detail.removeprefix("Added ") for detail in summary.details if "Added" in detail]
    assert len(added) == 5
    assert all((root / path).is_file() for path in added)
    assert "def get_workout_repository" in (root / "app/core/providers.py").read_text()
    assert [argv[:2] for argv in sandbox.asked] == [
        ("ruff", "format"),
        ("ruff", "check"),
        ("ruff", "format"),
        ("python", "-m"),
        ("python", "-m"),
    ]
    assert sandbox.asked[-2][-1] == "generate"
    assert sandbox.asked[-1][-1] == "publish"


async def test_an_implementation_that_breaks_the_contract_is_not_called_done(root: Path) -> None:
    report, _ = await work(ENGINEER, brief(ENGINEER, request()), root, NoCommands())

    assert report.status == "blocked"
    assert "does not keep docs/contracts/workouts.openapi.json: POST /workouts" in report.message


async def test_a_command_that_fails_is_told_in_its_own_words(root: Path) -> None:
    report, summary = await work(ENGINEER, brief(ENGINEER, request()), root, Fails())

    assert report.status == "blocked"
    assert "ImportError: no such thing" in report.message
    assert summary.blockers[0].blocker == report.message


async def test_a_round_that_mends_writes_the_files_anew(root: Path) -> None:
    await work(ENGINEER, brief(ENGINEER, request()), root, Generates())
    model = root / "app/models/workout.py"
    right = model.read_text()
    model.write_text(right.replace("le=1440", "le=1441"))
    told = brief(ENGINEER, request(), round=2, findings=[FINDING])

    report, _ = await work(ENGINEER, told, root, Generates())

    assert report.status == "done"
    assert report.message.startswith("Round 2: wrote it anew")
    assert model.read_text() == right


async def test_what_writing_anew_cannot_mend_is_said(root: Path) -> None:
    await work(ENGINEER, brief(ENGINEER, request()), root, Generates())
    told = brief(ENGINEER, request(), round=2, findings=[FINDING])

    report, _ = await work(ENGINEER, told, root, Generates())

    assert report.status == "blocked"
    assert "app/x.py:3 arg-type: is wrong" in report.message


async def test_an_unclear_request_is_asked_about(root: Path) -> None:
    report, _ = await work(ENGINEER, brief(ENGINEER, request(None)), root, NoCommands())

    assert report.status == "needs_context"
    assert not (root / "app/models/workout.py").exists()
