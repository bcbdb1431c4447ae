"""pytest's own options in a tree: where they stand, and its default arguments."""

from __future__ import annotations

import configparser
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_INI = (("pytest.ini", "pytest"), (".pytest.ini", "pytest"))
_LATE = (("tox.ini", "pytest"), ("setup.cfg", "tool:pytest"))


def options(tree: Path) -> dict[str, Any]:
    """The options of the first configuration file that pytest would take; {} when there is none."""
    return next(_candidates(tree), {})


def addopts(tree: Path) -> list[str]:
    """pytest's default arguments in this tree."""
    said = options(tree).get("addopts", "")
    return [str(word) for word in said] if isinstance(said, list) else shlex.split(str(said))


def patterns(tree: Path) -> tuple[str, ...]:
    """The file name globs of test modules."""
    said = options(tree).get("python_files") or "test_*.py *_test.py"
    return tuple(said if isinstance(said, list) else str(said).split())


def _candidates(tree: Path) -> Iterator[dict[str, Any]]:
    for name in ("pytest.toml", ".pytest.toml"):
        if (tree / name).is_file():
            yield tomllib.loads((tree / name).read_text(encoding="utf-8")).get("pytest", {})
    for name, section in _INI:
        if (tree / name).is_file():
            yield _section(tree / name, section) or {}
    if (tree / "pyproject.toml").is_file():
        tool = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8")).get("tool", {})
        found = tool.get("pytest", {})
        if native := {k: v for k, v in found.items() if k != "ini_options"}:
            yield native
        if "ini_options" in found:
            yield found["ini_options"]
    for name, section in _LATE:
        if found := _section(tree / name, section):
            yield found


def _section(path: Path, section: str) -> dict[str, Any] | None:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (OSError, configparser.Error, UnicodeDecodeError):
        return None
    return dict(parser[section]) if parser.has_section(section) else None
