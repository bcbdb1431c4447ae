"""Pulling the cord and hearing the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from pullcord.briefs.escalation import in_order
from pullcord.engine.drive import Drive
from pullcord.line.again import AGAIN, taken_back
from pullcord.line.parts import Parked, Stopped
from pullcord.model.escalation import NO_DEFAULT, Answer, Escalation, Kind
from pullcord.model.fact import Fact
from pullcord.model.value import Value

STOP = "Stop the run"
"""The option that ends a run; every question of the engine offers it."""
ROUNDS_SPENT: frozenset[Kind] = frozenset({"rounds", "conflict"})
"""Kinds that ask for one more round."""
NOBODY = "default (recommendation)"
"""Who answered when the user let recommendations stand for answers."""


class Question(Value):
    """An escalation as it waits in the inbox. `id` names it in the run; `task` is '' when the run
    itself asks; `answer` is None while it is open."""

    id: str
    task: str
    escalation: Escalation
    answer: Answer | None = None
    unknown: bool = False
    """Whether the kind is one of another version of pullcord; `escalation` tells it in words."""

    @property
    def halts(self) -> bool:
        """Whether every agent of the run stops while it is open (SPEC.md, Critical Blockers)."""
        return self.escalation.kind in NO_DEFAULT or self.unknown

    @property
    def has_default(self) -> bool:
        """Whether the recommendation may be taken without a person (SPEC.md, Critical Blockers)."""
        return self.escalation.kind not in NO_DEFAULT and bool(self.escalation.recommendation)


async def ask(drive: Drive, name: str, task: str, escalation: Escalation) -> Answer:
    """The answer to a question; Parked when it is still open, Stopped when it ends the run."""
    await drive.record(
        f"ask/{name}", {"task": task, "escalation": escalation.model_dump(mode="json")}
    )
    answer = await drive.find(f"ask/{name}/answer")
    if answer is None:
        raise Parked(name, halts=escalation.kind in NO_DEFAULT)
    if answer["text"] == STOP:
        back = taken_back(await drive.ledger.read(drive.run), name)
        if back is None:
            raise Stopped(f"{answer['by']} stopped the run at question {name}.")
        number, retry = back
        if not task or task in retry.rounds:  # the run itself looks again and asks anew
            return Answer(text=retry.text or AGAIN, by=retry.by)
        return await ask(drive, f"{name}-again-{number}", task, escalation)
    return Answer.model_validate(answer)


def questions(facts: Sequence[Fact]) -> list[Question]:
    """Every question of a run with its answer, in the order of asking: pure."""
    bodies = {fact.key: fact.body for fact in facts}
    found = []
    for key, body in bodies.items():
        if key.startswith("ask/") and not key.endswith("/answer"):
            answer = bodies.get(f"{key}/answer")
            found.append(
                Question(
                    id=key.removeprefix("ask/"),
                    task=body.get("task", ""),
                    escalation=in_order(Escalation.read(body["escalation"])),
                    unknown=body["escalation"].get("kind") not in get_args(Kind),
                    answer=Answer.model_validate(answer) if answer else None,
                )
            )
    return found


_LETTERS = 2


def chosen(text: str, options: Sequence[str]) -> int:
    """The number of the option that an answer names, by its number, in its own words or by how it
    alone begins; 0 for other words, more than there are options for a number that names none: pure.
    """
    if text in options:
        return options.index(text) + 1
    if not options or not text.isdecimal():
        begun = [n for n, o in enumerate(options, 1) if o.casefold().startswith(text.casefold())]
        # Where nothing is offered a number is an answer in words; so are a letter or two.
        return begun[0] if len(begun) == 1 and len(text) > _LETTERS else 0
    number = int(text[:9])
    return number if 0 < number <= len(options) else len(options) + 1


def default_answer(question: Question) -> Answer:
    """The recommended option as the answer of nobody in person. Call only with `has_default`."""
    asked = question.escalation
    number = chosen(asked.recommendation, asked.options)
    return Answer(text=asked.recommendation, option=number, by=NOBODY)
