"""Putting what agents and gates raise before a person: all of it, and nothing twice in a run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pullcord.line.ask import STOP, Question, ask, questions
from pullcord.line.parts import Parked, Parts
from pullcord.model.escalation import Answer, Escalation
from pullcord.model.quality import Finding
from pullcord.model.task import Task


async def pulled(
    parts: Parts,
    task: Task,
    raised: Mapping[str, Escalation],
    findings: Mapping[str, Sequence[Finding]] | None = None,
) -> tuple[Answer, ...]:
    """The answers to what one attempt raised, by the questions' names; `findings` are those that an
    answer may allow. What somebody asked before in this run has its answer already.

    Parked while one is open, for all agents if one of them halts; Stopped when an answer ends the
    run. Callers see to it that this is done by one task after the other.
    """
    answers, open_ = [], []
    for name, escalation in raised.items():
        ids = [finding.id for finding in (findings or {}).get(name, ())]
        try:
            await _put(parts, task, name, escalation, ids)
        except Parked as parked:
            open_.append(parked)
    for name, escalation in raised.items():
        if await parts.drive.find(f"ask/{name}") is None:
            continue  # somebody else's question stands for it
        try:
            answers.append(await ask(parts.drive, name, task.id, escalation))
        except Parked as parked:
            open_.append(parked)
    if open_:
        raise next((parked for parked in open_ if parked.halts), open_[0])
    return tuple(answers)


async def _put(
    parts: Parts, task: Task, name: str, escalation: Escalation, findings: Sequence[str]
) -> None:
    """Record the question, or the answer that it had before; Parked at the same one still open."""
    facts = await parts.facts()
    if any(fact.key == f"ask/{name}" for fact in facts):
        return
    earlier = same(questions(facts), escalation)
    if earlier is not None and earlier.answer is None:
        raise Parked(earlier.id, halts=earlier.halts)
    body = {"task": task.id, "escalation": escalation.model_dump(mode="json")}
    if findings:
        body["findings"] = list(findings)
    if earlier is not None and earlier.answer is not None:
        # The answer first: nobody is shown a question that needs none.
        again = earlier.answer.model_copy(update={"reuses": earlier.answer.reuses or earlier.id})
        await parts.drive.record(f"ask/{name}/answer", again.model_dump(mode="json"))
    await parts.drive.record(f"ask/{name}", body)


def same(asked: Sequence[Question], escalation: Escalation) -> Question | None:
    """The earlier question of a run that asked the same, None when there is none: pure. One that
    was answered comes before an open one; a stop answers nothing else."""
    wanted = gist(escalation)
    found = [q for q in asked if gist(q.escalation) == wanted]
    found = [q for q in found if q.answer is None or q.answer.text != STOP]
    return next((q for q in found if q.answer), next(iter(found), None))


def gist(escalation: Escalation) -> tuple[str, str]:
    """What a question asks, whoever asks it and in whatever spelling: kind and words, without line
    numbers."""
    fields = [text for _, text in sorted(escalation.fields.items())]
    texts = (escalation.description, *fields, *escalation.evidence)
    words = " ".join(re.sub(r":\d+\b", "", text) for text in texts)
    return escalation.kind, " ".join(re.findall(r"\w+", words.casefold()))
