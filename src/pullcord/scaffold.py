"""Writes a new service: the files of `templates/service`, a git repository, a first commit."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from pullcord.errors import UsageError
from pullcord.process import run
from pullcord.workspace.git import Git

HERE = Path(__file__).parent
TEMPLATE = HERE / "templates" / "service"
AGENTS = HERE / "agents"
DEFAULT_AGENTS = (
    "api-designer",
    "python-backend-engineer",
    "python-test-engineer",
    "code-reviewer",
    "sprint-manager",
)
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

AfterFiles = Callable[[Path], Awaitable[None]]


async def new(
    directory: Path,
    *,
    name: str | None = None,
    today: date,
    after_files: AfterFiles | None = None,
) -> None:
    """Make a new service in an empty or absent directory; its first commit holds every file.

    `name` is a slug, the directory's name by default. `after_files` runs before the first commit,
    where the caller makes the environment. Raises UsageError, and then nothing is written.
    """
    name = name or re.sub(r"[^a-z0-9]+", "-", directory.resolve().name.lower()).strip("-")
    if not NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot name a service: lower-case words joined by '-'",
            "pullcord new DIR --name workout-tracker",
        )
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(f"{directory} is not empty", "choose a directory that is new or empty")
    for path, content in files(name=name, today=today).items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    _copy_agents(directory / ".claude" / "agents")
    if after_files:
        await after_files(directory)
    await _commit(directory)


def files(*, name: str, today: date) -> dict[str, bytes]:
    """Return the files of a new service, by their path."""
    environment = Environment(
        undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False
    )
    values = {"name": name, "title": name.replace("-", " ").capitalize(), "date": today.isoformat()}
    found: dict[str, bytes] = {}
    environment.globals["file"] = lambda path: found[path].decode()
    environment.filters["sha256"] = lambda text: hashlib.sha256(text.encode()).hexdigest()
    # Deeper files last: contract/ repeats openapi.json of the root.
    for source in sorted(TEMPLATE.rglob("*"), key=lambda path: (len(path.parts), path)):
        parts = source.relative_to(TEMPLATE).parts
        if not source.is_file() or any(part.startswith((".", "__pycache__")) for part in parts):
            continue
        path = "/".join(re.sub(r"^dot_", ".", part) for part in parts)
        content = source.read_bytes()
        if path.endswith(".jinja"):
            path = path.removesuffix(".jinja")
            content = environment.from_string(content.decode()).render(values).encode()
        found[environment.from_string(path).render(values)] = content
    return found


def _copy_agents(target: Path) -> None:
    shipped = [AGENTS / f"{name}.md" for name in DEFAULT_AGENTS]
    for source in filter(Path.is_file, shipped):
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target / source.name)


async def commit(directory: Path, message: str) -> None:
    """Commit everything that stands in the service, as the user, or as pullcord where git knows no
    user."""
    git = Git(directory)
    await git("add", "--all")
    await git("commit", "--quiet", "-m", message, env=await _identity(directory))


async def _commit(directory: Path) -> None:
    git = Git(directory)
    await git("init", "--quiet", "--initial-branch=main")
    await commit(directory, "Start the service")


async def _identity(directory: Path) -> dict[str, str]:
    """Who the user is to git; nothing when git does not know, and the commit is pullcord's own."""
    asked = [["git", "config", f"user.{key}"] for key in ("name", "email")]
    answers = [await run(command, cwd=directory, env=dict(os.environ)) for command in asked]
    name, email = (answer.stdout.strip() for answer in answers)
    if not (name and email):
        return {}
    return {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": email,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": email,
    }
