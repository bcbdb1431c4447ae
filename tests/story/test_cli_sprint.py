"""`pullcord run --sprint`: what it plans, and everything that can be wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_story import cli, said_in_json
from sprint_story import FILES, PATH, SPRINT
from story import git, make_repository

OTHER = SPRINT.replace("Sprint 4", "Sprint 5")
DONE = "* [x] **Task 4: Old sums**\n* [ ] **Task 5: New sums**\n"
BARE = "* [ ] **Task 6: Blocked sums (BLOCKED - no data)**\n    * **AC:** adds\n"
ROUND = (
    "* [ ] **Task 8: A**\n    * **Dependencies:** Task 9\n    * **AC:** adds\n"
    "* [ ] **Task 9: B**\n    * **Dependencies:** Task 8\n    * **AC:** adds\n"
)
LATER = "* [ ] **Task 7: Later sums**\n    * **Dependencies:** Task 99\n    * **AC:** adds\n"
TEXT = SPRINT + DONE + BARE + LATER


@pytest.fixture(autouse=True)
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    repo = make_repository(tmp_path / "repo", {**FILES, PATH: TEXT})
    monkeypatch.chdir(repo)
    return repo


@pytest.mark.parametrize(
    ("args", "said", "next_"),
    [
        (["--task", "9"], f"{PATH} has no task 9", f"--sprint {PATH} --task ID"),
        (["--task", "9"], "  4  done         Old sums\n", ""),
        (["--task", "9"], "  6  blocked      Blocked sums\n", ""),
        (["--task", "Task 4"], "Task 4 (Old sums) is done already", "--task 1"),
        (["--task", "5"], "Task 5 (New sums) has no acceptance criteria", "Acceptance Criteria:**"),
        (["--task", "3"], "Task 3 (List both) waits for task 1 (todo)", "--task 1, or"),
        (["--task", "6"], "says of itself: BLOCKED - no data", "Correct line"),
        (["--task", "7"], "depends on task 99, which", "Correct line"),
        (["--sprint", PATH], f"Say which task of {PATH}", "--all-ready"),
        (["--sprint", "no.md", "--task", "1"], "no.md is not there", "docs/planning/sprints"),
        (["--sprint", "docs", "--task", "1"], "docs is a folder", "--sprint docs/FILE"),
        (["--sprint", "README.md", "--task", "1"], "README.md cannot be understood: no task found",
         "* [ ] **Task 1:"),
        (["--task", "1", "--all-ready"], "two ways", ""),
        (["words", "--task", "1"], "nothing else can be given", "Leave out"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_the_next_step(args: list[str], said: str, next_: str) -> None:
    got = cli("run", *args)
    assert got.code == 2
    text = "\n".join(line.removeprefix("       ") for line in got.err.splitlines()) + "\n"
    assert said in text
    assert next_ in text.partition("hint:")[2]


def test_a_circle_and_a_finished_sprint_are_told_as_what_they_are(repo: Path) -> None:
    (repo / PATH).write_text(TEXT + ROUND)
    (repo / "done.md").write_text("# Sprint 3\n\n* [x] **Task 1: Old sums**\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "Go round")
    one = cli("run", "--task", "9")
    assert "Task 9 (B) waits for itself: the dependencies" in one.err
    assert "hint:  Correct line" in one.err
    assert "in a circle: 8, 9" in cli("run", "--all-ready").err
    assert "Plan the next sprint" in cli("run", "--sprint", "done.md", "--all-ready").err


def test_without_a_file_the_only_document_with_an_open_task_is_meant(repo: Path) -> None:
    assert cli("run", "--task", "1", "--dry-run").code == 0
    (repo / "docs/planning/sprints/sprint_05.md").write_text(OTHER)
    untracked = cli("run", "--sprint", "docs/planning/sprints/sprint_05.md", "--task", "1")
    assert "is not committed" in untracked.err
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "Plan the next sprint")
    both = cli("run", "--task", "1", "--dry-run")
    assert (both.code, "Several sprint documents" in both.err) == (2, True)


def test_all_ready_plans_a_chain_for_every_task_that_can_be_done() -> None:
    result = said_in_json("run", "--all-ready", "--dry-run")[-1]
    assert result["pattern"] == "sprint-task"
    after = {task["id"]: task["after"] for task in result["tasks"]}
    assert [name for name in after if name.endswith("requirements")] == [
        "t1-requirements", "t2-requirements", "t3-requirements",
    ]  # fmt: skip
    assert after["t3-requirements"] == ["t1-update-docs"]
    assert [note.split(":")[0] for note in result["notes"]] == [
        "Task 5 is left out", "Task 6 is left out", "Task 7 is left out",
    ]  # fmt: skip
    shown = cli("run", "--all-ready", "--dry-run").out
    assert "\nList both\n  - GET /both answers 200.\n" in shown
    assert shown.count("why: Plans sprints") == 1, "said once for each agent"
