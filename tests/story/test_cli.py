"""One run after the other through the command line, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli_schema import lines_of
from cli_story import (
    ASKING,
    GREEN,
    RED,
    Said,
    cli,
    said_in_json,
    scripted,
    workshop,
)
from story import git


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of everything that pullcord keeps outside of repositories."""
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("home")
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        patch.setenv(name, str(folder / name))
    yield folder
    patch.undo()


@pytest.fixture(scope="module")
def passed(home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    """A repository with one passed run, and what `run --json` said."""
    folder = tmp_path_factory.mktemp("passed")
    repo = workshop(folder / "wörk shop")
    runtime = scripted(folder, GREEN)
    return repo, cli("run", "-C", repo, "-f", repo.parent / "plan.py",
        "--runtime", runtime, "--json")  # fmt: skip


def test_a_run_passes_and_every_line_is_as_described(passed: tuple[Path, Said]) -> None:
    _, said = passed
    lines = lines_of("run", said.out)
    assert said.code == 0
    assert said.err == ""
    kinds = [line["type"] for line in lines]
    assert kinds[0] == "run.started"
    assert kinds[-2:] == ["run.finished", "result"]
    assert kinds.count("task.handed-off") == 2
    assert {"attempt.started", "attempt.finished", "gate.finished", "gate.skipped"} <= set(kinds)
    assert [line["seq"] for line in lines[:-1]] == sorted(line["seq"] for line in lines[:-1])
    assert lines[-1]["status"]["state"] == "passed"
    assert "Feature: Subtract - Complete ✅" in lines[-1]["summary"]


def test_the_checkout_stays_as_it_is_until_apply(passed: tuple[Path, Said]) -> None:
    repo, _ = passed
    assert not (repo / "tiny" / "subs.py").exists()
    assert git(repo, "status", "--porcelain") == ""


def test_the_run_is_listed(passed: tuple[Path, Said]) -> None:
    repo, said = passed
    (found,) = said_in_json("runs", "-C", repo)[-1]["runs"]
    assert found["run"] == said.result["status"]["run"]
    text = cli("runs", "-C", repo)
    assert text.out.startswith("✓")
    assert "Subtract" in text.out


@pytest.mark.parametrize("state", ["waiting", "failed"])
def test_runs_are_filtered_by_state(passed: tuple[Path, Said], state: str) -> None:
    assert said_in_json("runs", "-C", passed[0], "--state", state)[-1]["runs"] == []


@pytest.mark.parametrize("form", ["progress", "handoff", "final"])
def test_a_run_is_shown_as_each_of_the_templates(passed: tuple[Path, Said], form: str) -> None:
    repo, _ = passed
    last = said_in_json("show", "-C", repo, "@last", "--as", form)[-1]
    said = cli("show", "-C", repo, "@last", "--as", form)
    assert said.out == last["text"]
    assert said.code == 0
    assert {"progress": "✅ Completed:", "handoff": "has completed:", "final": "Feature:"}[
        form
    ] in (said.out)


def test_a_run_is_shown_with_its_tasks_and_the_next_commands(passed: tuple[Path, Said]) -> None:
    repo, said = passed
    run = said.result["status"]["run"]
    shown = cli("show", "-C", repo, run[:4])
    assert "python-backend-engineer  passed" in shown.out
    assert f"pullcord -C '{repo}' apply {run}" in shown.out
    assert said_in_json("show", "-C", repo)[-1]["status"]["run"] == run


def test_the_log_tells_the_same_events_again(passed: tuple[Path, Said]) -> None:
    repo, said = passed
    lines = said_in_json("log", "-C", repo)
    assert lines[:-1] == lines_of("run", said.out)[:-1]
    text = cli("log", "-C", repo, "--follow")
    assert "handed off" in text.out
    assert text.code == 0


def test_the_log_of_one_task_has_nothing_of_the_others(passed: tuple[Path, Said]) -> None:
    lines = said_in_json("log", "-C", passed[0], "@last/review")
    assert {line["task"] for line in lines[:-1]} == {"review"}
    assert cli("log", "-C", passed[0], "@last/nobody").code == 6


def test_the_diff_is_a_patch_that_git_takes(passed: tuple[Path, Said], tmp_path: Path) -> None:
    repo, _ = passed
    said = cli("diff", "-C", repo)
    assert said.out == said_in_json("diff", "-C", repo)[-1]["diff"]
    patch = tmp_path / "run.patch"
    patch.write_text(said.out)
    git(repo, "apply", "--check", str(patch))
    short = cli("diff", "-C", repo, "@last/subtract", "--stat")
    assert "tiny/subs.py" in short.out
    assert cli("diff", "-C", repo, "@last/nobody").code == 6


def test_resuming_a_passed_run_repeats_nothing(passed: tuple[Path, Said]) -> None:
    repo, _ = passed
    lines = said_in_json("resume", "-C", repo)
    assert len(lines) == 1
    assert lines[-1]["exit_code"] == 0


def test_clean_keeps_what_unfinished_runs_need_and_frees_the_rest(
    passed: tuple[Path, Said],
) -> None:
    repo, _ = passed
    before = said_in_json("clean", "-C", repo)[-1]
    assert any(item["kind"] == "workspaces" and not item["kept"] for item in before["leftovers"])
    assert all(item["size"] > 0 for item in before["leftovers"] if item["kind"] == "workspaces")
    assert "can be freed" in cli("clean", "-C", repo).out
    refs = git(repo, "for-each-ref", "refs/pullcord")
    after = said_in_json("clean", "-C", repo, "--yes")[-1]
    assert after["freed"] > 0
    assert git(repo, "for-each-ref", "refs/pullcord") == refs
    assert said_in_json("clean", "-C", repo)[-1]["freed"] == 0


def test_a_passed_run_is_applied_once_and_says_so_again(passed: tuple[Path, Said]) -> None:
    repo, _ = passed
    done = said_in_json("apply", "-C", repo)[-1]
    assert done["exit_code"] == 0
    assert done["branch"] == "main"
    assert git(repo, "rev-parse", "main") == done["commit"]
    assert (repo / "tiny" / "subs.py").exists()
    again = cli("apply", "-C", repo)
    assert again.code == 0
    assert "passed, applied" in cli("runs", "-C", repo).out


def test_a_question_stops_the_run_and_an_answer_lets_it_go_on(home: Path, tmp_path: Path) -> None:
    repo = workshop(tmp_path)
    runtime = scripted(tmp_path, ASKING)
    said = cli("run", "-C", repo, "-f", tmp_path / "plan.py", "--runtime", runtime)
    assert said.code == 3
    assert "!! CORD PULLED" in said.out
    assert "may it be negative?" in said.out
    assert f"pullcord -C {repo} inbox" in said.out

    (asked,) = said_in_json("inbox", "-C", repo)[-1]["questions"]
    name = f"{asked['run']}/{asked['id']}"
    assert f" answer {name} 1" in cli("inbox", "-C", repo, name).out
    assert cli("apply", "-C", repo).code == 7
    assert cli("answer", "-C", repo, name, "9").code == 2
    assert cli("answer", "-C", repo, "nothing", "1").code == 6

    given = said_in_json("answer", "-C", repo, asked["run"], asked["id"], "2", "--by", "Ada")[-1]
    answer = {"text": "no, stop at zero", "option": 2, "by": "Ada", "reuses": ""}
    assert given["answer"] == answer
    late = cli("answer", "-C", repo, name, "1", "--by", "Bob")
    assert late.code == 7
    assert "already answered by Ada: no, stop at zero" in late.err
    assert cli("answer", "-C", repo, "@last", "1").code == 6
    assert cli("inbox", "-C", repo, "@last").code == 6
    assert cli("inbox", "-C", repo).out == "Nothing waits for you.\n"

    lines = said_in_json("resume", "-C", repo)
    assert lines[-1]["status"]["state"] == "passed"
    assert "attempt.started" in {line["type"] for line in lines}


def test_a_default_takes_the_recommendation_and_says_whose_word_it_was(
    home: Path, tmp_path: Path
) -> None:
    repo = workshop(tmp_path)
    said = cli("run", "-C", repo, "-f", tmp_path / "plan.py", "--on-escalation", "default",
               "--runtime", scripted(tmp_path, ASKING))  # fmt: skip
    assert said.code == 0
    assert "answered by default (recommendation): yes" in said.err

    git(repo, "commit", "-q", "--allow-empty", "-m", "Meanwhile")
    moved = git(repo, "rev-parse", "main")
    late = said_in_json("apply", "-C", repo)[-1]
    assert late["exit_code"] == 7
    assert "cannot be fast-forwarded" in late["error"]["message"]
    assert "git merge" in late["error"]["hint"]
    assert git(repo, "rev-parse", "main") == moved


def test_spent_rounds_can_be_waived_by_name(home: Path, tmp_path: Path) -> None:
    repo = workshop(tmp_path)
    said = cli("run", "-C", repo, "-f", tmp_path / "plan.py", "--runtime", scripted(tmp_path, RED))
    assert said.code == 3
    assert said.err.count("handoff closed in round") == 3
    assert "+    return a + b" in cli("diff", "-C", repo, "@last/subtract").out
    assert "Begun: subtract" in cli("diff", "-C", repo, "@last/review").err
    assert cli("waive", "-C", repo, "@last", "tests", "--reason", "no").code == 2
    assert cli("waive", "-C", repo, "@last", "scope", "--reason", "it is not red").code == 6
    waived = said_in_json(
        "waive", "-C", repo, "@last", "tests", "--reason", "a flaky clock", "--by", "Ada"
    )[-1]
    assert waived["by"] == "Ada"
    assert "waived" in cli("show", "-C", repo).out


def test_stopping_a_run_by_an_answer_fails_it(home: Path, tmp_path: Path) -> None:
    repo = workshop(tmp_path)
    cli("run", "-C", repo, "-f", tmp_path / "plan.py", "--runtime", scripted(tmp_path, RED))
    assert cli("answer", "-C", repo, "@last", "2", "--by", "Ada").code == 0
    said = cli("resume", "-C", repo)
    assert said.code == 1
    assert "failed" in said.out
    assert said_in_json("resume", "-C", repo)[-1]["exit_code"] == 1
