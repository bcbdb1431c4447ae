"""`pullcord new` and `pullcord demo`: a whole service, offline."""

from __future__ import annotations

from pathlib import Path

import make
import pytest

from cli_story import cli, said_in_json
from pullcord.line.ask import NOBODY
from story import git

SUCCESS = (
    "Acceptance criteria met",
    "mypy/ruff clean",
    "Tests passing with coverage ≥ 80%",
    "OpenAPI generated/verified/published",
    "Clear handoffs and updated docs",
    "User requirements fulfilled",
)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


def test_a_new_service_is_a_repository_with_one_commit(tmp_path: Path) -> None:
    service = tmp_path / "workout-tracker"
    (made,) = said_in_json("new", service)
    assert made["directory"] == str(service)
    assert made["environment"]
    assert git(service, "status", "--porcelain") == ""
    assert git(service, "rev-list", "--count", "HEAD") == "1"
    assert cli("doctor", "-C", service).code == 0
    assert cli("init", "-C", service, "--check").code == 0


@pytest.mark.parametrize("there", [False, True])
def test_a_service_that_cannot_be_finished_is_taken_away_again(
    there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = tmp_path / "service"
    if there:
        service.mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    said = cli("new", service)
    assert said.code == 5
    assert "git is not on this machine" in said.err
    assert service.exists() is there
    assert not there or list(service.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert cli("new", tmp_path, "--name", "x").code == 2
    assert cli("demo", tmp_path).code == 2
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_demo_that_does_not_exist_is_named(tmp_path: Path) -> None:
    said = cli("demo", "eror", tmp_path / "x")
    assert (said.code, (tmp_path / "x").exists()) == (2, False)
    assert "There is no demo 'eror'" in said.err
    assert "errors" in said.err


def test_the_demo_asks_mends_a_mistake_and_ends_with_an_applied_feature(tmp_path: Path) -> None:
    service = tmp_path / "demo"
    lines = said_in_json("demo", service)
    last = lines[-1]
    assert last["exit_code"] == 0, last
    assert [task["state"] for task in last["status"]["tasks"]] == ["passed"] * 6
    assert all(f"- ✅ {line}" in last["summary"] for line in SUCCESS)
    assert {line["outcome"] for line in lines if line["type"] == "gate.finished"} == {"pass"}
    assert [line["by"] for line in lines if line["type"] == "question.answered"] == [NOBODY]
    assert "mistake in its first round" in last["staged"]
    assert git(service, "status", "--porcelain") == ""
    assert git(service, "rev-parse", "main") == last["status"]["head"]
    assert "workouts" in (service / "openapi.json").read_text()
    in_readme = set(make.shape(make.shown()))
    events = cli("log", "@last", "-C", service).out.splitlines()
    assert "applied" in events.pop()
    for really_said in ("\n".join(events), last["summary"]):
        # As a set: what works at the same time is told in either order.
        assert set(make.shape(really_said)) - in_readme == set(), (
            "run .venv/bin/python docs/make.py"
        )
    found = next(line for line in events if "tests/test_workouts.py" in line)
    again = next(line for line in events if "round 2: Implement" in line)
    assert events.index(found) < events.index(again)
