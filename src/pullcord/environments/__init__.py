"""The Python environment of a target repository: found, or made once and kept."""

from __future__ import annotations

import sys
from pathlib import Path

from pullcord.environments import installed, interpreters, making, wanted
from pullcord.environments.link import link
from pullcord.errors import Unavailable
from pullcord.model.work import Environment

TOOLS = ("ruff", "mypy", "pytest", "pytest-cov", "coverage", "openapi-spec-validator")
"""What the gates run. An environment has them, or they are installed into ours beside the rest."""


async def resolve(repository: Path, cache: Path, *, python: Path | None = None) -> Environment:
    """The environment in which a repository's commands and gates run; nothing is changed in the
    repository.

    In this order: the environment of the interpreter `python`, when the user names one; pullcord's
    own, when it satisfies every requirement; the repository's `.venv`, when it does; one in
    `cache`, made when it is not there yet. Only making needs a network. The repository's own
    project is not installed: commands run in /repo, its configuration says what is importable.

    Raises Unavailable when the pinned Python is absent or the environment cannot be made, and
    ConfigError when the repository's own files are wrong.
    """
    if python:
        return _named(repository, python.parent.parent)
    for ready in (Path(sys.prefix), repository / ".venv"):
        if not lacks(repository, ready):
            return _environment(ready)
    interpreter = await interpreters.find(*wanted.python(repository))
    asked = wanted.read(repository, installed.markers(interpreter.version))
    return _environment(await making.make(repository, asked, TOOLS, interpreter, cache))


def lacks(repository: Path, environment: Path) -> list[str]:
    """Why an environment does not suit a repository, in words; empty when it does."""
    if not (environment / "bin" / "python").exists():
        return [f"{environment} holds no bin/python"]
    version = installed.version(environment)
    specifier, pin = wanted.python(repository)
    if not specifier.contains(version, prereleases=True):
        return [f"Python is {version}, not {specifier} ({pin})"]
    asked = wanted.read(repository, installed.markers(version))
    return installed.missing((*asked.lines, *TOOLS), environment)


def _named(repository: Path, environment: Path) -> Environment:
    if reasons := lacks(repository, environment):
        raise Unavailable(
            f"the environment {environment} does not suit the repository: {'; '.join(reasons)}",
            "install what is missing into it, or let pullcord make one",
        )
    return _environment(environment)


def _environment(path: Path) -> Environment:
    return Environment(path=path, key=installed.key(path))


__all__ = ["TOOLS", "lacks", "link", "resolve"]
