"""One drive of a run, from the pattern's first line to the final word."""

from __future__ import annotations

from pullcord.line.ask import STOP, ask
from pullcord.line.criteria import coverage
from pullcord.line.flow import LineFlow
from pullcord.line.judge import judge_result
from pullcord.line.parts import Parked, Parts, Stopped
from pullcord.model.escalation import Escalation
from pullcord.patterns import PATTERNS


async def carry_out(parts: Parts) -> None:
    """Run the pattern from the top; what is done is answered from facts. Returns when the run has
    ended or waits for a person."""
    plan = parts.start.plan
    try:
        await PATTERNS[plan.pattern](LineFlow(parts), plan)
        await _judge_result(parts)
        await _cover_criteria(parts)
    except Parked:
        return
    except Stopped as stop:
        await parts.drive.record("run/finished", {"state": "failed", "why": stop.message})
        return
    await parts.drive.record("run/finished", {"state": "passed", "why": ""})


async def _judge_result(parts: Parts) -> None:
    """The last gates, afresh on a clean export of the result. What is red here was green at its
    handoff, so a person must look."""
    receipts = await judge_result(parts, await parts.tree.head())
    red = [r.verdict for r in receipts if not r.verdict.opens]
    if red:
        question = Escalation(
            kind="approval",
            description="The gates over the whole result are closed: "
            + ", ".join(f"{v.gate} ({v.outcome}: {v.detail})" for v in red),
            evidence=tuple(
                f"{f.gate}: {f.path}:{f.line} {f.message}" for v in red for f in v.findings
            ),
            options=(STOP,),
            raised_by="engine",
        )
        await ask(parts.drive, "result", "", question)


async def _cover_criteria(parts: Parts) -> None:
    """Every criterion and constraint is covered by a test in a receipt or by the reviewer; what is
    not makes the run wait for a person's approval, never pass."""
    open_ = [c for c in coverage(await parts.facts()) if not c.covered]
    if not open_:
        return
    question = Escalation(
        kind="approval",
        description="Nothing shows that these are fulfilled: " + "; ".join(c.text for c in open_),
        evidence=tuple(f"{c.text}: {c.said}" for c in open_),
        options=("They are fulfilled", STOP),
        raised_by="engine",
    )
    await ask(parts.drive, "criteria", "", question)
