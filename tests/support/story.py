"""What story tests share: a small repository, a clock that stands, an orchestrator on them."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
TINY = {
    "README.md": "# tiny\n",
    "pyproject.toml": """\
[project]
name = "tiny"
version = "0.1.0"
requires-python = ">=3.11"

[tool.ruff]
line-length = 100

[tool.mypy]
strict = true
files = ["tiny"]

[tool.pytest.ini_options]
addopts = "--strict-markers"
pythonpath = ["."]

[tool.coverage.run]
source = ["tiny"]
""",
    "tiny/__init__.py": '"""A tiny package."""\n',
    "tiny/sums.py": '"""Sums."""\n\n\ndef add(a: int, b: int) -> int:\n    """The sum."""\n'
    "    return a + b\n",
    "tests/test_sums.py": "from tiny.sums import add\n\n\ndef test_two_and_two() -> None:\n"
    "    assert add(2, 2) == 4\n",
}


def git(folder: Path, *args: str) -> str:
    """git with an identity of its own, outside of the user's configuration."""
    done = subprocess.run(
        ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *args],
        cwd=folder, check=True, capture_output=True, text=True,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": "/nonexistent",
             "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_DATE": "2026-11-22T11:00:00Z",
             "GIT_COMMITTER_DATE": "2026-11-22T11:00:00Z"},
    )  # fmt: skip
    return done.stdout.strip()


def make_repository(folder: Path, files: Mapping[str, str] = TINY) -> Path:
    """A repository with one commit on main."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Begin")
    return folder


def noon() -> datetime:
    return NOON
