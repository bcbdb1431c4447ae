"""The lines of SPEC.md's quality sections, from receipts and never from an agent's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pullcord.model.quality import Receipt, Verdict
from pullcord.model.text import cut, one_line

JUDGES: dict[str, tuple[str, ...]] = {
    "mypy": ("types",),
    "ruff": ("format", "lint"),
    "pytest": ("tests",),
    "OpenAPI": ("openapi",),
}
"""SPEC.md's required checks and the gates that decide them."""


def quality_lines(
    receipts: Sequence[Receipt], skipped: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Check → `✅/❌ details`. ✅ only if every gate of the check ran and passed.

    `skipped` maps gates that do not apply to this repository to the reason; their check says so
    under the mark of neither.
    """
    last = {receipt.verdict.gate: receipt.verdict for receipt in receipts}
    reasons = dict(skipped or {})
    lines = {}
    for check, gates in JUDGES.items():
        due = [gate for gate in gates if gate in last or gate not in reasons]
        why = one_line("; ".join(dict.fromkeys(reasons[g] for g in gates if g in reasons)))
        found = _line(check, [last.get(gate) for gate in due])
        lines[check] = found if due else f"➖ does not apply: {cut(why, 160)}"
    return lines


def _line(check: str, verdicts: list[Verdict | None]) -> str:
    ran = [verdict for verdict in verdicts if verdict is not None]
    bad = [verdict for verdict in ran if verdict.outcome != "pass"]
    if bad:
        return "❌ " + "; ".join(_failure(verdict) for verdict in bad)
    if len(ran) < len(verdicts) or not ran:
        return "❌ not run"
    return "✅ " + _success(check, ran)


def _failure(verdict: Verdict) -> str:
    why = one_line(verdict.detail)
    if not why and verdict.findings:
        why = f"{len(verdict.findings)} findings"
    if verdict.outcome == "waived":
        who = one_line(verdict.waived_by) or "nobody"
        return cut(f"waived by {who}" + (f": {why}" if why else ""), 200)
    word = {"fail": "failed", "error": "could not be judged", "not-run": "not run"}
    return cut(": ".join(filter(None, (word[verdict.outcome], why))), 200)


def _success(check: str, verdicts: list[Verdict]) -> str:
    counts = verdicts[0].counts
    if check == "pytest" and "passed" in counts:
        passed = int(counts["passed"])
        total = int(counts.get("tests", passed))
        covered = f", coverage {counts['coverage']:.1f} %" if "coverage" in counts else ""
        return f"{passed}/{total} passing{covered}"
    details = [one_line(verdict.detail) for verdict in verdicts if verdict.detail]
    default = {
        "mypy": "No errors",
        "ruff": "All rules pass",
        "pytest": "all passing",
        "OpenAPI": "generated/verified/published",
    }
    return cut("; ".join(details), 200) or default[check]
