"""The document of a failure, with which every fix round begins (SPEC.md, Error Recovery Patterns:
document the failure in docs/temp/, create focused fix requirements). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.briefs.summary import FOLDER
from pullcord.model.quality import Finding
from pullcord.model.task import Task
from pullcord.model.text import cut, one_line

_TESTER = "python-test-engineer"
_TESTERS = (
    "Mend what is wrong in your tests. Where they are right and the implementation is not, ask: "
    "🟡 CLARIFICATION NEEDED"
)
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
    lines += [f"- {rule}" for rule in _required(task, findings)]
    return "\n".join(lines) + "\n"


def _shown(finding: Finding) -> str:
    line = f":{finding.line}" if finding.line else ""
    place = f"`{finding.path}{line}` " if finding.path else ""
    return f"{finding.gate}/{finding.rule}: {place}{cut(one_line(finding.message), 600)}"


def _required(task: Task, findings: Sequence[Finding]) -> list[str]:
    """Focused on what is wrong and on whose work it is: a rule for each kind of finding."""
    gates = {finding.gate for finding in findings}
    red = {finding.rule for finding in findings if finding.gate == "tests"}
    rules = ["Mend what is listed here, and nothing else."]
    if "not-red" in red:
        rules.append("The tests that your summary names fail now, each with an assertion.")
    if "coverage" in red:
        rules.append("Test what is not covered; nothing is left out of the measuring.")
    if red - {"not-red", "coverage"}:
        mend = _TESTERS if task.subagent_type == _TESTER else "Mend the implementation"
        rules.append(f"{mend}; no test is skipped, weakened or deleted.")
    if gates & {"types", "lint", "format", "forbidden"}:
        rules.append(
            "No broad `# type: ignore`, no blanket `noqa`. If it cannot be mended without one, "
            "ask: 🟡 CLARIFICATION NEEDED or ⚠️ TECHNICAL DEBT WARNING."
        )
    return rules
