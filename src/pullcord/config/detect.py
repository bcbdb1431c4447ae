"""What pullcord knows of a repository, read from one tree: always the base, never the judged one.

Order for each gate's command: pullcord.toml, a poe task, a Makefile target, the tool's own
configuration, a default. Every decision leaves a note for `pullcord gates explain`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pullcord.config import coverage, layout, pytest
from pullcord.config.commands import (
    Command,
    make_targets,
    makefile,
    poe_tasks,
    script_of,
    tool_of,
)
from pullcord.config.schema import FILE, Settings, read
from pullcord.errors import ConfigError
from pullcord.model.project import Detected, Project

_TOOLS = {"format": "ruff", "lint": "ruff", "types": "mypy", "tests": "pytest"}
_SCRIPTS = {"scripts", "script", "tools", "tool", "bin", "ci", "hack", "tasks"}
_TASKS = {
    "format": ("format-check", "check-format", "format", "fmt", "lint", "fix", "check"),
    "lint": ("lint", "ruff", "check-lint", "fix", "check"),
    "types": ("typecheck", "type-check", "typing", "types", "mypy", "lint", "check"),
    "tests": ("test", "tests", "pytest", "unit", "test-cov", "test-all", "check"),
}


def detect(tree: Path) -> Project:
    """The project in a tree. Raises ConfigError when its configuration cannot be read."""
    settings = read(tree)
    tool = pyproject(tree).get("tool", {})
    tasks = poe_tasks(tool.get("poe", {}))
    targets = make_targets(makefile(tree))
    committed, published = layout.find_documents(tree)
    app = settings.app or _entrypoint(tool) or layout.find_app(tree)
    package = _package(tree, app)
    found = {gate: _command(gate, settings, (tasks, targets), tool, package) for gate in _TOOLS}
    flags = [" ".join(c.argv) for c in found.values()] + [" ".join(pytest.addopts(tree))]
    least, origin = coverage.threshold(tree, tool, flags)
    own = settings.gates.get("tests")
    if own and own.coverage and own.coverage > least:
        least, origin = own.coverage, FILE
    project = Project(
        app=app,
        packages=layout.find_packages(tree),
        openapi=_given(settings.openapi, committed),
        published=_given(settings.published, published),
        commands={g: _detected(settings, g, c) for g, c in found.items()}
        | {g: _detected(settings, g) for g in settings.gates if g not in found},
        coverage=least,
        env=_env(found.values(), settings),
        timeout_s=settings.timeout or Project().timeout_s,
        attempt_s=settings.limits.attempt_s or Project().attempt_s,
        idle_s=settings.limits.idle_s or Project().idle_s,
        budgets=settings.budget.budgets,
        protected=(*settings.protected, *sorted(_scripts(tree, tasks, targets))),
    )
    return project.model_copy(update={"notes": tuple(_notes(project, settings, origin))})


def pyproject(tree: Path) -> dict[str, Any]:
    """The tree's pyproject.toml, {} when there is none."""
    path = tree / "pyproject.toml"
    if not path.is_file() or path.is_symlink():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"pyproject.toml cannot be read: {error}") from error


def _given(said: str | None, found: str) -> str:
    return found if said is None else said


def _entrypoint(tool: Mapping[str, Any]) -> str:
    said = tool.get("fastapi", {}).get("entrypoint", "")
    return said if isinstance(said, str) else ""


def _command(
    gate: str,
    settings: Settings,
    sources: tuple[dict[str, list[Command]], ...],
    tool: Mapping[str, Any],
    package: str,
) -> Command:
    said = settings.gates.get(gate)
    if said and said.run:
        return Command(argv=said.run, origin=FILE)
    for tasks in sources:
        for name in _TASKS[gate]:
            for command in tasks.get(name, ()):
                if _runs(gate, command):
                    return command
    return _fallback(gate, tool, package)


def _runs(gate: str, command: Command) -> bool:
    if tool_of(command.argv) != _TOOLS[gate]:
        return False
    if gate in ("format", "lint"):
        return ("format" if gate == "format" else "check") in command.argv
    return True


def _fallback(gate: str, tool: Mapping[str, Any], package: str) -> Command:
    origin = "pyproject.toml" if _TOOLS[gate] in tool else "default"
    if gate == "format":
        return Command(argv=("ruff", "format"), origin=origin)
    if gate == "lint":
        return Command(argv=("ruff", "check"), origin=origin)
    if gate == "types":
        listed = {"files", "packages", "modules"} & set(tool.get("mypy", {}))
        where = () if listed else (package,)
        return Command(argv=("mypy", *where), origin=origin)
    return Command(argv=("python", "-m", "pytest"), origin=origin)


def _package(tree: Path, app: str) -> str:
    """What mypy checks when nobody says: the application's package, or everything."""
    package = app.partition(":")[0].partition(".")[0]
    places = (package, f"src/{package}")
    return next((p for p in places if package and (tree / p).is_dir()), ".")


def _detected(settings: Settings, gate: str, command: Command | None = None) -> Detected:
    said = settings.gates.get(gate)
    return Detected(
        argv=command.argv if command else (said.run if said else ()),
        origin=command.origin if command else FILE,
        timeout_s=(said.timeout or 0.0) if said else 0.0,
        off=said.off if said else "",
    )


def _env(commands: Any, settings: Settings) -> dict[str, str]:
    env: dict[str, str] = {}
    for command in commands:
        env |= command.env
    return env | settings.env


def _scripts(tree: Path, *sources: dict[str, list[Command]]) -> set[str]:
    """The repository's scripts that its tasks run: who changes them changes the checks."""
    every = [c.argv for tasks in sources for found in tasks.values() for c in found]
    found = {script_of(argv) for argv in every}
    return {p for p in found if p.partition("/")[0] in _SCRIPTS and (tree / p).is_file()}


def _notes(project: Project, settings: Settings, coverage_origin: str) -> Iterator[str]:
    def origin(said: object) -> str:
        return FILE if said else "detected"

    yield f"application: {project.app or 'none'} ({origin(settings.app)})"
    yield f"OpenAPI document: {project.openapi or 'none'} ({origin(settings.openapi)})"
    yield f"published contract: {project.published or 'none'} ({origin(settings.published)})"
    for gate, found in project.commands.items():
        if found.off:
            yield f"{gate}: off, {found.off} ({FILE})"
        elif found.argv:
            yield f"{gate}: {' '.join(found.argv)} ({found.origin})"
    yield f"coverage: at least {project.coverage:g} % ({coverage_origin})"
    if project.env:
        yield f"environment: {', '.join(sorted(project.env))}"
    if project.protected:
        yield f"protected besides the usual: {', '.join(project.protected)}"
