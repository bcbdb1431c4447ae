"""code-reviewer: judges the change and each criterion; writes nothing but its summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pullcord.blueprint import change
from pullcord.blueprint.locked import ContractUnreadable
from pullcord.blueprint.review import review
from pullcord.blueprint.roles.saying import report
from pullcord.model.quality import Finding
from pullcord.model.report import Report, Review
from pullcord.model.summary import Summary
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox

_SHOWN = 5
"""How many tests of a criterion the summary names."""


async def work(brief: Brief, workspace: Workspace, sandbox: Sandbox) -> tuple[Report, Summary]:
    """The verdict, and a summary that names every finding and what shows each criterion."""
    changed = change.of(brief)
    criteria = (*brief.request.criteria, *brief.request.constraints)
    try:
        verdict = review(workspace.path, changed, criteria)
    except ContractUnreadable as error:
        finding = Finding(gate="review", rule="contract", message=str(error))
        verdict = Review(decision="escalate", findings=(finding,))
    return told(brief, verdict, len(changed.lines))


def told(
    brief: Brief, verdict: Review, files: int, looked_at: Sequence[str] = ()
) -> tuple[Report, Summary]:
    """The report of a verdict on so many files. `looked_at` says what was found right."""
    ended, summary = report(
        brief,
        _message(verdict, files),
        decisions=[(_DECISIONS[verdict.decision], _why(verdict))],
        assumptions=_assumptions(verdict),
        details=[*map(_place, verdict.findings), *looked_at, *_criteria(verdict)],
        handoff=_handoff(verdict),
    )
    return ended.model_copy(update={"review": verdict}), summary


_DECISIONS = {
    "approve": "Approved",
    "object": "Objected",
    "escalate": "Left to a person",
}


def _message(verdict: Review, files: int) -> str:
    said = Counter(verdict.criteria.values())
    counted = ", ".join(
        f"{said[word]} {word}" for word in ("met", "unmet", "unknown") if said[word]
    )
    found = len(verdict.findings)
    return (
        f"{_DECISIONS[verdict.decision]}: {found or 'no'} finding{'' if found == 1 else 's'} in "
        f"{files or 'all'} files; criteria and constraints: {counted or 'none'}."
    )


def _why(verdict: Review) -> str:
    if verdict.findings:
        rules = Counter(finding.rule for finding in verdict.findings)
        return ", ".join(f"{rule} ({count})" for rule, count in rules.items())
    return (
        "auth, owners, error mapping, statements, policies, secrets, contract, leftovers and "
        "assertions were looked at"
    )


def _place(finding: Finding) -> str:
    line = f":{finding.line}" if finding.line else ""
    return f"{finding.path}{line} {finding.rule}: {finding.message}".strip()


def _criteria(verdict: Review) -> list[str]:
    found = []
    for text, said in verdict.criteria.items():
        tests = verdict.evidence.get(text, ())
        more = f" and {len(tests) - _SHOWN} more" if len(tests) > _SHOWN else ""
        shown = f" ({', '.join(tests[:_SHOWN])}{more})" if tests else ""
        found.append(f"{said}: {text}{shown}")
    return found


def _assumptions(verdict: Review) -> list[str]:
    if not verdict.evidence:
        return []
    return ["A test shows a criterion when it deals with everything that the criterion says."]


def _handoff(verdict: Review) -> list[str]:
    open_ones = [text for text, said in verdict.criteria.items() if said != "met"]
    if verdict.decision != "approve":
        return ["Mend each finding at its line; nothing else needs to change."]
    if open_ones:
        return [f"No test speaks of this, a person has to judge it: {text}" for text in open_ones]
    return ["Ready to be merged."]
