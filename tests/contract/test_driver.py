"""What every Driver promises: one process works, the others follow, one of them inherits.

A new implementation is one line in DRIVERS; its other processes are started by name.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

import driving
from pullcord.engine.drive import Drive

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["driving"])


@pytest.fixture(params=driving.DRIVERS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def started(kind: str, tmp_path: Path) -> Iterator[driving.Start]:
    """Starts a process that drives run r-1 with the given steps; what is left is killed."""
    processes: list[BaseProcess] = []

    def start(*steps: str) -> BaseProcess:
        process = CONTEXT.Process(target=driving.drive, args=(kind, tmp_path, steps))
        process.start()
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.join()


async def keys(folder: Path) -> list[str]:
    return [fact.key for fact in await driving.ledger(folder).read("r-1")]


def wait_for(path: Path) -> None:
    """Until a step of another process has left its mark."""
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} never came"
        time.sleep(0.01)


async def test_work_gets_a_fresh_epoch_each_time(kind: str, tmp_path: Path) -> None:
    epochs = []

    async def work(drive: Drive) -> None:
        epochs.append(drive.epoch)

    driver = driving.driver(kind, tmp_path)
    await driver.drive("r-1", work)
    await driver.drive("r-1", work)

    assert epochs == [1, 2]


async def test_a_run_is_driven_from_the_first_to_the_last_moment(kind: str, tmp_path: Path) -> None:
    driver = driving.driver(kind, tmp_path)
    seen = []

    async def work(drive: Drive) -> None:
        seen.append((driver.driven("r-1"), driver.driven("r-2")))

    before = driver.driven("r-1")
    await driver.drive("r-1", work)

    assert (before, seen, driver.driven("r-1")) == (False, [(True, False)], False)


async def test_work_that_fails_lets_go_of_the_run(kind: str, tmp_path: Path) -> None:
    driver = driving.driver(kind, tmp_path)

    async def fail(drive: Drive) -> None:
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        await driver.drive("r-1", fail)

    assert not driver.driven("r-1")


async def test_two_drives_of_one_run_never_overlap(kind: str, tmp_path: Path) -> None:
    working = []

    async def work(drive: Drive) -> None:
        working.append("in")
        await asyncio.sleep(0.02)
        working.append("out")

    one, two = driving.driver(kind, tmp_path), driving.driver(kind, tmp_path)
    await asyncio.gather(one.drive("r-1", work), two.drive("r-1", work), one.drive("r-1", work))

    assert working == ["in", "out"] * 3


async def test_runs_are_driven_side_by_side(kind: str, tmp_path: Path) -> None:
    driver = driving.driver(kind, tmp_path)
    other_works = asyncio.Event()

    async def waits(drive: Drive) -> None:
        await other_works.wait()

    async def goes_on(drive: Drive) -> None:
        other_works.set()

    async with asyncio.timeout(10):
        await asyncio.gather(driver.drive("r-1", waits), driver.drive("r-2", goes_on))


async def test_a_second_process_follows_and_inherits_after_a_kill(
    started: driving.Start, tmp_path: Path
) -> None:
    first = started("once a", "mark first-works", "wait for ever")
    wait_for(tmp_path / "first-works")
    second = started("once a", "once b")
    second.join(1.0)
    assert second.is_alive()
    assert await keys(tmp_path) == ["a"]

    first.kill()
    second.join(60)

    assert second.exitcode == 0
    assert await keys(tmp_path) == ["a", "b"]
    assert (tmp_path / "paid").read_text().split() == ["a", "b"]


async def test_of_many_followers_all_see_the_end_and_each_effect_is_had_once(
    started: driving.Start, tmp_path: Path
) -> None:
    first = started("mark first-works", "wait for ever")
    wait_for(tmp_path / "first-works")
    followers = [started("once a", "once b") for _ in range(3)]
    first.kill()
    for follower in followers:
        follower.join(60)

    assert [f.exitcode for f in followers] == [0, 0, 0]
    assert (tmp_path / "paid").read_text().split() == ["a", "b"]


async def test_a_child_of_the_driver_that_survives_it_does_not_hold_the_run(
    started: driving.Start, tmp_path: Path
) -> None:
    first = started("leave a child", "mark first-works", "wait for ever")
    wait_for(tmp_path / "first-works")
    first.kill()
    second = started("once a")
    second.join(60)

    child = int((tmp_path / "child").read_text())
    os.kill(child, signal.SIGKILL)
    assert second.exitcode == 0


async def test_a_sleeper_that_wakes_up_after_a_takeover_cannot_write(
    started: driving.Start, kind: str, tmp_path: Path
) -> None:
    sleeper = started("once a", "mark asleep", "wait for morning", "once late")
    wait_for(tmp_path / "asleep")
    assert sleeper.pid is not None
    os.kill(sleeper.pid, signal.SIGSTOP)
    driving.lose_the_lock(kind, tmp_path)
    heir = started("once a", "once b")
    heir.join(60)

    (tmp_path / "morning").touch()
    os.kill(sleeper.pid, signal.SIGCONT)
    sleeper.join(60)

    assert heir.exitcode == 0
    assert sleeper.exitcode == driving.STALE
    assert await keys(tmp_path) == ["a", "b"]
