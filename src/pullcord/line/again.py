"""A run or a task that a person wants to go on although it had ended: pure folds of facts.

The wish is a fact (`retry/1`, `retry/2`, …). An earlier ending stays in the ledger; a later one,
and a later cancellation, have keys of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pullcord.model.fact import Fact
from pullcord.model.quality import Finding
from pullcord.model.value import Value

AGAIN = "Try again"


class Retry(Value):
    """A person's wish for another attempt of `task`, with what to mend in words.

    `rounds` names the tasks that get one more round, and after which of their rounds: the task,
    what depends on it, and what the end of the run had cut off. `stops` are the questions whose
    `Stop the run` no longer counts.
    """

    task: str
    text: str = ""
    by: str
    rounds: dict[str, int]
    stops: tuple[str, ...] = ()

    def finding(self, task: str) -> Finding:
        """What the wish says to a task that gets a round."""
        said = self.text or "no reason was given: look at your work again"
        if task != self.task:
            said = f"{self.task} was worked again ({said}): see that yours fits it"
        return Finding(gate="person", rule="retry", message=f"{self.by}: {said}")


def retries(facts: Sequence[Fact]) -> list[Retry]:
    """Every wish for another attempt, in order."""
    return [Retry.model_validate(f.body) for f in facts if f.key.startswith("retry/")]


def wishes(facts: Sequence[Fact], task: str, round: int) -> tuple[Finding, ...]:
    """What people wished of this round of a task; one that was only cut off is told nothing."""
    handed = any(fact.key == f"{task}/{round - 1}/handoff" for fact in facts)
    return tuple(
        retry.finding(task)
        for retry in retries(facts)
        if retry.rounds.get(task, -1) == round - 1 and (handed or retry.task == task)
    )


def wanted_again(facts: Sequence[Fact], task: str, round: int) -> bool:
    """Whether a round's handoff is not the task's last one, by a person's wish."""
    return any(r.rounds.get(task) == round for r in retries(facts))


def key_of(facts: Sequence[Fact], what: str) -> str:
    """The key of an ending (`run/finished`) or a cancellation (`cancel`) that would count now."""
    count = len(retries(facts))
    return f"{what}/{count}" if count else what


def body_of(facts: Sequence[Fact], what: str) -> dict[str, Any] | None:
    """The ending or the cancellation that counts; None where there is none, or a retry came after
    it."""
    key = key_of(facts, what)
    return next((fact.body for fact in facts if fact.key == key), None)


def taken_back(facts: Sequence[Fact], question: str) -> tuple[int, Retry] | None:
    """The retry after which a question's `Stop the run` no longer counts, with its number."""
    found = enumerate(retries(facts), 1)
    return next(((n, retry) for n, retry in found if question in retry.stops), None)


def is_ending(key: str) -> bool:
    """Whether a fact's key is that of an ending, of the run as it began or after a retry."""
    return key == "run/finished" or key.startswith("run/finished/")


def is_cancel(key: str) -> bool:
    """The same for cancellations."""
    return key == "cancel" or key.startswith("cancel/")
