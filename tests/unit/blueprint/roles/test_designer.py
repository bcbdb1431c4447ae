"""The offline designer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from blueprint_service import EXAMPLE, NoCommands, brief, request, work, write_service
from pullcord.briefs import summary as summaries

DESIGNER = "api-designer"
LOCKED = "docs/contracts/workouts.openapi.json"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_service(tmp_path)


async def test_the_contract_is_locked_in_a_file_of_its_own(root: Path) -> None:
    before = (root / "openapi.json").read_bytes()

    report, summary = await work(DESIGNER, brief(DESIGNER, request()), root, NoCommands())

    assert report.status == "done"
    assert list(json.loads((root / LOCKED).read_text())["paths"]) == [
        "/workouts",
        "/workouts/{workout_id}",
    ]
    assert (root / "openapi.json").read_bytes() == before
    assert any(LOCKED in detail for detail in summary.details)
    assert summaries.parse(summaries.render(summary)).decisions == summary.decisions


async def test_designing_twice_confirms(root: Path) -> None:
    await work(DESIGNER, brief(DESIGNER, request()), root, NoCommands())
    first = (root / LOCKED).read_bytes()

    report, _ = await work(DESIGNER, brief(DESIGNER, request()), root, NoCommands())

    assert report.message.startswith("Confirmed the contract of workouts")
    assert (root / LOCKED).read_bytes() == first


async def test_an_unclear_request_stops_the_line_and_changes_nothing(root: Path) -> None:
    told = brief(DESIGNER, request(None, title="Make it better"))

    report, summary = await work(DESIGNER, told, root, NoCommands())

    assert report.status == "needs_context"
    assert report.escalation is not None
    assert report.escalation.raised_by == DESIGNER
    assert "```feature" in report.escalation.recommendation
    assert summary.blockers[0].blocker.startswith("What exactly is stored")
    assert not (root / "docs/contracts").exists()


async def test_what_was_not_said_is_told_as_an_assumption(root: Path) -> None:
    text = EXAMPLE.replace("[[title, performed_on]]", "[[title, distance_km]]")

    _, summary = await work(DESIGNER, brief(DESIGNER, request(text)), root, NoCommands())

    assert any("do not clash" in each for each in summary.assumptions)
