"""What a pattern calls: rounds, gates, escalations and handoffs of one run."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from pullcord.line.again import retries, wanted_again, wishes
from pullcord.line.alarms import alarm, alarms, question_of
from pullcord.line.ask import NOBODY, ROUNDS_SPENT, STOP, Question, ask, questions
from pullcord.line.attempt import Tried, attempt, unmoved
from pullcord.line.briefing import Setting
from pullcord.line.conflict import chosen, conflict
from pullcord.line.cord import JUDGE_AGAIN, raised, spent, stuck, unavailable
from pullcord.line.handoff import closing, document, hand_off, unjudged, waived
from pullcord.line.judge import judge, judge_rest
from pullcord.line.merge import Merged, marks
from pullcord.line.parts import Parts
from pullcord.line.pulled import pulled
from pullcord.line.purse import Purse
from pullcord.line.redesign import cascade, conflicts, offered, repeated
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
        self._slots = asyncio.Semaphore(parts.start.max_parallel)
        self._merging = asyncio.Lock()  # merges of a run come one after the other
        self._asking = asyncio.Lock()  # and what its agents ask, or two would ask the same
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._handed: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._reconciled: set[str] = set()

    async def work(
        self,
        task: Task,
        *,
        findings: Sequence[Finding] = (),
        expectation: Expectation = Expectation(),
        obligations: Sequence[Obligation] = (),
        alongside: Sequence[Task] = (),
    ) -> Handoff:
        """See protocols.Flow. One call of a task after the other, whoever sends something back."""
        async with self._turns[task.id]:
            handoff = await self._rounds(task, findings, expectation, obligations, alongside)
        self._handed[task.id].set()
        return handoff

    async def _rounds(
        self,
        task: Task,
        findings: Sequence[Finding],
        expectation: Expectation,
        obligations: Sequence[Obligation],
        alongside: Sequence[Task],
    ) -> Handoff:
        """Rounds are counted per task over all its calls, so that findings sent back by a reviewer
        use up rounds like red gates do."""
        wrong, last = tuple(findings), ""
        met: tuple[str, ...] = ()  # whose work this one does not fit to, since a merge was red
        hand = ""  # who mends instead of the task's own agent
        while True:
            number = self._done[task.id] + 1
            wrong += wishes(await self._parts.facts(), task.id, number)
            hand = await self._permit(task, number, wrong) or hand
            mine = task.model_copy(update={"subagent_type": hand}) if hand else task
            setting = Setting(wrong, last, tuple(alongside), met)
            async with self._purse.attempt(mine, number), self._slots:
                tried = await attempt(self._parts, mine, number, setting)
            self._done[task.id] = number
            if await self._answered(tried):
                last = await document(self._parts, tried, ())
                adjust = conflicts(tried, await self._parts.facts())
                wrong += await cascade(self._parts, self, tried, adjust, self._handed)
                continue
            receipts = await self._judge(tried, expectation, obligations)
            receipts = await self._alarmed(tried, receipts)
            commit = await document(self._parts, tried, receipts)
            before = wrong
            marked = await marks(self._parts, tried, commit)
            wrong = marked or closing(tried, receipts)
            last, red = commit, None
            if not wrong:
                handed = await self._hand_off(tried, commit, receipts)
                if isinstance(handed, Handoff):
                    if not wanted_again(await self._parts.facts(), task.id, number):
                        return handed
                    last = ""  # what was handed off stands at the head
                    continue
                red, wrong, last = handed, handed.findings, handed.commit
                met, hand = red.met or met, red.agent or ("" if red.met else hand)
            await self._parts.drive.record(
                f"{tried.key}/closed",
                {
                    "findings": [f.model_dump() for f in wrong],
                    "last": last,
                    "merged": red is not None,
                    "met": red.met if red else tried.opened.met if marked else (),
                    "agent": red.agent if red else "",
                },
            )
            if (again := repeated(before, wrong)) and task.id not in self._reconciled:
                self._reconciled.add(task.id)
                if mend := await cascade(self._parts, self, tried, again, self._handed):
                    wrong += mend
                    continue
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
        found = offered(self._parts.start.plan, tried.task.id, raised(tried, text or ""))
        if not found:
            return False
        await document(self._parts, tried, ())
        name = tried.key.replace("/", "-")
        names = [f"{name}-{n}" if n > 1 else name for n in range(1, len(found) + 1)]
        async with self._asking:
            await pulled(self._parts, tried.task, dict(zip(names, found, strict=True)))
        return True

    async def _alarmed(self, tried: Tried, receipts: tuple[Receipt, ...]) -> tuple[Receipt, ...]:
        """The receipts with what a person allowed of the gates' alarms; Parked until each is
        answered. Anything but the permission leaves the gate red."""
        found = alarms(receipts)
        if not found:
            return receipts
        await document(self._parts, tried, receipts)
        named = {question_of(tried.key, kind): findings for kind, findings in found.items()}
        asked = {question_of(tried.key, k): alarm(k, f, tried.task) for k, f in found.items()}
        async with self._asking:
            await pulled(self._parts, tried.task, asked, named)
        return waived(receipts, tried.key, await self._parts.facts())

    async def _permit(self, task: Task, number: int, wrong: Sequence[Finding]) -> str:
        """Parked unless this round is allowed: three, and one more for each answer. Returns the
        agent that an answer gave this round to, '' for none."""
        while True:
            facts, name = await self._parts.facts(), f"{task.id}-round-{number}"
            asked = [q for q in questions(facts) if q.task == task.id]
            wished = sum(task.id in retry.rounds for retry in retries(facts))
            granted = list(asked)
            if not wrong and not any(q.id == name for q in asked):
                # Who looks again at what another round was granted for needs no grant of its own.
                granted += _others_rounds(task, questions(facts))
            if number <= ROUNDS + wished + sum(map(_grants, granted)):
                return chosen(asked, number)
            again = any(q.escalation.kind in ROUNDS_SPENT and q.id != name for q in asked)
            question = await conflict(self._parts, task, number - 1, wrong, again=again)
            question = question or spent(task, number - 1, wrong, again=again)
            await ask(self._parts.drive, name, task.id, question)


_OTHER = ("unavailable", "budget")
"""Kinds whose answers are about something else than rounds."""


def _others_rounds(task: Task, asked: Sequence[Question]) -> list[Question]:
    return [q for q in asked if q.task != task.id and q.escalation.kind in ROUNDS_SPENT]


def _grants(question: Question) -> bool:
    """Whether an answer allows one more round. A recommendation that stood for an answer does so
    only where rounds were asked for, or an agent that asks for ever would work for ever."""
    answer = question.answer
    if answer is None or answer.text == STOP or question.escalation.kind in _OTHER:
        return False
    if answer.reuses:
        return False  # or an agent that asks the same for ever would work for ever
    return answer.by != NOBODY or question.escalation.kind in ROUNDS_SPENT


def _ids(findings: Sequence[Finding]) -> set[str]:
    return {finding.id for finding in findings}
