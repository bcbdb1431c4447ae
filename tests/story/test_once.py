"""Spike (a) of issue 2: two branches loop at the same time, die at any fact, and end the same."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from pathlib import Path
from typing import Any

import pytest

import looping
from pullcord.engine.drive import Body, Drive
from pullcord.ledger.chain import verify
from pullcord.ledger.memory import MemoryLedger
from pullcord.ledger.sqlite import SqliteLedger

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["looping"])
TURNED = looping.BRANCHES[::-1]


def begin(folder: Path) -> Path:
    (folder / "published").mkdir(parents=True)
    return folder


def live(folder: Path, **fate: Any) -> int | None:
    """A process of its own drives the run; its exit status."""
    process = CONTEXT.Process(target=looping.drive, args=(folder,), kwargs=fate)
    process.start()
    process.join(60)
    return process.exitcode


def facts(folder: Path) -> dict[str, Body]:
    """Key to body, of a chain that holds."""
    ledger = SqliteLedger(folder / "ledger.db", lambda: "")
    recorded = asyncio.run(ledger.read(looping.RUN))
    ledger.close()
    verify(recorded)
    return {fact.key: fact.body for fact in recorded}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Body]:
    folder = begin(tmp_path_factory.mktemp("uninterrupted") / "run")
    assert live(folder) == 0
    return facts(folder)


def test_the_branches_loop_differently(uninterrupted: dict[str, Body]) -> None:
    """Or the other tests here would show nothing."""
    rounds = {name: uninterrupted[f"{name}/done"]["rounds"] for name in looping.BRANCHES}

    assert len(set(rounds.values())) == 2
    assert min(rounds.values()) > 1


@pytest.mark.parametrize(
    ("after", "order"),
    [(False, TURNED), (True, looping.BRANCHES)],
    ids=["before it, turned order", "after it, same order"],
)
def test_a_run_killed_at_any_fact_and_resumed_ends_like_one_that_was_not(
    tmp_path: Path, uninterrupted: dict[str, Body], after: bool, order: tuple[str, ...]
) -> None:
    for at in range(1, len(uninterrupted) + 1):
        folder = begin(tmp_path / str(at))

        assert live(folder, at=at, after=after) == -signal.SIGKILL
        assert len(facts(folder)) == at - (not after)
        published_is_there(folder)
        assert live(folder, order=order) == 0

        assert facts(folder) == uninterrupted, f"killed at fact {at}"
        paid_once(folder)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_whose_every_process_dies_at_its_third_append_still_ends_the_same(
    tmp_path: Path, uninterrupted: dict[str, Body], after: bool
) -> None:
    folder = begin(tmp_path / "run")
    deaths = 0
    while live(folder, at=3, after=after, order=(looping.BRANCHES, TURNED)[deaths % 2]) != 0:
        deaths += 1
        assert deaths <= len(uninterrupted)

    assert deaths >= len(uninterrupted) // 3
    assert facts(folder) == uninterrupted
    paid_once(folder)


def published_is_there(folder: Path) -> None:
    """A fact never names bytes that are not there."""
    for key, body in facts(folder).items():
        if not key.endswith("/done"):
            published = folder / "published" / key.replace("/", ".")
            assert published.read_text() == body["result"]


def paid_once(folder: Path) -> None:
    paid = (folder / "paid").read_text().splitlines()
    assert len(paid) == len(set(paid))


async def test_of_two_who_do_the_same_at_once_both_get_what_was_recorded_first() -> None:
    ledger = MemoryLedger(lambda: "")
    drive = Drive(ledger, "r-1", await ledger.claim("r-1"))

    async def effect(name: str, turns: int) -> Body:
        for _ in range(turns):
            await asyncio.sleep(0)
        return {"by": name}

    slow, quick = await asyncio.gather(
        drive.once("k", lambda: effect("slow", 5)), drive.once("k", lambda: effect("quick", 1))
    )

    assert slow == quick == {"by": "quick"}


async def test_an_effect_that_fails_records_nothing_and_is_tried_again() -> None:
    ledger = MemoryLedger(lambda: "")
    drive = Drive(ledger, "r-1", await ledger.claim("r-1"))
    tries = []

    async def effect() -> Body:
        tries.append("try")
        if len(tries) == 1:
            raise OSError("no space")
        return {"tries": len(tries)}

    with pytest.raises(OSError, match="no space"):
        await drive.once("k", effect)
    assert await drive.find("k") is None
    assert await drive.once("k", effect) == {"tries": 2}
    assert await drive.find("k") == {"tries": 2}
