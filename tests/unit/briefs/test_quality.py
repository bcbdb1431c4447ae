"""Quality lines come from receipts."""

from __future__ import annotations

import pytest

from pullcord.briefs.quality import quality_lines
from pullcord.model.quality import Outcome, Receipt, Verdict


def receipt(gate: str, outcome: Outcome = "pass", **more: object) -> Receipt:
    verdict = Verdict.model_validate({"gate": gate, "outcome": outcome} | more)
    return Receipt(verdict=verdict, tree="t", policy="p")


def test_green_gates_give_green_lines() -> None:
    counts = {"passed": 212.0, "total": 212.0, "coverage": 87.44}
    green = [receipt(g) for g in ("types", "format", "lint", "openapi")]
    assert quality_lines([*green, receipt("tests", counts=counts)]) == {
        "mypy": "✅ No errors",
        "ruff": "✅ All rules pass",
        "pytest": "✅ 212/212 passing, coverage 87.4 %",
        "OpenAPI": "✅ generated/verified/published",
    }


def test_a_gate_that_left_no_receipt_is_not_green() -> None:
    assert set(quality_lines([]).values()) == {"❌ not run"}
    assert quality_lines([receipt("lint")])["ruff"] == "❌ not run"


@pytest.mark.parametrize("outcome", ["fail", "error", "not-run", "waived"])
def test_only_a_pass_is_green(outcome: Outcome) -> None:
    line = quality_lines([receipt("types", outcome, detail="3 errors", waived_by="ana")])["mypy"]
    assert line.startswith("❌ ")
    assert line.endswith(": 3 errors")


def test_the_later_receipt_of_a_gate_counts() -> None:
    assert quality_lines([receipt("types", "fail"), receipt("types")])["mypy"] == "✅ No errors"


def test_one_reason_for_both_gates_of_a_check_is_said_once() -> None:
    off = {"format": "no ruff here", "lint": "no ruff here"}
    assert quality_lines([], off)["ruff"] == "➖ does not apply: no ruff here"
