"""A new run that takes over what another one had handed off, up to a task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pullcord.errors import NotFound
from pullcord.line.again import Retry
from pullcord.line.ask import questions
from pullcord.line.parts import Parts
from pullcord.model.fact import Fact
from pullcord.model.run import Fork, Start

_OWN = ("reserved", "minute")
"""What an attempt has cost its own run: the new one pays nothing for it."""


def fork_of(facts: Sequence[Fact], task: str) -> Start:
    """How a run begins that takes over what these facts had handed off before `task`. Raises
    NotFound when there is no such task."""
    start = Start.model_validate(facts[0].body)
    known = [t.id for t in start.plan.tasks]
    if task not in known:
        raise NotFound(f"{task} is no task of {facts[0].run}.", f"Its tasks: {', '.join(known)}")
    fork = Fork(origin=facts[0].run, task=task, until=facts[-1].seq)
    return start.model_copy(update={"fork": fork})


async def take_over(parts: Parts) -> None:
    """Bring the origin's handoffs into a fork: its refs first, then the facts that name them. A
    repeat after a kill does what is left; `forked` is recorded when all is there."""
    fork = parts.start.fork
    if fork is None or await parts.drive.find("forked") is not None:
        return
    recorded = await parts.drive.ledger.read(fork.origin)
    facts = [fact for fact in recorded if fact.seq <= fork.until]
    kept = handed_off(facts, fork.task)
    await _refs(parts, fork.origin, kept)
    for key, body in taken(facts, kept):
        await parts.drive.record(key, body)
    reused = [f"{task}/{round}" for task, last in kept.items() for round in range(1, last + 1)]
    body = {"origin": fork.origin, "task": fork.task, "reused": reused}
    await parts.drive.record("forked", body)


async def _refs(parts: Parts, origin: str, kept: Mapping[str, int]) -> None:
    prefix = f"refs/pullcord/{origin}/"
    listing = await parts.tree.user("for-each-ref", "--format=%(refname) %(objectname)", prefix)
    for line in listing.splitlines():
        name, commit = line.removeprefix(prefix).split()
        if _of(name, kept):
            await parts.tree.publish(name, commit)


def handed_off(facts: Sequence[Fact], task: str) -> dict[str, int]:
    """The tasks that were handed off before `task` was for the first time, in the order of their
    merging, each with the last round that counts: pure."""
    kept: dict[str, int] = {}
    for fact in facts:
        if fact.key.endswith("/handoff"):
            name, round, _ = fact.key.split("/")
            if name == task:
                break
            kept[name] = int(round)
    return kept


def taken(facts: Sequence[Fact], kept: Mapping[str, int]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The facts that a fork takes over, in their order: attempts up to the handoffs that it keeps,
    what was asked, answered and waived on the way: pure."""
    last = max((f.seq for f in facts if f.key in {f"{t}/{n}/handoff" for t, n in kept.items()}),
               default=0)  # fmt: skip
    asked = {
        f"ask/{question.id}"
        for question in questions(facts)
        if question.task in kept and question.escalation.kind != "budget"
    }
    # What was recorded before the last handoff that is kept lies in its history.
    recorded = {f.key for f in facts if f.key.startswith("recorded/") and f.seq < last}
    asked |= {f"ask/{key.removeprefix('recorded/')}" for key in recorded}
    count = 0
    for fact in facts:
        key = fact.key
        if key.startswith("retry/"):
            if retry := _narrowed(Retry.model_validate(fact.body), kept, asked):
                count += 1
                yield f"retry/{count}", retry.model_dump(mode="json")
        elif (
            (_of(key, kept) and key.split("/")[2] not in _OWN)
            or _of(key.removeprefix("waive/"), kept)
            or (key.removesuffix("/answer") in asked and fact.seq < last)
            or key in recorded
        ):
            yield key, fact.body


def _of(key: str, kept: Mapping[str, int]) -> bool:
    """Whether a name `TASK/ROUND/…` belongs to an attempt that is kept."""
    task, _, rest = key.partition("/")
    round = rest.partition("/")[0]
    return round.isdecimal() and int(round) <= kept.get(task, 0)


def _narrowed(retry: Retry, kept: Mapping[str, int], asked: set[str]) -> Retry | None:
    """A wish as far as it led to what is kept."""
    rounds = {task: after for task, after in retry.rounds.items() if after < kept.get(task, 0)}
    stops = tuple(name for name in retry.stops if f"ask/{name}" in asked)
    return retry.model_copy(update={"rounds": rounds, "stops": stops}) if rounds else None
