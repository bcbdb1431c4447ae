"""`--budget` and `--task-budget`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from pullcord.errors import UsageError
from pullcord.model.budget import Budget, budget_of

F = TypeVar("F", bound=Callable[..., Any])


class BudgetType(click.ParamType[Budget]):
    """`usd=3,tokens=200000,attempts=12,minutes=30`, any of them."""

    name = "budget"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> Budget:
        if isinstance(value, Budget):
            return value
        try:
            return budget_of(value)
        except UsageError as error:
            self.fail(f"{error.message} {error.hint}", param, ctx)


def budget_options(command: F) -> F:
    """`--budget` and `--task-budget`; what they name goes over [budget] in pullcord.toml."""
    for name, whose in (("--task-budget", "each task"), ("--budget", "the run")):
        command = click.option(
            name,
            type=BudgetType(),
            default=Budget(),
            metavar="LIMITS",
            help=f"The most that {whose} may cost, as usd=3,tokens=200000,attempts=12,minutes=30.",
        )(command)
    return command
