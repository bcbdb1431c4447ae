"""What the gates say of a tree: pure."""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.cli.render import OUTCOMES, columns, plural, wrapped
from pullcord.gates import Judgement
from pullcord.gates.explaining import Explained
from pullcord.model.quality import Finding, Verdict
from pullcord.model.text import one_line

SHOWN = 20
"""Findings of one gate that are printed; --json has them all."""
_LOG = 12


def judged(judgement: Judgement, *, width: int = 0, unsafe: bool = False) -> list[str]:
    """A line per gate, its findings below, and whether a handoff would be open."""
    rows = [(*_row(verdict), verdict) for verdict in judgement.verdicts]
    skipped = [("-", gate, "n/a", "", reason) for gate, reason in judgement.skipped.items()]
    table = columns([*(row[:5] for row in rows), *skipped], width=width)
    lines: list[str] = []
    for line, (*_, verdict) in zip(table, rows, strict=False):
        lines += [line, *_reasons(verdict)]
    lines += table[len(rows) :]
    if unsafe:
        lines.append("! without a sandbox (--unsafe-no-sandbox)")
    shut = [verdict.gate for verdict in judgement.verdicts if not verdict.opens]
    word = "OPEN" if judgement.open else f"CLOSED by {', '.join(shut) or 'having judged nothing'}"
    return [*lines, "", f"{'✓' if judgement.open else '✗'} {word}"]


def _row(verdict: Verdict) -> tuple[str, str, str, str, str]:
    word = {"pass": "pass", "fail": "FAIL", "error": "ERROR"}.get(verdict.outcome, verdict.outcome)
    took = "cached" if verdict.cached else f"{verdict.duration_s:.1f}s"
    who = f"by {one_line(verdict.waived_by)}" if verdict.waived_by else ""
    detail = one_line(verdict.detail) or who or plural(len(verdict.findings), "finding")
    return OUTCOMES[verdict.outcome], verdict.gate, word, took, detail


def _reasons(verdict: Verdict) -> list[str]:
    if verdict.opens:
        return []
    lines = [f"    {_finding(finding)}" for finding in verdict.findings[:SHOWN]]
    if len(verdict.findings) > SHOWN:
        lines.append(f"    … and {len(verdict.findings) - SHOWN} more: pullcord gates --json")
    if verdict.command:
        lines.append(f"    ran: {verdict.command}")
    if not verdict.findings and verdict.log:
        lines += [f"    | {line}" for line in verdict.log.rstrip().splitlines()[-_LOG:]]
    return lines


def _finding(finding: Finding) -> str:
    where = finding.path + (f":{finding.line}" if finding.line else "")
    return "  ".join(part for part in (where, finding.rule, one_line(finding.message)) if part)


def explained(gates: Sequence[Explained], notes: Sequence[str], *, width: int = 0) -> list[str]:
    """What each gate asks, whether it applies, what it runs, and where that was found."""
    lines: list[str] = []
    for gate in gates:
        lines.append(f"{'-' if gate.skipped else '✓'} {gate.gate}: {gate.asks}")
        if gate.skipped:
            lines.append(f"    does not apply: {gate.skipped}")
            continue
        if gate.command:
            lines.append(f"    {gate.command}   (from {gate.origin}, at most {gate.timeout_s:g} s)")
        lines += [f"    {note}" for note in gate.notes]
    detected = ["", "Detected:", *(f"  - {note}" for note in notes)] if notes else []
    return wrapped([*lines, *detected], width)
