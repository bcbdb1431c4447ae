"""One drive of a run, from the pattern's first line to the final word."""

from __future__ import annotations

from pullcord.line.ask import STOP, ask
from pullcord.line.criteria import coverage
from pullcord.line.flow import LineFlow
from pullcord.line.handoff import waived
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
    """The last gates, afresh on a clean export of the result. What is red here was green or waived
    at its handoff; only a waiver opens it, no answer does."""
    receipts = await judge_result(parts, await parts.tree.head())
    receipts = waived(receipts, "result", await parts.facts())
    red = [r.verdict for r in receipts if not r.verdict.opens]
    if red:
        names = ", ".join(verdict.gate for verdict in red)
        question = Escalation(
            kind="approval",
            description=f"The gates over the whole result are closed: {names}. "
            f"Only `pullcord waive {parts.drive.run} GATE` opens them.",
            evidence=tuple(
                f"{f.gate}: {f.path}:{f.line} {f.message}" for v in red for f in v.findings
            )
            or tuple(f"{v.gate}: {v.outcome} {v.detail}" for v in red),
            options=(STOP,),
            raised_by="engine",
        )
        await ask(parts.drive, "result", "", question)
        raise Parked("result")


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
