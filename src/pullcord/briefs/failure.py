"""The document of a failure, with which every fix round begins (SPEC.md, Error Recovery Patterns:
document the failure in docs/temp/, create focused fix requirements). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.briefs.summary import FOLDER
from pullcord.model.quality import Finding
from pullcord.model.task import Task
from pullcord.model.text import cut, one_line

LARGEST = 100
"""Findings that are listed; the rest is counted."""


def path(run: str, task: str, round: int) -> str:
    """Where the failure stands that a round mends."""
    return f"{FOLDER}/failure_{run}_{task}_round-{round}.md"


def render(
    task: Task, round: int, at: str, findings: Sequence[Finding], tried: Sequence[str]
) -> str:
    """What is wrong, each with its place; what was `tried`, by the paths of the summaries of the
    task's earlier rounds; what the next round must do."""
    lines = [
        f"# Failure: {one_line(task.description)}",
        f"Date: {at}",
        f"To mend: {task.subagent_type}, round {round}",
        "",
        "## What is wrong",
        *(f"- {_shown(finding)}" for finding in findings[:LARGEST]),
    ]
    if len(findings) > LARGEST:
        lines.append(f"- and {len(findings) - LARGEST} more")
    lines += ["", "## What was tried"]
    lines += [f"- {summary}" for summary in tried] or ["- Nothing yet."]
    lines += ["", "## What is required"]
    lines += [f"- {rule}" for rule in _required(findings)]
    return "\n".join(lines) + "\n"


def _shown(finding: Finding) -> str:
    line = f":{finding.line}" if finding.line else ""
    place = f"`{finding.path}{line}` " if finding.path else ""
    return f"{finding.gate}/{finding.rule}: {place}{cut(one_line(finding.message), 600)}"


def _required(findings: Sequence[Finding]) -> list[str]:
    """Focused on what is wrong: a rule for each gate that found something."""
    gates = {finding.gate for finding in findings}
    rules = ["Mend what is listed here, and nothing else."]
    if gates & {"tests"}:
        rules.append("Mend the implementation; no test is skipped, weakened or deleted.")
    if gates & {"types", "lint", "format", "forbidden"}:
        rules.append(
            "No broad `# type: ignore`, no blanket `noqa`. If it cannot be mended without one, "
            "ask: 🟡 CLARIFICATION NEEDED or ⚠️ TECHNICAL DEBT WARNING."
        )
    return rules
