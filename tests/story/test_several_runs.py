"""Several runs in one repository, and several processes at one run."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import killing
from killing import ATTEMPTS, TASKS, ended, facts, live, outcome, paid
from pullcord.errors import Conflict
from pullcord.model.work import Brief, Workspace
from story import CRITERION, FAST, Begin, git, implement, make_repository, write


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def place(tmp_path: Path, verdicts: Path) -> Path:
    """A folder with a repository whose gates' verdicts may be known already."""
    make_repository(tmp_path / "repo", FAST)
    (tmp_path / "repo" / ".git" / "pullcord").mkdir()
    (tmp_path / "repo" / ".git" / "pullcord" / "verdicts").symlink_to(verdicts)
    return tmp_path


async def test_runs_at_the_same_time_do_not_meet(begin: Begin) -> None:
    together = asyncio.Barrier(2)

    async def meeting(brief: Brief, workspace: Workspace) -> None:
        await together.wait()  # both agents work at this moment
        assert git(workspace.path, "for-each-ref", "refs/pullcord") == ""
        implement(brief, workspace)
        write(workspace.path, "tiny/which.py", f'"""Which."""\n\nRUN = "{brief.run}"\n')
        write(workspace.path, "tests/test_which.py",
              "from tiny.which import RUN\n\n\ndef test_it() -> None:\n    assert RUN\n")  # fmt: skip

    story = await begin({"implement": meeting})
    runs = [await story.start(*TASKS) for _ in "ab"]

    ends = await asyncio.gather(*(story.orchestrator.drive(run) for run in runs))

    assert [status.state for status in ends] == ["passed"] * 2, ends
    for status in ends:
        text = git(story.folder, "show", f"{status.head}:tiny/which.py")
        assert status.run in text
        for task in TASKS:
            assert story.refs(status.run)[f"{task}/1/work"]
    assert git(story.folder, "status", "--porcelain") == ""

    await story.orchestrator.apply(runs[1])
    with pytest.raises(Conflict):
        await story.orchestrator.apply(runs[0])


async def test_driving_a_run_twice_in_one_process_drives_it_once(begin: Begin) -> None:
    story = await begin()
    run = await story.start(*TASKS)

    ends = await asyncio.gather(*(story.orchestrator.drive(run) for _ in range(3)))

    assert [status.state for status in ends] == ["passed"] * 3
    assert Counter(story.paid()) == Counter(f"{task}/1" for task in TASKS)


async def test_all_who_drive_a_run_that_waits_hear_that_it_waits(begin: Begin) -> None:
    story = await begin()
    run = await story.start("implement", "test")

    ends = await asyncio.gather(*(story.orchestrator.drive(run) for _ in range(4)))

    assert {status.state for status in ends} == {"waiting"}
    assert CRITERION in ends[0].open_questions[0].escalation.description


async def test_who_waits_for_an_answer_goes_on_with_it(begin: Begin) -> None:
    story = await begin()
    run = await story.start("implement", "test")
    waits = [
        asyncio.ensure_future(story.orchestrator.drive(run, on_escalation="wait")) for _ in "ab"
    ]
    async for fact in story.orchestrator.follow(run):
        if fact.key == "ask/criteria":
            break

    await story.orchestrator.answer(run, "criteria", "1", by="Ada")

    assert [status.state for status in await asyncio.gather(*waits)] == ["passed"] * 2


def test_two_processes_work_in_one_repository_at_once(place: Path) -> None:
    names = ("r-one", "r-two")
    (place / "hold").touch()
    processes = [killing.begin(place, TASKS, name=name) for name in names]
    until(lambda: paid(place)["implement/1"] == 2)  # both are at work
    (place / "hold").unlink()

    assert [ended(process) for process in processes] == [0, 0]

    assert paid(place) == Counter({attempt: 2 for attempt in ATTEMPTS})
    heads = {git(place / "repo", "rev-parse", f"refs/pullcord/{name}/head:tiny")
             for name in names}  # fmt: skip
    assert len(heads) == 1
    for name in names:
        assert facts(place, name)[-1].key == "run/finished"


def test_a_second_process_follows_and_pays_nothing(place: Path) -> None:
    (place / "hold").touch()
    first = killing.begin(place, TASKS)
    until(lambda: paid(place).total() == 1)
    second = killing.begin(place, TASKS)
    time.sleep(0.5)  # long enough to do something wrong
    (place / "hold").unlink()

    assert (ended(first), ended(second)) == (0, 0)
    assert paid(place) == Counter(ATTEMPTS)


def test_a_second_process_inherits_the_run_when_the_first_is_killed(
    place: Path, tmp_path_factory: pytest.TempPathFactory, verdicts: Path
) -> None:
    (place / "hold").touch()
    first = killing.begin(place, TASKS)
    until(lambda: paid(place).total() == 1)
    second = killing.begin(place, TASKS)
    time.sleep(0.5)
    assert paid(place).total() == 1

    assert first.pid
    os.kill(first.pid, signal.SIGKILL)
    assert ended(first) == -signal.SIGKILL
    until(lambda: paid(place).total() == 2)  # the killed agent's attempt is repeated
    (place / "hold").unlink()

    assert ended(second) == 0
    assert paid(place) == Counter(ATTEMPTS) + Counter(["implement/1"])
    alone = tmp_path_factory.mktemp("alone")
    make_repository(alone / "repo", FAST)
    (alone / "repo" / ".git" / "pullcord").mkdir()
    (alone / "repo" / ".git" / "pullcord" / "verdicts").symlink_to(verdicts)
    assert live(alone, TASKS) == 0
    assert outcome(place) == outcome(alone)
