"""What is recorded and told holds no secret, whatever an agent or a tool has printed. Pure."""

from __future__ import annotations

from typing import Any

from pullcord.model.quality import Finding, Verdict
from pullcord.model.report import Report
from pullcord.model.secrets import redacted
from pullcord.model.text import cut

LONGEST = 200_000
"""Characters of an agent's last message that are kept."""


def report_without_secrets(report: Report) -> Report:
    """The report with every text in it redacted."""
    short = report.model_copy(update={"message": cut(report.message, LONGEST)})
    return Report.model_validate(_clean(short.model_dump(mode="json")))


def verdict_without_secrets(verdict: Verdict) -> Verdict:
    """The verdict with every text that a tool may have printed redacted."""
    texts = {"detail": redacted(verdict.detail), "log": redacted(verdict.log)}
    lists = {"findings": _findings(verdict.findings), "red": _findings(verdict.red)}
    return verdict.model_copy(update={**texts, **lists})


def _findings(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(f.model_copy(update={"message": redacted(f.message)}) for f in findings)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {redacted(name): _clean(item) for name, item in value.items()}
    return value
