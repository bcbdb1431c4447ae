"""An agent's work conflicts with the design: the designer adjusts it, and who built on it follows
(SPEC.md, Architecture Conflict Recovery; Conflicting contracts and implementations)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from pullcord.line.ask import questions
from pullcord.line.attempt import Tried
from pullcord.line.parts import Parts
from pullcord.model.escalation import Escalation
from pullcord.model.fact import Fact
from pullcord.model.quality import Finding
from pullcord.model.task import Plan, Task
from pullcord.patterns.graph import before
from pullcord.patterns.review import DESIGNER, redesigned
from pullcord.protocols import Flow

ADJUST = f"Adjust the design via {DESIGNER}"
"""The answer to an architecture conflict that changes the design."""


def designer_of(plan: Plan, task: str) -> Task | None:
    """The last designer before a task; None when it builds on no design of this run."""
    earlier = before(plan, task)
    found = [t for t in plan.tasks if t.id in earlier and t.subagent_type == DESIGNER]
    return found[-1] if found else None


def offered(plan: Plan, task: str, raised: Sequence[Escalation]) -> tuple[Escalation, ...]:
    """The escalations; an architecture conflict with the design's adjustment among its options."""
    if designer_of(plan, task) is None:
        return tuple(raised)
    return tuple(
        e.model_copy(update={"options": (*e.options, ADJUST)})
        if e.kind == "architecture" and ADJUST not in e.options
        else e
        for e in raised
    )


def conflicts(tried: Tried, facts: Sequence[Fact]) -> tuple[Finding, ...]:
    """The conflicts that an attempt raised and a person answered with an adjusted design: pure.

    An answer that was given to the same question of another task has its effect already.
    """
    name = tried.key.replace("/", "-")
    asked = [q for q in questions(facts) if q.id == name or q.id.startswith(f"{name}-")]
    return tuple(
        Finding(gate="design", rule="conflict", message=_told(q.escalation, q.answer.by))
        for q in asked
        if q.task == tried.task.id and q.answer and q.answer.text == ADJUST and not q.answer.reuses
    )


def _told(conflict: Escalation, by: str) -> str:
    said = [f"{name}: {text}" for name, text in conflict.fields.items()]
    return ". ".join([conflict.description, *said, f"{by} decided: adjust the design"])


def repeated(before: Sequence[Finding], now: Sequence[Finding]) -> tuple[Finding, ...]:
    """What the contract gate found again after a round that was to mend it: pure."""
    known = {finding.id for finding in before}
    return tuple(f for f in now if f.gate == "contract" and f.id in known)


async def cascade(
    parts: Parts,
    flow: Flow,
    tried: Tried,
    because: Sequence[Finding],
    handed: Mapping[str, asyncio.Event],
) -> tuple[Finding, ...]:
    """Let the designer adjust the design, then every task that was handed off on the old one.
    Returns what the task that raised it has to do; () when nobody designed.

    Which tasks follow is recorded before the first of them begins: a later drive, in which others
    come in another order, waits until it has them where they were.
    """
    plan = parts.start.plan
    designer = designer_of(plan, tried.task.id)
    if designer is None or not because:
        return ()
    built = [
        t.id for t in plan.tasks if designer.id in before(plan, t.id) and handed[t.id].is_set()
    ]
    body = await parts.drive.record(
        f"{tried.key}/redesign",
        {
            "designer": designer.id,
            "tasks": built,
            "findings": [finding.model_dump(mode="json") for finding in because],
        },
    )
    skipped = await parts.drive.find(f"{designer.id}/skipped")
    for name in body["tasks"] if skipped else (designer.id, *body["tasks"]):
        await handed[name].wait()
    tasks = [task for task in plan.tasks if task.id in body["tasks"]]
    return (await redesigned(flow, plan, designer, because, tasks),)
