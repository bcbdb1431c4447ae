"""A new service: its files, its first commit, and what is refused."""

from __future__ import annotations

import hashlib
import subprocess
import tomllib
from datetime import date
from pathlib import Path

import pytest

from pullcord.errors import UsageError
from pullcord.scaffold import files, new

TODAY = date(2026, 11, 22)


def git(directory: Path, *arguments: str) -> str:
    command = ["git", "-C", str(directory), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_names_and_dates_are_filled_in_and_nothing_is_left_open() -> None:
    found = files(name="body-metrics", today=TODAY)

    assert "docs/planning/sprints/sprint_01_2026-11-22.md" in found
    assert {".gitignore", ".env.example", "docs/temp/.gitkeep", "pullcord.toml"} <= found.keys()
    assert not [path for path in found if "dot_" in path or ".jinja" in path or "{" in path]
    assert not [path for path, content in found.items() if b"{{ " in content]
    assert tomllib.loads(found["pyproject.toml"].decode())["project"]["name"] == "body-metrics"
    assert found["README.md"].startswith(b"# Body metrics\n")


def test_the_contract_is_published_from_the_start() -> None:
    found = files(name="body-metrics", today=TODAY)

    document = found["openapi.json"]
    assert b'"title": "Body metrics"' in document
    assert found["contract/openapi.json"] == document
    digest = hashlib.sha256(document).hexdigest()
    assert found["contract/openapi.sha256"].decode() == f"{digest}  openapi.json\n"


def test_what_is_installed_is_pinned_and_named_without_addresses() -> None:
    lines = files(name="x", today=TODAY)["requirements.lock"].decode().splitlines()

    assert len(lines) > 20
    assert all(line.count("==") == 1 and "/" not in line for line in lines)


async def test_the_first_commit_holds_every_file(tmp_path: Path) -> None:
    directory = tmp_path / "Workout Tracker"

    await new(directory, today=TODAY)

    assert git(directory, "branch", "--show-current") == "main\n"
    assert git(directory, "status", "--porcelain") == ""
    committed = set(git(directory, "ls-files").split())
    assert set(files(name="workout-tracker", today=TODAY)) <= committed
    assert 'title="Workout tracker"' in (directory / "app" / "main.py").read_text()


@pytest.mark.parametrize("known", [True, False])
async def test_the_commit_is_the_users_or_pullcords(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    config = tmp_path / "config"
    config.write_text("[user]\nname = Ada\nemail = ada@localhost\n" if known else "")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")

    await new(tmp_path / "service", today=TODAY)

    author = git(tmp_path / "service", "log", "--format=%an <%ae> %cn").strip()
    assert author == (
        "Ada <ada@localhost> Ada" if known else "pullcord <pullcord@localhost> pullcord"
    )


async def test_an_environment_is_made_before_the_commit_and_stays_out_of_it(tmp_path: Path) -> None:
    async def environment(directory: Path) -> None:
        assert (directory / "requirements.lock").is_file()
        (directory / ".venv").mkdir()
        (directory / ".venv" / "pyvenv.cfg").touch()

    await new(tmp_path / "service", today=TODAY, after_files=environment)

    assert ".venv" not in git(tmp_path / "service", "ls-files")


async def test_a_directory_with_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()

    with pytest.raises(UsageError, match="not empty"):
        await new(tmp_path, today=TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("name", ["Workout", "7days", "a--b", "a_b", "-", "é", 'a"b', "{{ name }}"])
async def test_a_name_that_is_no_slug_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a service"):
        await new(tmp_path / "service", name=name, today=TODAY)
    assert not (tmp_path / "service").exists()
