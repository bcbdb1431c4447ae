"""Gates over a frozen attempt: receipts bound to tree and policy, each a fact."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence

from pullcord import gates
from pullcord.line.attempt import Tried
from pullcord.line.changed import elsewhere
from pullcord.line.mandate import FREE, Mandate, mandate
from pullcord.line.parts import DOCUMENTS, Parts
from pullcord.line.redacting import verdict_without_secrets
from pullcord.model.quality import Expectation, Obligation, Receipt
from pullcord.protocols import Case


async def judge(
    parts: Parts,
    tried: Tried,
    expectation: Expectation,
    obligations: Sequence[Obligation],
    again: int = 0,
) -> tuple[Receipt, ...]:
    """The receipts of an attempt, from the ledger or by running the gates now; `again` counts the
    times that a person wanted them to run anew."""
    return await _judged(
        parts,
        f"{tried.key}/again-{again}" if again else tried.key,
        (tried.opened.parent, tried.commit),
        mandate=await mandate(parts, tried.task),
        summary_path=tried.opened.summary_path,
        expectation=await _named(parts, tried, expectation),
        obligations=tuple(obligations),
        elsewhere=await elsewhere(parts, tried.task),
    )


async def judge_rest(
    parts: Parts,
    tried: Tried,
    receipts: Sequence[Receipt],
    expectation: Expectation,
    obligations: Sequence[Obligation],
) -> tuple[Receipt, ...]:
    """The receipts, with the gates that only a closed scope had kept from running: once a person
    has waived it, they run."""
    waiting = [r.verdict.gate for r in receipts if r.verdict.outcome == "not-run"]
    if not waiting or not any(r.verdict.outcome == "waived" for r in receipts):
        return tuple(receipts)
    rest = await _judged(
        parts,
        f"{tried.key}/rest",
        (tried.opened.parent, tried.commit),
        mandate=await mandate(parts, tried.task),
        summary_path=tried.opened.summary_path,
        expectation=await _named(parts, tried, expectation),
        obligations=tuple(obligations),
        elsewhere=await elsewhere(parts, tried.task),
        only=tuple(waiting),
    )
    now = {receipt.verdict.gate: receipt for receipt in rest}
    return tuple(now.get(receipt.verdict.gate, receipt) for receipt in receipts)


_REPRODUCES = re.compile(r"Reproduces:\s*`?([\w./\\-]+\.py::[^\s`]+)")
NONE_NAMED = "(the summary names no test in a line `Reproduces: NODE ID`)"


async def _named(parts: Parts, tried: Tried, expectation: Expectation) -> Expectation:
    """The expectation with the tests that the attempt's summary names; naming none is never met."""
    if not expectation.named:
        return expectation
    text = await parts.tree.user.read(tried.commit, tried.opened.summary_path) or ""
    found = tuple(dict.fromkeys(_REPRODUCES.findall(text))) or (NONE_NAMED,)
    return expectation.model_copy(update={"red": found, "named": False})


async def judge_merge(parts: Parts, key: str, span: tuple[str, str]) -> tuple[Receipt, ...]:
    """The receipts of a merge result. Coverage stays owed to whoever owes it at the end."""
    owed = (Obligation(kind="coverage", until="result"),)
    return await _judged(parts, key, span, obligations=owed)


async def judge_result(parts: Parts, head: str, key: str = "result") -> tuple[Receipt, ...]:
    """The receipts of the whole run's result: every gate afresh, nothing owed, nothing expected."""
    return await _judged(parts, key, (parts.start.base, head), fresh=True)


async def _judged(
    parts: Parts,
    key: str,
    span: tuple[str, str],
    *,
    mandate: Mandate = FREE,
    summary_path: str = "",
    expectation: Expectation = Expectation(),
    obligations: tuple[Obligation, ...] = (),
    elsewhere: frozenset[str] = frozenset(),
    fresh: bool = False,
    only: tuple[str, ...] = (),
) -> tuple[Receipt, ...]:
    async def run() -> dict[str, object]:
        before, after = span
        tree = await parts.tree.tree_of(after)
        scratch = parts.tree.folder / "judge" / key.replace("/", "-")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        case = Case(
            tree=await parts.tree.exported(after),
            before=await parts.tree.exported(before),
            trusted=await parts.tree.exported(parts.start.base),
            changes=await parts.tree.mirror.changes(before, after),
            project=parts.project,
            sandbox=parts.sandbox,
            environment=parts.environment,
            scratch=scratch,
            cache=parts.cache,
            agent=mandate.agent,
            writes=mandate.writes,
            authors=mandate.authors,
            summary_path=summary_path,
            expectation=expectation,
            obligations=obligations,
            elsewhere=elsewhere,
        )
        parts.cache.mkdir(parents=True, exist_ok=True)
        memory = None if fresh else gates.Memory(parts.verdicts, await _inputs(parts, span))
        judgement = await _twice(case, only, memory)
        shutil.rmtree(scratch, ignore_errors=True)
        policy = gates.policy(case)
        receipts = [
            Receipt(verdict=verdict_without_secrets(verdict), tree=tree, policy=policy)
            for verdict in judgement.verdicts
        ]
        return {
            "receipts": [receipt.model_dump(mode="json") for receipt in receipts],
            "skipped": dict(judgement.skipped),
        }

    body = await parts.drive.once(f"{key}/judged", run)
    return tuple(Receipt.model_validate(receipt) for receipt in body["receipts"])


async def _inputs(parts: Parts, span: tuple[str, str]) -> tuple[str, str, str]:
    """What tools judge, of the trees after, before and at the base: everything but documents.

    A summary or a sprint document changes no finding of a tool; the gates over the result run
    afresh all the same.
    """
    before, after = span
    return (
        await parts.tree.fingerprint(after, DOCUMENTS),
        await parts.tree.fingerprint(before, DOCUMENTS),
        await parts.tree.fingerprint(parts.start.base, DOCUMENTS),
    )


async def _twice(case: Case, only: Sequence[str], memory: gates.Memory | None) -> gates.Judgement:
    """Judge; what ended in an error, which says nothing about the tree, is judged once more."""
    first = await gates.judge(case, only, memory=memory)
    broken = [verdict.gate for verdict in first.verdicts if verdict.outcome == "error"]
    if not broken:
        return first
    second = {v.gate: v for v in (await gates.judge(case, broken, memory=memory)).verdicts}
    verdicts = tuple(second.get(verdict.gate, verdict) for verdict in first.verdicts)
    return gates.Judgement(verdicts, first.skipped)
