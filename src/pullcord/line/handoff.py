"""From a judged attempt to a handoff: document, decide, commit, move the run's head."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from pullcord.briefs import summary as summaries
from pullcord.briefs.quality import quality_lines
from pullcord.errors import WorkspaceError
from pullcord.line.alarms import without_allowed
from pullcord.line.attempt import Tried
from pullcord.line.merge import Merged, merge
from pullcord.line.parts import REVIEWERS, Parts
from pullcord.model.fact import Fact
from pullcord.model.quality import Finding, Receipt
from pullcord.model.summary import Summary
from pullcord.model.work import Handoff


def problems(tried: Tried) -> tuple[Finding, ...]:
    """What an agent's own end says against its work, besides the gates: pure."""
    report, agent = tried.report, tried.task.subagent_type
    found = []
    if report.limit is not None:
        return (Finding(gate="limit", rule=report.limit, message=report.message),)
    if report.exit is None:
        found.append(("limit", "The agent was ended by a limit before it was done."))
    elif report.exit != 0:
        found.append(("exit", f"The agent ended with exit status {report.exit}."))
    if report.status in ("blocked", "needs_context"):
        found.append((report.status, report.message or f"The agent ended as {report.status}."))
    if agent in REVIEWERS and report.review is None:
        found.append(("no-verdict", "The reviewer left no verdict {decision, findings, criteria}."))
    return tuple(Finding(gate="agent", rule=rule, message=message) for rule, message in found)


def waived(receipts: Sequence[Receipt], key: str, facts: Sequence[Fact]) -> tuple[Receipt, ...]:
    """The receipts of the judgement `key` with what a person waived: pure.

    A waiver is for one judgement, and for later ones of the run as far as the gate finds nothing
    but what was waived. An alarm that a person allowed is taken off likewise: see alarms.
    """
    receipts = without_allowed(receipts, key, facts)
    waivers = [fact for fact in facts if fact.key.startswith("waive/")]
    judged = next((fact.seq for fact in facts if fact.key == f"{key}/judged"), 0)
    # What was closed before the waiver stays closed, or an earlier round would open in a later
    # drive.
    valid = [w for w in waivers if w.seq < judged or w.key.startswith(f"waive/{key}/")]
    return tuple(_waive(receipt, key, valid) for receipt in receipts)


def _waive(receipt: Receipt, key: str, waivers: Sequence[Fact]) -> Receipt:
    verdict = receipt.verdict
    found = {finding.id for finding in verdict.findings}
    for waiver in waivers:
        here = waiver.key == f"waive/{key}/{verdict.gate}"
        same = waiver.key.endswith(f"/{verdict.gate}") and found <= set(waiver.body["findings"])
        if not verdict.opens and (here or (same and found)):
            update = {"outcome": "waived", "waived_by": waiver.body["by"]}
            return receipt.model_copy(update={"verdict": verdict.model_copy(update=update)})
    return receipt


def closing(tried: Tried, receipts: Sequence[Receipt]) -> tuple[Finding, ...]:
    """Everything that keeps this handoff closed; empty when it opens: pure."""
    found = list(problems(tried))
    for verdict in (receipt.verdict for receipt in receipts):
        if not verdict.opens:
            found += verdict.findings or [
                Finding(gate=verdict.gate, rule=verdict.outcome, message=verdict.detail or "closed")
            ]
    return tuple(found)


def unjudged(tried: Tried, receipts: Sequence[Receipt]) -> bool:
    """Whether nothing but gates that could not judge keeps this handoff closed: pure."""
    red = {r.verdict.outcome for r in receipts if not r.verdict.opens}
    return "error" in red and red <= {"error", "not-run"} and not problems(tried)


async def document(parts: Parts, tried: Tried, receipts: Sequence[Receipt]) -> str:
    """The commit that carries the attempt with its Quality Validation written from receipts.

    Where the agent left no summary the engine writes one, marked so. What a person waives
    afterwards makes a commit of its own.
    """
    by_word = any(receipt.verdict.outcome == "waived" for receipt in receipts)
    key = f"{tried.key}/waived" if by_word else tried.key

    async def write() -> dict[str, str]:
        path = tried.opened.summary_path
        text = await parts.tree.user.read(tried.commit, path)
        if text is None or not text.strip():
            text = summaries.render(await _fallback(parts, tried))
        text = summaries.with_quality(text, quality_lines(receipts))
        tree = await parts.tree.replace_file(tried.tree, path, text)
        commit = await parts.tree.commit(
            tree, tried.opened.parent, _message(parts.drive.run, tried),
            agent=tried.task.subagent_type, at=tried.opened.at,
        )  # fmt: skip
        return {"commit": await parts.tree.publish(f"{key}/done", commit)}

    return str((await parts.drive.once(f"{key}/documented", write))["commit"])


async def _fallback(parts: Parts, tried: Tried) -> Summary:
    changes = await parts.tree.mirror.changes(tried.opened.parent, tried.commit)
    reason = "; ".join(f.message for f in problems(tried)) or "The agent ended without writing one."
    at = datetime.strptime(tried.opened.at, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return summaries.fallback(
        tried.task.subagent_type, tried.task.description, at, reason, [c.path for c in changes]
    )


def _message(run: str, tried: Tried) -> str:
    return (
        f"{tried.task.description}\n\nPullcord-Run: {run}\nPullcord-Task: {tried.task.id}\n"
        f"Pullcord-Agent: {tried.task.subagent_type}\nPullcord-Round: {tried.round}\n"
    )


async def hand_off(
    parts: Parts, tried: Tried, commit: str, receipts: Sequence[Receipt]
) -> Handoff | Merged:
    """Bring an open attempt into the run's result. The receipts are the key to the merge.

    Where the merge result itself is closed, that is returned instead of a handoff. The fact comes
    first, the head follows: parallel tasks never build on a merge that nobody recorded.
    """
    body = await parts.drive.find(f"{tried.key}/handoff")
    if body is None:
        merged = await merge(parts, tried, commit)
        if merged.findings:
            return merged
        body = await parts.drive.record(
            f"{tried.key}/handoff",
            {
                "commit": commit,
                "merge": merged.commit,
                "receipts": [r.model_dump(mode="json") for r in receipts],
            },
        )
        await move(parts, merged.onto, body["merge"])
    return Handoff(
        task=tried.task.id,
        round=tried.round,
        commit=body["commit"],
        summary_path=tried.opened.summary_path,
        receipts=tuple(Receipt.model_validate(r) for r in body["receipts"]),
        review=tried.report.review,
    )


async def settle(parts: Parts) -> None:
    """Bring the run's head to the last recorded handoff: a kill may have come between the two."""
    head, recorded = await parts.tree.head(), head_of(await parts.facts(), parts.start.base)
    if head != recorded:
        await move(parts, head, recorded)


def head_of(facts: Sequence[Fact], base: str) -> str:
    """The commit that a run's facts lead to: its last handoff or recorded decision, else its base:
    pure."""
    for fact in reversed(facts):
        if fact.key.endswith("/handoff"):
            return str(fact.body.get("merge", fact.body["commit"]))
        if fact.key.startswith("recorded/"):
            return str(fact.body["commit"])
    return base


async def move(parts: Parts, old: str, new: str) -> None:
    """Move the run's head. Raises WorkspaceError when somebody else did."""
    if not await parts.tree.advance(new, old):
        raise WorkspaceError(
            f"The head of {parts.drive.run} was moved by somebody else.",
            f"Drive the run again: pullcord resume {parts.drive.run}",
        )
