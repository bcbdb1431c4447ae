"""The summary gate: at the reserved path, complete, with the attempt's own time."""

from __future__ import annotations

from typing import Any

import pytest

from pullcord.briefs import summary as summaries
from pullcord.gates.summary import Summary as Gate
from pullcord.model.summary import Summary

PATH = "docs/temp/agent_20261122_120000_python-backend-engineer_log-workouts.md"


def text(date: str = "2026-11-22 12:00:00") -> str:
    said = Summary(agent="python-backend-engineer", task="Log", date=date, overview="Logged.")
    return summaries.render(said)


async def test_a_complete_summary_of_this_attempt_is_green(make_case: Any) -> None:
    verdict = await Gate().judge(make_case({}, {PATH: text()}, summary_path=PATH))

    assert verdict.outcome == "pass"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "is missing"),
        ({PATH: text().partition("## Handoff")[0]}, "Handoff Notes"),
        ({PATH: text("2026-01-01 00:00:00")}, "its date is 2026-01-01 00:00:00"),
        ({PATH: text().replace("Logged.", "[Brief description]")}, "placeholder"),
        ({PATH: "x" * 70_000}, "longer than 64 KiB"),
    ],
)
async def test_what_is_missing_is_said(make_case: Any, files: dict[str, str], said: str) -> None:
    verdict = await Gate().judge(make_case({}, files, summary_path=PATH))

    assert verdict.outcome == "fail"
    assert said in verdict.detail
