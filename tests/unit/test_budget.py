"""Budgets: the one form in which they are written, and the folds of what was spent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli_facts import START, Entry, facts, report
from pullcord.config import parse
from pullcord.errors import ConfigError, UsageError
from pullcord.line.budget import added, allowed, expected, lacking, question, spent, told_of
from pullcord.model.budget import UNITS, Budget, Budgets, budget_of
from pullcord.model.run import Start

AMOUNT = st.integers(1, 10**9)
MONEY = st.decimals("0.01", 10**6, places=2).map(float)
WRITTEN = st.fixed_dictionaries(
    {}, optional={"usd": MONEY, "tokens": AMOUNT, "attempts": AMOUNT, "minutes": MONEY}
)


@given(WRITTEN.filter(bool))
def test_what_is_written_is_what_is_read(limits: dict[str, float]) -> None:
    text = ",".join(f"{unit}={amount}" for unit, amount in limits.items())

    assert budget_of(text).limits == limits


@given(st.text())
def test_any_other_text_is_refused_with_the_form(text: str) -> None:
    try:
        read = budget_of(text)
    except UsageError as error:
        said = error.hint
    else:
        said = "usd=3,tokens=200000" if set(read.limits) <= set(UNITS) else ""

    assert "usd=3,tokens=200000" in said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is empty"),
        ("usd", "'usd' is no amount"),
        ("euro=3", "there is no unit 'euro'"),
        ("usd=-1", "'usd=-1' is no amount"),
        ("usd=0", "usd must be more than 0"),
        ("usd=1,usd=2", "usd is given twice"),
        ("attempts=1.5", "attempts is a whole number"),
    ],
)
def test_each_mistake_is_named(text: str, why: str) -> None:
    with pytest.raises(UsageError) as refused:
        budget_of(text)

    assert why in refused.value.message


def test_the_base_has_budgets_and_limits_and_the_command_line_goes_over_them() -> None:
    settings = parse(
        "[budget]\nusd = 3\nattempts = 12\n[budget.task]\ntokens = 5\n"
        "[budget.attempt]\nusd = 0.5\n[limits]\nidle_s = 60\n"
    )
    own = Budgets(run=Budget(usd=9), task=Budget(minutes=1))

    both = own.over(settings.budget.budgets)

    assert both.run.limits == {"usd": 9, "attempts": 12}
    assert both.task.limits == {"tokens": 5, "minutes": 1}
    assert both.attempt.limits == {"usd": 0.5}
    with pytest.raises(UsageError, match="nothing could begin"):
        Budgets(task=Budget(usd=0.2)).over(settings.budget.budgets)


def test_a_wrong_budget_in_the_base_is_reported_with_its_line() -> None:
    with pytest.raises(ConfigError) as refused:
        parse("[budget]\nusd = 0\n\n[budget.task]\neuro = 1\n")

    assert "pullcord.toml:2: budget.usd" in refused.value.message
    assert "pullcord.toml:5: budget.task.euro: unknown key" in refused.value.message


def begun(*entries: Entry, **budgets: Any) -> list[Any]:
    start = {**START, "budgets": Budgets(**budgets).model_dump(mode="json")}
    return facts(("run", start), *entries)


def worked(usd: float | None, tokens: int | None = None, seconds: float = 0.0) -> dict[str, Any]:
    usage = {"usd": usd, "input_tokens": tokens, "output_tokens": tokens, "seconds": seconds}
    return report(usage=usage)


PAID = ("contract/1/worked", worked(0.6, 100, 30.0))


def test_a_reservation_counts_until_the_attempt_is_settled() -> None:
    reserved = ("build/1/reserved", {"usd": 2.0, "tokens": None})

    assert spent(begun(PAID, reserved)).usd == 2.6
    settled = spent(begun(PAID, reserved, ("build/1/worked", worked(0.1, 5))))
    assert (settled.usd, settled.tokens, settled.attempts, settled.minutes) == (0.7, 210, 2, 0.5)
    assert spent(begun(PAID, reserved), "build").usd == 2.0


def test_unknown_cost_is_never_nothing() -> None:
    silent = spent(begun(PAID, ("build/1/worked", worked(None))))
    capped = spent(begun(("build/1/reserved", {"usd": 2.0}), ("build/1/worked", worked(None))))

    assert silent.unknown == ("usd", "tokens")
    assert told_of(silent).startswith("0.6 usd (partly unknown), 200 tokens (partly")
    assert capped.usd == 2.0
    assert told_of(spent(begun(("build/1/worked", worked(None))))).startswith("unknown usd")


def test_time_that_a_killed_process_had_worked_is_counted() -> None:
    minutes: list[Entry] = [(f"build/1/minute/{n}", {"minutes": n}) for n in (1, 2)]

    assert spent(begun(*minutes)).minutes == 2
    assert spent(begun(*minutes), working={"build/1": 150.0}).minutes == 2.5


def test_what_an_agent_costs_is_taken_from_the_base_then_from_its_past() -> None:
    past = begun(PAID, ("contract/2/worked", worked(0.2, 1)), attempt=Budget(tokens=7))
    [contract, build, _] = Start.model_validate(past[0].body).plan.tasks

    assert expected(past, contract) == {"usd": 0.6, "tokens": 7}
    assert expected(past, build) == {"usd": None, "tokens": 7}


def test_an_attempt_has_room_up_to_the_last_cent_and_no_further() -> None:
    past = begun(PAID, run=Budget(usd=1.0, attempts=2))

    assert lacking(past, "", {"usd": 0.4}) == {}
    assert lacking(past, "", {"usd": 0.41}) == pytest.approx({"usd": 0.01})
    assert lacking([*past, *begun(PAID, ("build/1/reserved", {}))[2:]], "", {}) == {"attempts": 1}
    spent_all = begun(("build/1/worked", worked(1.0)), run=Budget(usd=1.0))
    assert lacking(spent_all, "", {"usd": None}) == {"usd": 0}


def test_the_question_offers_enough_and_its_answer_raises_the_budget() -> None:
    past = begun(PAID, run=Budget(usd=0.5))
    build = Start.model_validate(past[0].body).plan.tasks[1]
    asked = question(past, None, lacking(past, "", {"usd": 0.3}), build)

    assert asked.options[0] == "Add 0.65 usd and continue"
    assert "0.6 of 0.5 usd" in asked.description
    assert asked.evidence == ("api-designer, Confirm the contract: 0.6 usd, 200 tokens, 1 attempt, "
                              "0.5 minutes",)  # fmt: skip
    assert not asked.recommendation
    answered: list[Entry] = [
        ("ask/budget-1", {"task": "", "escalation": asked.model_dump(mode="json")}),
        ("ask/budget-1/answer", {"text": asked.options[0], "option": 1, "by": "Ada"}),
    ]
    assert allowed(begun(PAID, *answered, run=Budget(usd=0.5))).usd == 1.15
    assert added("Stop the run").limits == {}
    assert added("usd=2, attempts=3").limits == {"usd": 2, "attempts": 3}
