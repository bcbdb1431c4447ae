"""What a pattern calls: rounds, gates, escalations and handoffs of one run."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from pullcord.line.ask import NOBODY, ROUNDS_SPENT, STOP, Question, ask, questions
from pullcord.line.attempt import Tried, attempt, unmoved
from pullcord.line.briefing import Setting
from pullcord.line.conflict import chosen, conflict
from pullcord.line.cord import JUDGE_AGAIN, raised, spent, stuck, unavailable
from pullcord.line.handoff import closing, document, hand_off, unjudged, waived
from pullcord.line.judge import judge, judge_rest
from pullcord.line.merge import Merged
from pullcord.line.parts import Parts
from pullcord.line.purse import Purse
from pullcord.line.settled import contract_settled
from pullcord.model.quality import Expectation, Finding, Obligation, Receipt
from pullcord.model.task import Task
from pullcord.model.work import Handoff

ROUNDS = 3
"""SPEC.md, Test Failure Recovery: maximum 3 iterations before escalating."""


class LineFlow:
    """protocols.Flow over the ledger. Holds only how far this drive has come in each task."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._done: dict[str, int] = defaultdict(int)
        self._purse = Purse(parts)
        self._merging = asyncio.Lock()  # merges of a run come one after the other

    async def work(
        self,
        task: Task,
        *,
        findings: Sequence[Finding] = (),
        expectation: Expectation = Expectation(),
        obligations: Sequence[Obligation] = (),
        alongside: Sequence[Task] = (),
    ) -> Handoff:
        """See protocols.Flow. Rounds are counted per task over all its calls, so that findings sent
        back by a reviewer use up rounds like red gates do."""
        wrong, last = tuple(findings), ""
        met: tuple[str, ...] = ()  # whose work this one does not fit to, since a merge was red
        hand = ""  # who mends instead of the task's own agent
        while True:
            number = self._done[task.id] + 1
            hand = await self._permit(task, number, wrong) or hand
            mine = task.model_copy(update={"subagent_type": hand}) if hand else task
            setting = Setting(wrong, last, tuple(alongside), met)
            async with self._purse.attempt(task, number):
                tried = await attempt(self._parts, mine, number, setting)
            self._done[task.id] = number
            if await self._answered(tried):
                last = await document(self._parts, tried, ())
                continue
            receipts = await self._judge(tried, expectation, obligations)
            commit = await document(self._parts, tried, receipts)
            before = wrong
            wrong, last = closing(tried, receipts), commit
            red = None
            if not wrong:
                handed = await self._hand_off(tried, commit, receipts)
                if isinstance(handed, Handoff):
                    return handed
                red, wrong, last = handed, handed.findings, handed.commit
                met, hand = red.met or met, red.agent or ("" if red.met else hand)
            await self._parts.drive.record(
                f"{tried.key}/closed",
                {
                    "findings": [f.model_dump() for f in wrong],
                    "last": last,
                    "merged": red is not None,
                    "met": red.met if red else (),
                    "agent": red.agent if red else "",
                },
            )
            if number > 1 and _ids(wrong) == _ids(before) and await unmoved(self._parts, tried):
                name = f"{task.id}-no-progress-{number}"
                question = await conflict(self._parts, task, number, wrong, again=True)
                question = question or stuck(task, number, wrong)
                await ask(self._parts.drive, name, task.id, question)

    async def _judge(
        self, tried: Tried, expectation: Expectation, obligations: Sequence[Obligation]
    ) -> tuple[Receipt, ...]:
        """The receipts with what people waived. Gates that could not judge say nothing about the
        agent's work: a person is asked before it costs a round."""
        parts, again = self._parts, 0
        while True:
            receipts = await judge(parts, tried, expectation, obligations, again)
            receipts = waived(receipts, tried.key, await parts.facts())
            receipts = await judge_rest(parts, tried, receipts, expectation, obligations)
            receipts = waived(receipts, tried.key, await parts.facts())
            if not unjudged(tried, receipts):
                return receipts
            again += 1
            name = f"{tried.key.replace('/', '-')}-unjudged-{again}"
            verdicts = [receipt.verdict for receipt in receipts]
            question = unavailable(tried.task.description, verdicts, "Give it back to the agent")
            if (await ask(parts.drive, name, tried.task.id, question)).text != JUDGE_AGAIN:
                return receipts

    async def _hand_off(
        self, tried: Tried, commit: str, receipts: Sequence[Receipt]
    ) -> Handoff | Merged:
        """Merge, one after the other. A merge that was closed once stays so in later drives,
        however the head has moved since: the next round may have begun."""
        async with self._merging:
            closed = await self._parts.drive.find(f"{tried.key}/closed")
            if closed is not None and closed["merged"]:
                findings = tuple(Finding.model_validate(f) for f in closed["findings"])
                met, agent = tuple(closed.get("met", ())), closed.get("agent", "")
                return Merged(closed["last"], "", findings, met=met, agent=agent)
            return await hand_off(self._parts, tried, commit, receipts)

    async def skip(self, task: Task, reason: str) -> None:
        await self._parts.drive.record(f"{task.id}/skipped", {"reason": reason})

    async def contract_settled(self, task: Task) -> str:
        return await contract_settled(self._parts, self._parts.start.request_of(task))

    async def _answered(self, tried: Tried) -> bool:
        """Whether the attempt pulled the cord and a person has answered; Parked while not."""
        text = await self._parts.tree.user.read(tried.commit, tried.opened.summary_path)
        escalation = raised(tried, text or "")
        if escalation is None:
            return False
        await document(self._parts, tried, ())
        await ask(self._parts.drive, tried.key.replace("/", "-"), tried.task.id, escalation)
        return True

    async def _permit(self, task: Task, number: int, wrong: Sequence[Finding]) -> str:
        """Parked unless this round is allowed: three, and one more for each answer. Returns the
        agent that an answer gave this round to, '' for none."""
        while True:
            asked = [q for q in questions(await self._parts.facts()) if q.task == task.id]
            if number <= ROUNDS + sum(map(_grants, asked)):
                return chosen(asked, number)
            name = f"{task.id}-round-{number}"
            again = any(q.escalation.kind in ROUNDS_SPENT and q.id != name for q in asked)
            question = await conflict(self._parts, task, number - 1, wrong, again=again)
            question = question or spent(task, number - 1, wrong, again=again)
            await ask(self._parts.drive, name, task.id, question)


_OTHER = ("unavailable", "budget")
"""Kinds whose answers are about something else than rounds."""


def _grants(question: Question) -> bool:
    """Whether an answer allows one more round. A recommendation that stood for an answer does so
    only where rounds were asked for, or an agent that asks for ever would work for ever."""
    answer = question.answer
    if answer is None or answer.text == STOP or question.escalation.kind in _OTHER:
        return False
    return answer.by != NOBODY or question.escalation.kind in ROUNDS_SPENT


def _ids(findings: Sequence[Finding]) -> set[str]:
    return {finding.id for finding in findings}
