"""What pulls the cord: an agent's escalation, or rounds that are used up. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.briefs import escalation as escalations
from pullcord.line.ask import STOP
from pullcord.line.attempt import Tried
from pullcord.model.escalation import Escalation
from pullcord.model.quality import Finding, Verdict
from pullcord.model.secrets import redacted
from pullcord.model.task import Task

MOST = 5
"""Questions of one attempt that are asked one by one. More are one question, which lists them."""


def raised(tried: Tried, summary: str) -> tuple[Escalation, ...]:
    """The escalations of an attempt, the gravest first: reported by its runtime, or in SPEC.md's
    formats anywhere in its last message or summary; else a reviewer's `escalate`, or an end that
    needs a person. Each once, wherever it was said."""
    report, by = tried.report, tried.task.subagent_type
    said = [report.escalation] if report.escalation is not None else []
    said += [*escalations.parse(report.message), *escalations.parse(redacted(summary))]
    found: list[Escalation] = []
    for escalation in said:
        if not any(_told_before(escalation, before) for before in found):
            found.append(escalation.model_copy(update={"raised_by": by}))
    order = list(escalations.FORMATS)
    every = sorted(found, key=lambda escalation: order.index(escalation.kind))
    if len(every) > MOST:
        return (_all_in_one(every, by),)
    return tuple(every) or tuple(filter(None, [_by_its_end(tried)]))


def _told_before(one: Escalation, before: Escalation) -> bool:
    """Whether the one says the same as the other, perhaps in fewer words."""
    texts = ((text, before.fields.get(name, text)) for name, text in one.fields.items())
    pairs = [(one.kind, before.kind), (one.description, before.description), *texts]
    return all(here.casefold() == there.casefold() for here, there in pairs)


def _all_in_one(every: Sequence[Escalation], by: str) -> Escalation:
    """One question for more blockers than a person can be asked about one by one."""
    return Escalation(
        kind=every[0].kind,
        description=f"{by} raises {len(every)} questions at once: answer them together, in words.",
        options=("Give it back to the agent to settle them itself", STOP),
        evidence=tuple(_in_a_line(escalation) for escalation in every),
        raised_by=by,
    )


def _in_a_line(escalation: Escalation) -> str:
    parts = [f"{escalation.kind}: {escalation.description}"]
    parts += [f"{name}: {text}" for name, text in escalation.fields.items()]
    parts += [f"{number}) {text}" for number, text in enumerate(escalation.options, 1)]
    return " | ".join(parts)


def _by_its_end(tried: Tried) -> Escalation | None:
    """The question of an attempt whose end needs a person, though nothing was said in a format."""
    report, by = tried.report, tried.task.subagent_type
    if report.review is not None and report.review.decision == "escalate":
        return Escalation(
            kind="approval",
            description=f"{by} wants a person to decide before {tried.task.description!r} passes.",
            evidence=tuple(shown(f) for f in report.review.findings),
            options=("Review again", STOP),
            raised_by=by,
        )
    if report.status == "needs_context":
        return Escalation(
            kind="clarification",
            description=tried.task.description,
            fields={"Requirement": tried.task.prompt, "Ambiguity": report.message or "not said"},
            options=("Go on as you think best", STOP),
            raised_by=by,
        )
    return None


ONE_MORE = "Grant one more round"


def spent(task: Task, rounds: int, wrong: Sequence[Finding], *, again: bool) -> Escalation:
    """The escalation of a task whose rounds are used up (SPEC.md, Test Failure Recovery).

    One more round is recommended once; `again` says that it was: then only a person grants another.
    """
    # A gate that did not run because another was red is no evidence of its own.
    told = [finding for finding in wrong if finding.rule != "not-run"] or wrong
    how = "still red after" if wrong else "asked for again after"
    return Escalation(
        kind="rounds",
        description=f"{task.description}: {how} {rounds} rounds of {task.subagent_type}.",
        evidence=tuple(shown(f) for f in told[:20]),
        options=(ONE_MORE, STOP),
        recommendation="" if again else ONE_MORE,
        raised_by="engine",
    )


JUDGE_AGAIN = "Judge again"


def unavailable(about: str, verdicts: Sequence[Verdict], *options: str) -> Escalation:
    """The escalation of gates that could not judge: a tool is missing, a disk is full, a program
    broke. The work may be right. It has no default: nobody would mend the cause."""
    broken = [v for v in verdicts if v.outcome == "error"]
    return Escalation(
        kind="unavailable",
        description=f"{about}: {', '.join(v.gate for v in broken)} could not judge.",
        evidence=tuple(f"{v.gate}: {v.detail}" for v in broken),
        options=(JUDGE_AGAIN, *options, STOP),
        raised_by="engine",
    )


def stuck(task: Task, rounds: int, wrong: Sequence[Finding]) -> Escalation:
    """The escalation of a task whose round changed nothing and left the same findings: further
    rounds would only cost."""
    asked = spent(task, rounds, wrong, again=True)
    said = f"{task.description}: round {rounds} changed nothing and the same findings stay."
    return asked.model_copy(update={"description": said})


def shown(finding: Finding) -> str:
    """A finding in one line, with its place."""
    line = f":{finding.line}" if finding.line else ""
    place = f"{finding.path}{line} " if finding.path else ""
    return f"{finding.gate}/{finding.rule}: {place}{finding.message}"
