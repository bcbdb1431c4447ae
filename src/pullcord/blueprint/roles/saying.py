"""How a role reports: the pieces that all summaries have in common."""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.model.escalation import Escalation
from pullcord.model.report import Report, Status
from pullcord.model.summary import Blocker, Decision, Summary
from pullcord.model.work import Brief


def report(
    brief: Brief,
    message: str,
    *,
    decisions: Sequence[tuple[str, str]] = (),
    assumptions: Sequence[str] = (),
    details: Sequence[str] = (),
    handoff: Sequence[str] = (),
    status: Status = "done",
) -> tuple[Report, Summary]:
    """The report and the summary of an attempt that came to its end."""
    summary = Summary(
        agent=brief.task.subagent_type,
        task=brief.task.description,
        date=brief.written_at,
        overview=message,
        decisions=tuple(Decision(decision=what, rationale=why) for what, why in decisions),
        assumptions=tuple(assumptions),
        details=tuple(details),
        handoff=tuple(handoff),
    )
    return Report(status=status, message=message), summary


def asked(brief: Brief, escalation: Escalation) -> tuple[Report, Summary]:
    """The report of an attempt that stops for a person's answer."""
    question = escalation.model_copy(update={"raised_by": brief.task.subagent_type})
    ended, summary = report(brief, escalation.description, status="needs_context")
    blocker = Blocker(
        blocker=f"{escalation.description} {escalation.fields.get('Ambiguity', '')}".strip(),
        resolution="Waiting for an answer; the recommended option holds a filled-in proposal.",
    )
    return (
        ended.model_copy(update={"escalation": question}),
        summary.model_copy(update={"blockers": (blocker,), "handoff": ("Nothing was changed.",)}),
    )


def blocked(brief: Brief, message: str, resolution: str) -> tuple[Report, Summary]:
    """The report of an attempt that cannot do what it was given."""
    ended, summary = report(brief, message, status="blocked")
    blocker = Blocker(blocker=message, resolution=resolution)
    return ended, summary.model_copy(update={"blockers": (blocker,)})
