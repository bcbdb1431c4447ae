"""What a run has spent and may spend: pure folds of its facts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pullcord.errors import UsageError
from pullcord.line.ask import STOP, questions
from pullcord.model.budget import UNITS, Budget, Spent, budget_of
from pullcord.model.escalation import Escalation
from pullcord.model.fact import Fact
from pullcord.model.report import Usage
from pullcord.model.run import Start
from pullcord.model.task import Task

_ATTEMPT = re.compile(r"([^/]+)/(\d+)/(?:opened|reserved|worked|minute/\d+)")
_ADD = re.compile(r"Add (.+) and continue")
MINUTE_S = 60.0
_NEAR = 1e-9
"""Sums of money are compared with this much patience: 0.1 + 0.2 is 0.3."""


class Attempt(NamedTuple):
    """What the facts say of one attempt. `reserved` and `usage` are None before their time;
    `minutes` were recorded while its agent worked."""

    task: str
    key: str
    reserved: Mapping[str, float | None]
    usage: Usage | None
    minutes: int


def attempts(facts: Sequence[Fact]) -> Iterator[Attempt]:
    """The attempts of a run that it paid itself: not those that it took over from another run."""
    bodies = {fact.key: fact.body for fact in facts}
    reused = set(bodies.get("forked", {}).get("reused", ()))
    keys: dict[str, int] = {}
    for name in bodies:
        if match := _ATTEMPT.fullmatch(name):
            key = f"{match[1]}/{match[2]}"
            keys[key] = keys.get(key, 0) + ("/minute/" in name)
    for key, minutes in keys.items():
        worked: Any = bodies.get(f"{key}/worked")
        usage = Usage.model_validate(worked["report"]["usage"]) if worked else None
        if key not in reused:
            reserved = bodies.get(f"{key}/reserved", {})
            yield Attempt(key.partition("/")[0], key, reserved, usage, minutes)


def spent(
    facts: Sequence[Fact], task: str = "", working: Mapping[str, float] | None = None
) -> Spent:
    """What a run, or one of its tasks, has spent. An attempt counts with its reservation until its
    cost is known, for ever when it is never reported. `working` has the seconds that attempts at
    work have taken so far."""
    return _sum([a for a in attempts(facts) if task in ("", a.task)], working or {})


def _sum(found: Sequence[Attempt], working: Mapping[str, float]) -> Spent:
    total = {"usd": 0.0, "tokens": 0.0, "minutes": 0.0}
    unknown = set()
    for one in found:
        known = _known(one.usage)
        for unit, amount in known.items():
            total[unit] += (one.reserved.get(unit) or 0) if amount is None else amount
            if amount is None and one.usage is not None:
                unknown.add(unit)
        seconds = one.usage.seconds if one.usage else working.get(one.key, MINUTE_S * one.minutes)
        total["minutes"] += seconds / MINUTE_S
    return Spent(
        usd=round(total["usd"], 6),
        tokens=int(total["tokens"]),
        attempts=len(found),
        minutes=round(total["minutes"], 3),
        unknown=tuple(sorted(unknown, reverse=True)),
    )


def _known(usage: Usage | None) -> dict[str, float | None]:
    """The reported cost by unit; None where nothing was reported, which is not 0."""
    if usage is None:
        return {"usd": None, "tokens": None}
    parts = (usage.input_tokens, usage.output_tokens)
    tokens = None if None in parts else sum(part or 0 for part in parts)
    return {"usd": usage.usd, "tokens": tokens}


def silent_on(usage: Usage) -> list[str]:
    """The units whose cost was not reported."""
    return [unit for unit, amount in _known(usage).items() if amount is None]


def minutes_recorded(facts: Sequence[Fact], key: str) -> int:
    """The whole minutes that an attempt's agent has worked, in this process and earlier ones."""
    return sum(fact.key.startswith(f"{key}/minute/") for fact in facts)


def expected(facts: Sequence[Fact], task: Task) -> dict[str, float | None]:
    """What the task's next attempt is taken to cost at most: the base's word on any attempt, else
    the most that this agent has cost so far; None when nothing is known."""
    start = _start(facts)
    agents = {t.id: t.subagent_type for t in start.plan.tasks}
    known = [
        _known(a.usage) for a in attempts(facts) if agents.get(a.task) == task.subagent_type
    ]  # fmt: skip
    found: dict[str, float | None] = {}
    for unit in ("usd", "tokens"):
        costs = [cost for one in known if (cost := one[unit]) is not None]
        found[unit] = start.budgets.attempt.limits.get(unit) or max(costs, default=None)
    return found


def allowed(facts: Sequence[Fact], task: str = "") -> Budget:
    """What may be spent now by the run, or by one task: the budget with what people added."""
    budgets = _start(facts).budgets
    limits = (budgets.task if task else budgets.run).limits
    for question in questions(facts):
        if question.escalation.kind == "budget" and question.task == task and question.answer:
            for unit, amount in _understood(question.answer.text).limits.items():
                if unit in limits:
                    limits[unit] += amount
    return Budget.model_validate({unit: _number(limits[unit], unit) for unit in limits})


def _number(amount: float, unit: str) -> float:
    return int(amount) if unit in ("tokens", "attempts") else round(amount, 6)


def added(text: str) -> Budget:
    """What an answer adds: `Add 5 usd and continue`, or words like `usd=5`. Nothing when it stops
    the run. Raises UsageError for other words."""
    if text == STOP:
        return Budget()
    if match := _ADD.fullmatch(text):
        pairs = [part.split() for part in match[1].split(", ")]
        return budget_of(",".join(f"{unit}={amount}" for amount, unit in pairs))
    return budget_of(text)


def _understood(text: str) -> Budget:
    try:
        return added(text)
    except UsageError:
        return Budget()  # then the question comes again


def lacking(facts: Sequence[Fact], task: str, cost: Mapping[str, float | None]) -> dict[str, float]:
    """By unit, how much a further attempt of this cost lacks in the run's budget, or the task's;
    where the cost is not known, something must be left."""
    now = spent(facts, task)
    found = {}
    for unit, limit in allowed(facts, task).limits.items():
        wanted = 1 if unit == "attempts" else cost.get(unit) or 0
        left = limit - getattr(now, unit)
        if wanted > left + _NEAR or left <= _NEAR:
            found[unit] = max(0.0, wanted - left)
    return found


def time_left(facts: Sequence[Fact], task: Task, working: Mapping[str, float]) -> tuple[str, float]:
    """Whose time ends first, and the seconds that are left of it; infinite without a limit."""
    ends = []
    for name, whose in (("", "the run"), (task.id, task.description)):
        limit = allowed(facts, name).minutes
        if limit is not None:
            ends.append((MINUTE_S * (limit - spent(facts, name, working).minutes), whose))
    left, whose = min(ends, default=(math.inf, ""))
    return whose, left


def question(
    facts: Sequence[Fact], scope: Task | None, lacks: Mapping[str, float], by: Task
) -> Escalation:
    """The escalation of a spent budget, of the run (None) or of a task: what was spent, by whom,
    and what could be added. It has no recommendation: spending more is a person's word."""
    start, name = _start(facts), scope.id if scope else ""
    limits, now = allowed(facts, name).limits, spent(facts, name)
    sums = ", ".join(f"{shown(unit, getattr(now, unit))} of {_plain(limits[unit])} {unit}"
                     for unit in lacks)  # fmt: skip
    first = (start.budgets.task if scope else start.budgets.run).limits
    more = ", ".join(f"{_more(unit, lack, first[unit])} {unit}" for unit, lack in lacks.items())
    whose = f"{scope.description!r}" if scope else "The run"
    return Escalation(
        kind="budget",
        description=f"{whose} has spent or reserved {sums}; there is no room for the next attempt "
        f"of {by.subagent_type}.",
        evidence=tuple(by_whom(facts, name)),
        options=(f"Add {more} and continue", STOP),
        raised_by="engine",
    )


def _more(unit: str, lack: float, first: float) -> str:
    """What is offered: what the next attempt lacks, and half of the first budget beside it."""
    amount = lack + first / 2
    return _plain(math.ceil(amount * 100 - _NEAR) / 100 if unit == "usd" else math.ceil(amount))


def by_whom(facts: Sequence[Fact], task: str = "") -> Iterator[str]:
    """A line for each task that has cost something: who, how often, how much."""
    for one in _start(facts).plan.tasks:
        cost = spent(facts, one.id)
        if cost.attempts and task in ("", one.id):
            yield f"{one.subagent_type}, {one.description}: {told_of(cost)}"


def told_of(cost: Spent, budget: Budget | None = None) -> str:
    """A cost in words, unit by unit, with the limits that there are; '' where no agent has begun.
    What is not known says so."""
    return ", ".join(_told(cost, budget or Budget())) if cost.attempts else ""


def _told(cost: Spent, budget: Budget) -> Iterator[str]:
    for unit in UNITS:
        amount, limit = getattr(cost, unit), budget.limits.get(unit)
        of = f" of {_plain(limit)}" if limit is not None else ""
        if unit in cost.unknown:
            told = f"{shown(unit, amount)}{of} {unit} (partly unknown)"
            yield told if amount else f"unknown{of} {unit}"
        elif shown(unit, amount) != "0" or limit is not None:
            one = shown(unit, amount) == "1" and not of
            yield f"{shown(unit, amount)}{of} {unit.removesuffix('s') if one else unit}"


def shown(unit: str, amount: float) -> str:
    """An amount as people read it."""
    return _plain(round(amount, 1) if unit == "minutes" else amount)


def _plain(amount: float) -> str:
    if amount == int(amount):
        return str(int(amount))
    return f"{amount:.4f}".rstrip("0")


def check(question_kind: str, text: str) -> None:
    """Raise UsageError for an answer to a budget question that adds nothing and stops nothing."""
    if question_kind == "budget":
        try:
            added(text)
        except UsageError as error:
            raise UsageError(
                f"{text!r} adds nothing to the budget: choose an option, or name what to add.",
                error.hint,
            ) from error


def _start(facts: Sequence[Fact]) -> Start:
    return Start.model_validate(next(fact.body for fact in facts if fact.key == "run"))
