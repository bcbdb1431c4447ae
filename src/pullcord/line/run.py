"""One drive of a run, from the pattern's first line to the final word."""

from __future__ import annotations

import asyncio
from itertools import count

from pullcord.line.again import body_of, key_of
from pullcord.line.ask import STOP, ask, questions
from pullcord.line.attempt import abandon, rescue_unfinished
from pullcord.line.cord import shown
from pullcord.line.criteria import FULFILLED, coverage
from pullcord.line.decisions import record_decisions
from pullcord.line.flow import LineFlow
from pullcord.line.fork import take_over
from pullcord.line.handoff import document, settle, waived
from pullcord.line.judge import judge_result
from pullcord.line.own import pattern_named
from pullcord.line.parts import Parked, Parts, Stopped
from pullcord.model.escalation import Escalation
from pullcord.model.run import State
from pullcord.patterns.own import PatternError


async def carry_out(parts: Parts) -> None:
    """Run the pattern from the top; what is done is answered from facts. Returns when the run has
    ended, waits for a person, or is cancelled: then its agents are dead and their work is kept."""
    if wished := body_of(await parts.facts(), "cancel"):
        return await _end(parts, "cancelled", f"cancelled by {wished['by']}")
    work = asyncio.ensure_future(_pattern(parts))
    wish = asyncio.ensure_future(_cancelled(parts))
    try:
        await asyncio.wait((work, wish), return_when=asyncio.FIRST_COMPLETED)
        if wish.done():
            work.cancel()
            await asyncio.wait((work,))
            await _end(parts, "cancelled", f"cancelled by {wish.result()}")
        else:
            await work
    finally:
        for task in (work, wish):
            task.cancel()
        await asyncio.wait((work, wish))


async def _pattern(parts: Parts) -> None:
    plan = parts.start.plan
    try:
        await take_over(parts)
        await settle(parts)
        if any(q.halts for q in questions(await parts.facts()) if q.answer is None):
            return  # no agent begins while a blocker waits for a person
        pattern = await pattern_named(parts.tree.user, parts.start.base, plan.pattern)
        await pattern(LineFlow(parts), plan)
        await record_decisions(parts)
        await _judge_result(parts)
        await _cover_criteria(parts)
    except Parked:
        return await rescue_unfinished(parts)
    except (Stopped, PatternError) as stop:
        return await _end(parts, "failed", stop.message)
    await _finish(parts, "passed", "")


async def _finish(parts: Parts, state: State, why: str) -> None:
    key = key_of(await parts.facts(), "run/finished")
    await parts.drive.record(key, {"state": state, "why": why})


async def _cancelled(parts: Parts) -> str:
    """Who cancelled the run; returns only then."""
    key = key_of(await parts.facts(), "cancel")  # while a run is driven, nobody retries it
    async for fact in parts.drive.ledger.follow(parts.drive.run):
        if fact.key == key:
            return str(fact.body["by"])
    raise AssertionError("a ledger is followed without end")


async def _end(parts: Parts, state: State, why: str) -> None:
    """End the run before its time: what unfinished attempts left is kept, each with a summary that
    says so."""
    keys = {fact.key for fact in await parts.facts()}
    for task in parts.start.plan.tasks:
        for round in range(1, 1000):
            key = f"{task.id}/{round}"
            if f"{key}/opened" in keys and f"{key}/worked" not in keys:
                tried = await abandon(parts, task, round, f"The run has ended: {why}")
                await document(parts, tried, ())
    await _finish(parts, state, why)


async def _judge_result(parts: Parts) -> None:
    """The last gates, afresh on a clean export of the result. What is red here was green or waived
    at its handoff; only a waiver opens it, or gates that are green when they judge again."""
    head = await parts.tree.head()
    for number in count(1):
        name = f"result/{number}" if number > 1 else "result"
        if await _judged_before(parts, head, name):
            continue
        receipts = await judge_result(parts, head, name)
        receipts = waived(receipts, name, await parts.facts())
        red = [r.verdict for r in receipts if not r.verdict.opens]
        if not red:
            return
        names = ", ".join(verdict.gate for verdict in red)
        question = Escalation(
            kind="approval",
            description=f"The gates over the whole result are closed: {names}. "
            f"Only `pullcord waive {parts.drive.run} GATE` opens them.",
            evidence=tuple(shown(f) for v in red for f in v.findings)
            or tuple(f"{v.gate}: {v.outcome} {v.detail}" for v in red),
            options=("Judge again", STOP),
            raised_by="engine",
        )
        await ask(parts.drive, name.replace("/", "-"), "", question)


async def _judged_before(parts: Parts, head: str, name: str) -> bool:
    """Whether this judgement was of another result: a retry has changed it since."""
    body = await parts.drive.find(f"{name}/judged")
    trees = {receipt["tree"] for receipt in body["receipts"]} if body else set()
    return bool(trees) and trees != {await parts.tree.tree_of(head)}


async def _cover_criteria(parts: Parts) -> None:
    """Every criterion and constraint is covered by a test in a receipt or by the reviewer; what is
    not makes the run wait for a person's approval, never pass. Other words than the approval are
    kept, and the question comes again."""
    said = ""
    for number in count(1):
        open_ = [c for c in coverage(await parts.facts()) if not c.covered]
        if not open_:
            return
        question = Escalation(
            kind="approval",
            description="Nothing shows that these are fulfilled: "
            + "; ".join(c.named for c in open_),
            evidence=(*(f"{c.named}: {c.said}" for c in open_), *filter(None, [said])),
            options=(FULFILLED, STOP),
            raised_by="engine",
        )
        name = f"criteria-{number}" if number > 1 else "criteria"
        answer = await ask(parts.drive, name, "", question)
        said = f"{answer.by} said: {answer.text}"
