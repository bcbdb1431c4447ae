"""A passed run is applied by a fast-forward, or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from pullcord.app import Orchestrator
from pullcord.errors import Conflict
from pullcord.workspace.repository import Repository
from story import Begin, git, passed_run


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory, verdicts: Path) -> tuple[Path, str]:
    return passed_run(tmp_path_factory.mktemp("passed"), verdicts)


@pytest.fixture
def repository(passed: tuple[Path, str], tmp_path: Path) -> Path:
    """A copy of the repository in which the run passed."""
    return Path(shutil.copytree(passed[0], tmp_path / "repo", symlinks=True))


@pytest.fixture
def run(passed: tuple[Path, str]) -> str:
    return passed[1]


async def applied(repository: Path, run: str) -> str:
    orchestrator = Orchestrator(await Repository.find(repository), cache=repository.parent)
    try:
        return await orchestrator.apply(run)
    finally:
        orchestrator.ledger.close()


async def test_the_branch_and_the_checkout_move_to_the_result(repository: Path, run: str) -> None:
    assert await applied(repository, run) == "main"

    head = git(repository, "rev-parse", f"refs/pullcord/{run}/head")
    assert git(repository, "rev-parse", "main") == head
    assert git(repository, "status", "--porcelain") == ""
    assert "def subtract" in (repository / "tiny" / "sums.py").read_text()


async def test_a_second_time_changes_nothing_even_when_the_branch_went_on(
    repository: Path, run: str
) -> None:
    await applied(repository, run)
    assert await applied(repository, run) == "main"
    (repository / "README.md").write_text("# mine\n")
    git(repository, "commit", "-qam", "Mine")
    mine = git(repository, "rev-parse", "main")

    assert await applied(repository, run) == "main"

    assert git(repository, "rev-parse", "main") == mine


async def test_a_branch_that_moved_meanwhile_is_a_conflict_that_names_the_choices(
    repository: Path, run: str
) -> None:
    (repository / "README.md").write_text("# mine\n")
    git(repository, "commit", "-qam", "Mine")
    before = git(repository, "rev-parse", "main")

    with pytest.raises(Conflict, match="cannot be fast-forwarded") as conflict:
        await applied(repository, run)

    assert conflict.value.exit_code == 7
    head = git(repository, "rev-parse", f"refs/pullcord/{run}/head")
    assert f"git merge {head[:12]}" in conflict.value.hint
    assert git(repository, "rev-parse", "main") == before
    assert git(repository, "status", "--porcelain") == ""
    # The choice works.
    git(repository, "merge", "-q", head[:12])
    assert "def subtract" in (repository / "tiny" / "sums.py").read_text()


@pytest.mark.parametrize("path", ["tiny/sums.py", "tests/test_difference.py"])
async def test_a_file_in_the_way_is_a_conflict_and_nothing_moves(
    repository: Path, run: str, path: str
) -> None:
    before = git(repository, "rev-parse", "main")
    (repository / path).write_text("MINE = 1\n")
    status = git(repository, "status", "--porcelain")

    with pytest.raises(Conflict, match="in the way"):
        await applied(repository, run)

    assert (repository / path).read_text() == "MINE = 1\n"
    assert git(repository, "rev-parse", "main") == before
    assert git(repository, "status", "--porcelain") == status


async def test_changes_elsewhere_stay_and_files_only_touched_are_none(
    repository: Path, run: str
) -> None:
    (repository / "README.md").write_text("# mine\n")
    os.utime(repository / "tiny" / "sums.py", (1, 1))

    await applied(repository, run)

    assert git(repository, "status", "--porcelain") == "M README.md"
    assert (repository / "README.md").read_text() == "# mine\n"


async def test_another_branch_stands_in_the_checkout_and_stays_there(
    repository: Path, run: str
) -> None:
    git(repository, "checkout", "-q", "-b", "other")

    await applied(repository, run)

    assert git(repository, "symbolic-ref", "--short", "HEAD") == "other"
    assert git(repository, "status", "--porcelain") == ""
    head = git(repository, "rev-parse", f"refs/pullcord/{run}/head")
    assert git(repository, "rev-parse", "main") == head


async def test_a_detached_checkout_stays_where_it_is(repository: Path, run: str) -> None:
    git(repository, "checkout", "-q", "--detach")

    await applied(repository, run)

    assert "def subtract" not in (repository / "tiny" / "sums.py").read_text()
    assert git(repository, "status", "--porcelain") == ""


async def test_killed_between_the_branch_and_the_checkout_it_is_finished_by_a_repeat(
    repository: Path, run: str
) -> None:
    git(repository, "update-ref", "refs/heads/main", f"refs/pullcord/{run}/head")
    assert git(repository, "status", "--porcelain") != ""

    assert await applied(repository, run) == "main"

    assert git(repository, "status", "--porcelain") == ""
    assert "def subtract" in (repository / "tiny" / "sums.py").read_text()


async def test_a_run_from_a_detached_head_says_how_to_keep_its_result(begin: Begin) -> None:
    story = await begin()
    git(story.folder, "checkout", "-q", "--detach")
    status = await story.run("implement", "test", "review")
    assert status.state == "passed"

    with pytest.raises(Conflict, match="detached head") as conflict:
        await story.orchestrator.apply(status.run)

    assert conflict.value.hint == f"Make one: git branch NAME {status.head[:12]}"


async def test_only_a_passed_run_is_applied(begin: Begin) -> None:
    story = await begin()
    status = await story.run("implement", "test")  # nobody says that the criterion is met

    with pytest.raises(Conflict, match="waiting; only a passed run is applied"):
        await story.orchestrator.apply(status.run)

    await story.orchestrator.answer(status.run, "criteria", "2", by="Ada")
    await story.orchestrator.drive(status.run)
    with pytest.raises(Conflict, match="failed; only a passed run is applied"):
        await story.orchestrator.apply(status.run)
    assert git(story.folder, "rev-parse", "main") == status.base
