"""What every Ledger promises. A new implementation is one line in LEDGERS."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pullcord.errors import LedgerError, StaleEpoch
from pullcord.ledger.chain import verify
from pullcord.ledger.memory import MemoryLedger
from pullcord.ledger.sqlite import SqliteLedger
from pullcord.model.fact import Fact
from pullcord.protocols import Ledger

NOON = "2026-11-22T12:00:00+00:00"
LEDGERS: dict[str, Callable[[Path], Ledger]] = {
    "memory": lambda folder: MemoryLedger(lambda: NOON),
    "sqlite": lambda folder: SqliteLedger(folder / "pullcord" / "ledger.db", lambda: NOON),
}


@pytest.fixture(params=LEDGERS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Ledger:
    return LEDGERS[request.param](tmp_path)


async def test_a_recorded_fact_is_read_back_as_it_was_returned(ledger: Ledger) -> None:
    fact = await ledger.append("r-1", "backend/1/opened", {"at": NOON, "n": [1, None]}, epoch=0)

    assert fact == Fact(
        run="r-1", seq=1, key="backend/1/opened", epoch=0, version=1, at=NOON,
        body={"at": NOON, "n": [1, None]}, prev_hash="", hash=fact.hash,
    )  # fmt: skip
    assert await ledger.get("r-1", "backend/1/opened") == fact
    assert await ledger.read("r-1") == [fact]


async def test_the_first_to_record_a_key_wins(ledger: Ledger) -> None:
    first = await ledger.append("r-1", "ask/3/answer", {"text": "yes"}, epoch=0)
    second = await ledger.append("r-1", "ask/3/answer", {"text": "no"}, epoch=0)

    assert second == first
    assert len(await ledger.read("r-1")) == 1


async def test_many_who_record_the_same_key_at_once_get_the_same_fact(ledger: Ledger) -> None:
    given = await asyncio.gather(*(ledger.append("r-1", "k", {"n": n}, epoch=0) for n in range(9)))

    assert {fact.hash for fact in given} == {given[0].hash}


async def test_the_same_key_in_two_runs_is_two_facts(ledger: Ledger) -> None:
    one = await ledger.append("r-1", "k", {"run": 1}, epoch=0)
    two = await ledger.append("r-2", "k", {"run": 2}, epoch=0)

    assert (one.seq, two.seq, two.prev_hash) == (1, 1, "")
    assert await ledger.runs() == ["r-1", "r-2"]


async def test_facts_come_in_order_and_after_a_given_one(ledger: Ledger) -> None:
    for n in range(4):
        await ledger.append("r-1", f"k{n}", {}, epoch=0)

    assert [f.seq for f in await ledger.read("r-1")] == [1, 2, 3, 4]
    assert [f.key for f in await ledger.read("r-1", after=2)] == ["k2", "k3"]


async def test_what_nobody_recorded_is_not_there(ledger: Ledger) -> None:
    assert await ledger.get("r-1", "k") is None
    assert await ledger.read("r-1") == []
    assert await ledger.runs() == []


async def test_a_takeover_locks_out_the_one_who_drove_before(ledger: Ledger) -> None:
    asleep = await ledger.claim("r-1")
    awake = await ledger.claim("r-1")
    await ledger.append("r-1", "mine", {}, epoch=awake)

    with pytest.raises(StaleEpoch, match="taken over"):
        await ledger.append("r-1", "late", {}, epoch=asleep)

    assert [f.key for f in await ledger.read("r-1")] == ["mine"]


async def test_even_a_fact_that_is_there_is_refused_to_a_stale_driver(ledger: Ledger) -> None:
    """It would otherwise go on with its own work until it meets something new."""
    asleep = await ledger.claim("r-1")
    await ledger.append("r-1", "k", {}, epoch=asleep)
    await ledger.claim("r-1")

    with pytest.raises(StaleEpoch):
        await ledger.append("r-1", "k", {}, epoch=asleep)


async def test_who_does_not_drive_may_always_answer(ledger: Ledger) -> None:
    epoch = await ledger.claim("r-1")

    answer = await ledger.append("r-1", "ask/1/answer", {"text": "1"}, epoch=0)

    assert answer.epoch == epoch


async def test_an_epoch_nobody_was_given_is_refused(ledger: Ledger) -> None:
    with pytest.raises(StaleEpoch):
        await ledger.append("r-1", "k", {}, epoch=7)


async def test_a_claim_concerns_one_run_only(ledger: Ledger) -> None:
    mine = await ledger.claim("r-1")
    await ledger.claim("r-2")

    await ledger.append("r-1", "k", {}, epoch=mine)


async def test_a_follower_sees_old_facts_and_new_ones(ledger: Ledger) -> None:
    await ledger.append("r-1", "old", {}, epoch=0)
    seen = []

    async def follow() -> None:
        async for fact in ledger.follow("r-1"):
            seen.append(fact.key)
            if fact.key == "last":
                return

    async with asyncio.timeout(10):
        follower = asyncio.create_task(follow())
        await asyncio.sleep(0.02)
        await ledger.append("r-1", "new", {}, epoch=0)
        await ledger.append("r-1", "last", {}, epoch=0)
        await follower

    assert seen == ["old", "new", "last"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
BODIES = st.lists(st.dictionaries(st.text(max_size=9), JSON, max_size=3), min_size=2, max_size=5)
per_example = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_numbers = iter(range(1 << 30))


async def record(ledger: Ledger, bodies: list[dict[str, Any]]) -> list[Fact]:
    run = f"r-{next(_numbers)}"
    for n, body in enumerate(bodies):
        await ledger.append(run, f"k{n}", body, epoch=0)
    return await ledger.read(run)


@per_example
@given(bodies=BODIES)
def test_any_text_and_number_survives_and_the_chain_holds(
    ledger: Ledger, bodies: list[dict[str, Any]]
) -> None:
    facts = asyncio.run(record(ledger, bodies))

    verify(facts)
    assert [f.body for f in facts] == bodies


@pytest.mark.parametrize("text", ["\ud800 alone", "nul \x00 nul", "\u2028", "🪢", "x" * 100_000])
async def test_text_that_agents_really_print_can_be_recorded(ledger: Ledger, text: str) -> None:
    await ledger.append("r-1", "k", {"text": text}, epoch=0)

    facts = await ledger.read("r-1")
    verify(facts)
    assert facts[0].body == {"text": text}


@per_example
@given(bodies=BODIES, data=st.data())
def test_a_fact_that_was_changed_is_found(
    ledger: Ledger, bodies: list[dict[str, Any]], data: st.DataObject
) -> None:
    facts = asyncio.run(record(ledger, bodies))
    at = data.draw(st.integers(0, len(facts) - 1))
    name = data.draw(
        st.sampled_from(["run", "key", "at", "prev_hash", "hash", "seq", "epoch", "version"])
    )
    facts[at] = flipped(facts[at], name, data.draw(st.integers(0, 10_000)))

    with pytest.raises(LedgerError, match="altered"):
        verify(facts)


@per_example
@given(bodies=BODIES, at=st.integers(0, 4), other=JSON)
def test_a_body_that_was_changed_is_found(
    ledger: Ledger, bodies: list[dict[str, Any]], at: int, other: Any
) -> None:
    facts = asyncio.run(record(ledger, bodies))
    fact = facts[at % len(facts)]
    facts[at % len(facts)] = fact.model_copy(update={"body": {**fact.body, "\x01": other}})

    with pytest.raises(LedgerError, match=f"fact {fact.seq} "):
        verify(facts)


@per_example
@given(bodies=BODIES, data=st.data())
def test_facts_that_were_removed_doubled_or_moved_are_found(
    ledger: Ledger, bodies: list[dict[str, Any]], data: st.DataObject
) -> None:
    facts = asyncio.run(record(ledger, bodies))
    one, two = data.draw(
        st.lists(st.integers(0, len(facts) - 1), min_size=2, max_size=2, unique=True)
    )
    swapped = list(facts)
    swapped[one], swapped[two] = swapped[two], swapped[one]
    # Without its end a chain is still a chain: what is missing there was never recorded.
    without = facts[:one] + facts[one + 1 :] if one < len(facts) - 1 else facts[1:]

    for damaged in (swapped, without, facts[: one + 1] + facts[one:]):
        with pytest.raises(LedgerError, match="altered"):
            verify(damaged)


def flipped(fact: Fact, name: str, bit: int) -> Fact:
    """The fact with one bit of one field turned over."""
    value = getattr(fact, name)
    if isinstance(value, int):
        return fact.model_copy(update={name: value ^ (1 << bit % 16)})
    if not value:
        return fact.model_copy(update={name: chr(1 << bit % 7)})
    where = bit % len(value)
    turned = chr(ord(value[where]) ^ (1 << bit % 7))
    return fact.model_copy(update={name: value[:where] + turned + value[where + 1 :]})
