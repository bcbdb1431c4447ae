"""A run that is killed at any moment and resumed ends like one that was never killed."""

from __future__ import annotations

import shutil
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest

from killing import ATTEMPTS, RUN, TASKS, Death, facts, live, outcome, paid
from story import FAST, git, make_repository


@dataclass(frozen=True)
class Undisturbed:
    """A run that nobody killed: where it is, its facts' keys in order, its outcome."""

    folder: Path
    tasks: tuple[str, ...]
    keys: list[str]
    outcome: dict[str, Any]

    def copy(self, folder: Path) -> Path:
        """A place where the same run can begin; its gates' verdicts are known already."""
        make_repository(folder / "repo", FAST)
        verdicts = folder / "repo" / ".git" / "pullcord" / "verdicts"
        verdicts.parent.mkdir()
        verdicts.symlink_to(self.folder / "repo" / ".git" / "pullcord" / "verdicts")
        return folder


def _undisturbed(folder: Path, tasks: tuple[str, ...]) -> Undisturbed:
    make_repository(folder / "repo", FAST)
    assert live(folder, tasks) == 0
    return Undisturbed(folder, tasks, [fact.key for fact in facts(folder)], outcome(folder))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return _undisturbed(tmp_path_factory.mktemp("story"), TASKS)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return _undisturbed(tmp_path_factory.mktemp("short"), ("review",))


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    tasks = ("implement", "extend", "test", "review")
    return _undisturbed(tmp_path_factory.mktemp("beside"), tasks)


End = tuple[dict[str, Any], Counter[str]]
"""How a run ended: its outcome, and how often each agent was called."""


def resumed(whole: Undisturbed, place: Path) -> End:
    """Let another process drive the run of this place to its end; the place is gone then."""
    assert live(place, whole.tasks) == 0
    end = outcome(place), paid(place)
    shutil.rmtree(place)
    return end


def test_the_story_has_red_and_green_rounds(story: Undisturbed) -> None:
    """Or the other tests here would show little."""
    assert {"implement/1/closed", "implement/2/handoff", "result/judged"} <= set(story.keys)
    assert paid(story.folder) == Counter(ATTEMPTS)


def test_killed_before_and_after_every_fact_it_ends_the_same_and_no_agent_works_twice(
    story: Undisturbed, tmp_path: Path
) -> None:
    """One run dies again and again; from each of its deaths a copy is driven to the end, which has
    lost the cache: that goes by the place of the repository."""
    place = story.copy(tmp_path / "killed")
    ended: dict[str, Future[End]] = {}
    with ThreadPoolExecutor(1) as pool:
        for number, key in enumerate(story.keys):
            for death in ("before", "after"):
                assert live(place, TASKS, Death(fact=1, after=death == "after")) == -SIGKILL, key
                copy = Path(shutil.copytree(place, tmp_path / f"{number}-{death}", symlinks=True))
                ended[f"{death} {key}"] = pool.submit(resumed, story, copy)

    for death, future in ended.items():
        end, calls = future.result()
        assert end == story.outcome, death
        # Even between the ref of published work and the fact about it.
        assert calls == Counter(ATTEMPTS), death
    assert resumed(story, place) == (story.outcome, Counter(ATTEMPTS))


def test_parallel_tasks_killed_before_and_after_every_fact_lose_nothing(
    beside: Undisturbed, tmp_path: Path
) -> None:
    """Who is merged first is left to chance; what the result holds is not."""
    place = beside.copy(tmp_path / "killed")
    deaths, code = 0, -SIGKILL
    while code == -SIGKILL:
        code = live(place, beside.tasks, Death(fact=1, after=bool(deaths % 2)))
        deaths += 1

    assert code == 0
    assert deaths > 2 * len(beside.keys) - 4
    # Only an agent that worked at the moment of a death is called again.
    assert paid(place).keys() == paid(beside.folder).keys()
    assert paid(place).total() < paid(beside.folder).total() + 4
    keys = {fact.key for fact in facts(place)}  # proved, too
    assert {key for key in keys if "/merge/" not in key} == {
        key for key in beside.keys if "/merge/" not in key
    }
    trees = {git(folder / "repo", "rev-parse", f"refs/pullcord/{RUN}/head:tiny")
             for folder in (place, beside.folder)}  # fmt: skip
    assert len(trees) == 1


def test_killed_before_every_other_git_command_it_ends_the_same_and_published_work_is_not_done_again(
    short: Undisturbed, tmp_path: Path
) -> None:
    def killed(number: int) -> int:
        place = short.copy(tmp_path / str(number))
        assert live(place, short.tasks, Death(git=number)) == -SIGKILL, number
        published = git(place / "repo", "for-each-ref", f"refs/pullcord/{RUN}/review/1/work")
        before = paid(place)["review/1"]
        end, calls = resumed(short, place)
        assert end == short.outcome, number
        assert not published or calls["review/1"] == before == 1, number
        return calls["review/1"]

    commands = int((short.folder / "commands").read_text())
    with ThreadPoolExecutor(2) as pool:
        calls = Counter(pool.map(killed, range(1, commands + 1, 2)))

    # Killed after the agent had worked and before that was published: it is called again.
    assert calls.keys() == {1, 2}
    assert calls[1] > calls[2]
