"""What a repository asks of its Python environment. Read, never executed."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from pullcord.environments import locks, requirements
from pullcord.errors import ConfigError

_DEVELOPMENT = re.compile(r"dev|test|lint|typ(es|ing)|\bci\b|local|check")


@dataclass(frozen=True)
class Wanted:
    """`lines` are what an installer is given; `source` is the file they come from, '' when the
    repository asks for nothing. `complete`: the lines name every package, nothing is resolved.
    `options` are for the installer too: where to look for packages."""

    source: str = ""
    lines: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    complete: bool = False


def read(repository: Path, markers: dict[str, str]) -> Wanted:
    """The first that exists: requirements.lock, uv.lock, poetry.lock, requirements*.txt,
    pyproject.toml. Development groups count: the gates need them. The repository's own project is
    not part of its environment. `markers` describe the interpreter (PEP 508). Raises ConfigError
    when a file cannot be read."""
    source, lines, complete = _lines(repository, markers)
    options = tuple(line for line in lines if line.startswith("-"))
    packages = tuple(dict.fromkeys(line for line in lines if not line.startswith("-")))
    return Wanted(source, packages, options, complete)


def python(repository: Path) -> tuple[SpecifierSet, str]:
    """Which interpreter the repository wants, and the file that says so ('' when none does)."""
    pin = repository / ".python-version"
    if pin.is_file() and (version := re.search(r"\d+\.\d+", pin.read_text())):
        return SpecifierSet(f"=={version[0]}.*"), ".python-version"
    project = _toml(repository / "pyproject.toml").get("project", {})
    text = project.get("requires-python", "")
    try:
        return SpecifierSet(text), "pyproject.toml" if text else ""
    except InvalidSpecifier as error:
        raise ConfigError(f"pyproject.toml: requires-python {text!r} is not valid") from error


def _lines(repository: Path, markers: dict[str, str]) -> tuple[str, list[str], bool]:
    if (repository / "requirements.lock").is_file():
        return "requirements.lock", requirements.read(repository, "requirements.lock"), False
    for name, parse in (("uv.lock", locks.uv), ("poetry.lock", locks.poetry)):
        if (repository / name).is_file():
            return name, parse(_toml(repository / name), markers), True
    files = [
        path.relative_to(repository).as_posix()
        for pattern in ("*requirements*.txt", "requirements/*.txt")
        for path in sorted(repository.glob(pattern))
    ]
    if chosen := [name for name in files if _needed(name)]:
        found = [line for name in chosen for line in requirements.read(repository, name)]
        return " and ".join(chosen), found, False
    project = _toml(repository / "pyproject.toml")
    return ("pyproject.toml" if project else ""), _project(project), False


def _needed(name: str) -> bool:
    stem = Path(name).stem
    return stem in ("requirements", "base", "main") or bool(_DEVELOPMENT.search(stem))


def _project(project: dict[str, Any]) -> list[str]:
    if "poetry" in project.get("tool", {}) and "dependencies" in project["tool"]["poetry"]:
        raise ConfigError(
            "pyproject.toml has dependencies in Poetry's own form, and there is no poetry.lock",
            "poetry lock",
        )
    table = project.get("project", {})
    lines = list(table.get("dependencies", ()))
    for name, extra in table.get("optional-dependencies", {}).items():
        if _DEVELOPMENT.search(name):
            lines += extra
    groups = project.get("dependency-groups", {})
    for name in groups:
        lines += _group(groups, name, ())
    lines += project.get("tool", {}).get("uv", {}).get("dev-dependencies", ())
    own = re.sub(r"[-_.]+", "-", table.get("name", "")).lower()
    return [line for line in lines if requirements.name(line) != own]


def _group(groups: dict[str, Any], name: str, above: tuple[str, ...]) -> list[str]:
    if name in above or name not in groups:
        raise ConfigError(f"pyproject.toml: dependency group {name} includes itself or is missing")
    lines = []
    for entry in groups[name]:
        if isinstance(entry, str):
            lines.append(entry)
        elif "include-group" in entry:
            lines += _group(groups, entry["include-group"], (*above, name))
    return lines


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path.name} cannot be read: {error}") from error
