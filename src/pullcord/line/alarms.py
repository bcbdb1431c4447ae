"""Findings that stop the line instead of costing a round: asked like any other blocker. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.line.ask import NOBODY, STOP, questions
from pullcord.line.cord import shown
from pullcord.model.escalation import Escalation, Kind
from pullcord.model.fact import Fact
from pullcord.model.quality import Finding, Receipt, Verdict
from pullcord.model.task import Task

_GRAVEST: tuple[Kind, ...] = ("security", "data")
ALLOW: dict[Kind, str] = {
    "security": "It is a dummy: allow it (recorded with your name)",
    "data": "It is meant: allow it (recorded with your name)",
}
_BACK: dict[Kind, str] = {
    "security": "Give it back to the agent to remove it",
    "data": "Give it back to the agent to keep the data safe",
}
_SAID: dict[Kind, str] = {
    "security": "The change of {task!r} holds a secret",
    "data": "The migration of {task!r} puts data at risk",
}
_EXPOSED = (
    "Whoever can read the repository can use it. It is already in a commit of this run, which "
    "stays on this machine: where it is valid, replace it."
)


def alarms(receipts: Sequence[Receipt]) -> dict[Kind, tuple[Finding, ...]]:
    """The findings that only a person's answer opens, by kind of question, the gravest first."""
    red = [receipt.verdict for receipt in receipts if not receipt.verdict.opens]
    found = [finding for verdict in red for finding in verdict.findings]
    by_kind = {kind: tuple(f for f in found if f.alarm == kind) for kind in _GRAVEST}
    return {kind: of_kind for kind, of_kind in by_kind.items() if of_kind}


def alarm(kind: Kind, findings: Sequence[Finding], task: Task) -> Escalation:
    """The question about these findings, in SPEC.md's format of its kind."""
    places = ", ".join(dict.fromkeys(finding.path for finding in findings))
    said = _SAID[kind].format(task=task.description)
    return Escalation(
        kind=kind,
        description=f"{said}: {places}",
        fields={"Impact": _EXPOSED} if kind == "security" else {"Affected": _affected(findings)},
        options=(_BACK[kind], ALLOW[kind], STOP),
        recommendation=_BACK[kind] if kind == "data" else "",
        evidence=tuple(shown(finding) for finding in findings),
        raised_by=findings[0].gate,
    )


def _affected(findings: Sequence[Finding]) -> str:
    return "; ".join(dict.fromkeys(finding.message for finding in findings))


def question_of(key: str, kind: Kind) -> str:
    """The name of the question about the alarms of one judgement."""
    return f"{key.replace('/', '-')}-{kind}"


def allowed(facts: Sequence[Fact], key: str = "") -> dict[str, str]:
    """The id of each finding that a person allowed → who it was. With `key` only what counts in
    this judgement: what was allowed before it or in it, so that no earlier round opens later."""
    judged = next((fact.seq for fact in facts if fact.key == f"{key}/judged"), 0)
    bodies = {fact.key: fact for fact in facts}
    found: dict[str, str] = {}
    for question in questions(facts):
        kind, answer = question.escalation.kind, question.answer
        if answer is None or answer.by == NOBODY or answer.text != ALLOW.get(kind):
            continue
        here = question.id == question_of(key, kind)
        if not key or here or bodies[f"ask/{question.id}/answer"].seq < judged:
            found |= dict.fromkeys(bodies[f"ask/{question.id}"].body.get("findings", ()), answer.by)
    return found


def allowances(facts: Sequence[Fact]) -> dict[str, str]:
    """What people allowed, for reports: the question → who, and what it was."""
    return {
        question.id: f"{question.answer.by}: allowed {'; '.join(question.escalation.evidence)}"
        for question in questions(facts)
        if question.answer is not None
        and question.answer.by != NOBODY
        and question.answer.text == ALLOW.get(question.escalation.kind)
    }


def without_allowed(
    receipts: Sequence[Receipt], key: str, facts: Sequence[Fact]
) -> tuple[Receipt, ...]:
    """The receipts of a judgement with what people allowed taken off. A gate that found nothing
    else is waived by them; one that did stays closed by the rest."""
    names = allowed(facts, key)
    return tuple(
        receipt.model_copy(update={"verdict": _without(receipt.verdict, names)})
        if names and not receipt.verdict.opens
        else receipt
        for receipt in receipts
    )


def _without(verdict: Verdict, names: dict[str, str]) -> Verdict:
    taken = [finding for finding in verdict.findings if finding.alarm and finding.id in names]
    rest = tuple(finding for finding in verdict.findings if finding not in taken)
    if not taken or verdict.outcome != "fail":
        return verdict
    if rest:
        return verdict.model_copy(update={"findings": rest})
    by = ", ".join(dict.fromkeys(names[finding.id] for finding in taken))
    return verdict.model_copy(update={"outcome": "waived", "waived_by": by})
