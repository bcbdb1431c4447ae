"""What may be spent, and what was."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from pullcord.errors import UsageError
from pullcord.model.value import Value

UNITS = ("usd", "tokens", "attempts", "minutes")
FORM = "usd=3,tokens=200000,attempts=12,minutes=30"
_WHOLE = ("tokens", "attempts")
_PAIR = re.compile(r"(\w+)=(\d+(?:\.\d+)?)")
Amount = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(gt=0, strict=True)]


class Budget(Value):
    """The most that may be spent: US dollars, tokens in and out, attempts, minutes of agents' work.
    None: no limit."""

    usd: Amount | None = None
    tokens: Count | None = None
    attempts: Count | None = None
    minutes: Amount | None = None

    @property
    def limits(self) -> dict[str, float]:
        """The limits that there are, by unit."""
        return {unit: n for unit in UNITS if (n := getattr(self, unit)) is not None}

    def over(self, other: Budget) -> Budget:
        """This budget, with the other one's limits for what it does not name."""
        return Budget.model_validate({**other.limits, **self.limits})


class Budgets(Value):
    """The budgets of a run: of the whole, of each task, and what one attempt is taken to cost at
    most, which is reserved before its agent is started."""

    run: Budget = Budget()
    task: Budget = Budget()
    attempt: Budget = Budget()

    def over(self, other: Budgets) -> Budgets:
        """These budgets, with the other ones' limits for what they do not name. Raises UsageError
        when an attempt may cost more than all is allowed to."""
        both = Budgets(
            run=self.run.over(other.run),
            task=self.task.over(other.task),
            attempt=self.attempt.over(other.attempt),
        )
        for unit, cost in both.attempt.limits.items():
            for name, whole in (("run", both.run), ("task", both.task)):
                if cost > whole.limits.get(unit, cost):
                    raise UsageError(
                        f"One attempt is taken to cost {cost:g} {unit}, the budget of a {name} "
                        f"is {whole.limits[unit]:g}: nothing could begin.",
                        "Raise the budget, or lower [budget.attempt] in pullcord.toml.",
                    )
        return both

    @property
    def timed(self) -> bool:
        """Whether time is limited."""
        return bool(self.run.minutes or self.task.minutes)


class Spent(Value):
    """What was spent, with what is reserved for agents at work. `unknown` names the units of which
    some attempt's cost was not reported: their sums are the least that was spent, never the truth.
    """

    usd: float = 0.0
    tokens: int = 0
    attempts: int = 0
    minutes: float = 0.0
    unknown: tuple[str, ...] = ()


def budget_of(text: str) -> Budget:
    """The budget that a text like `usd=3,minutes=30` names. Raises UsageError for another text."""
    found: dict[str, float] = {}
    for part in filter(None, re.split(r"[,\s]+", text.strip())):
        match = _PAIR.fullmatch(part)
        if match and match[1] not in UNITS:
            raise _wrong(f"there is no unit {match[1]!r}")
        if match is None:
            raise _wrong(f"{part!r} is no amount")
        unit, amount = match[1], float(match[2])
        if unit in found:
            raise _wrong(f"{unit} is given twice")
        if amount == 0:
            raise _wrong(f"{unit} must be more than 0")
        if unit in _WHOLE and amount != int(amount):
            raise _wrong(f"{unit} is a whole number")
        found[unit] = int(amount) if unit in _WHOLE else amount
    if not found:
        raise _wrong("it is empty")
    return Budget.model_validate(found)


def _wrong(why: str) -> UsageError:
    return UsageError(f"This is no budget: {why}.", f"Write it like {FORM}; leave out any of them.")
