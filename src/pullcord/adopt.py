"""`pullcord init`: what an existing repository lacks, as a diff, written without overwriting."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pullcord import agents, config
from pullcord.config.schema import FILE
from pullcord.errors import NotFound, PullcordError, UsageError
from pullcord.model.project import Detected, Project
from pullcord.model.roles import DEFAULT, OPTIONAL
from pullcord.model.text import one_line

AGENTS = ".claude/agents"


@dataclass(frozen=True)
class NewFile:
    """A file that is missing: its path in the repository and its text."""

    path: str
    text: str


def missing(root: Path, extra: Sequence[str] = ()) -> tuple[NewFile, ...]:
    """What `init` would write: pullcord.toml, and each of SPEC.md's agents that nobody defined.

    `extra` names opt-in agents. ConfigError when what is there cannot be read.
    """
    if unknown := set(extra) - {*DEFAULT, *OPTIONAL}:
        raise NotFound(
            f"No agent {', '.join(sorted(unknown))} is shipped.", f"Known: {', '.join(OPTIONAL)}"
        )
    project = config.detect(root)
    files = [] if os.path.lexists(root / FILE) else [NewFile(FILE, settings(project))]
    known = agents.load(root / AGENTS)
    shipped = agents.shipped()
    for name in dict.fromkeys((*DEFAULT, *extra)):
        path = f"{AGENTS}/{name}.md"
        defined = name in known and known[name].origin != "pullcord"
        if not defined and not os.path.lexists(root / path):
            files.append(NewFile(path, shipped[name]))
    return tuple(files)


def diff(files: Sequence[NewFile]) -> str:
    """The new files as one unified diff."""
    return "".join(
        f"--- /dev/null\n+++ b/{file.path}\n@@ -0,0 +1,{file.text.count(chr(10))} @@\n"
        + "".join(f"+{line}" for line in file.text.splitlines(keepends=True))
        for file in files
    )


def write(root: Path, files: Sequence[NewFile]) -> None:
    """Create the files; all or none, and none that exists or lies behind a link that leads out."""
    written: list[Path] = []
    folders: list[Path] = []
    try:
        for file in files:
            target = root / file.path
            if not target.parent.resolve().is_relative_to(root.resolve()):
                raise UsageError(
                    f"{file.path} leads out of the repository.", "Replace the link by a folder."
                )
            folders += [p for p in target.parents if not p.exists()]
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8", newline="\n") as opened:
                written.append(target)
                opened.write(file.text)
    except BaseException as error:
        for path in written:
            path.unlink(missing_ok=True)
        for folder in folders:  # the deepest first; only what we made, and nobody filled since
            with suppress(OSError):
                folder.rmdir()
        if isinstance(error, OSError):
            why = error.strerror or str(error)
            raise PullcordError(
                f"{error.filename or 'A file'} cannot be written: {why}; nothing was changed.",
                "Mend that and call pullcord init again.",
            ) from error
        raise


def settings(project: Project) -> str:
    """The text of pullcord.toml for a project as it was detected.

    The application and the documents are written down. Commands are only shown: they are found
    again in the repository's own tasks, which stay the place to change them.
    """
    return "\n".join(_settings(project)) + "\n"


def _settings(project: Project) -> Iterator[str]:
    yield "# How pullcord sees this repository. It is read from the base commit of a run, never"
    yield "# from an agent's work. What is not said here is detected: pullcord gates explain"
    yield ""
    for key, value, example in (
        ("app", project.app, "app.main:app"),
        ("openapi", project.openapi, "openapi.json"),
        ("published", project.published, "contract/openapi.json"),
    ):
        yield (
            f"{key} = {_toml(value)}" if value else f"# {key} = {_toml(example)}  # none was found"
        )
    yield ""
    yield "# What the application's settings need when it is imported and tested:"
    yield "# [env]"
    yield '# APP_ENV = "test"'
    for gate, detected in project.commands.items():
        if detected.argv:
            yield from _command(gate, detected)


def _command(gate: str, detected: Detected) -> Iterator[str]:
    yield ""
    yield f"# [gates.{gate}]"
    yield f"# run = {_toml(list(detected.argv))}  # {one_line(detected.origin)}"


def _toml(value: str | list[str]) -> str:
    """A TOML string or array: JSON's escapes are TOML's, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
