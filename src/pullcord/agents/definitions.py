"""Agent definitions: the shipped ones, and a repository's own, which win."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pullcord.agents.frontmatter import Front, split
from pullcord.agents.scopes import SUMMARIES, scope_of, widened
from pullcord.errors import ConfigError
from pullcord.model.agent import Agent
from pullcord.model.roles import DEFAULT, OPTIONAL
from pullcord.model.text import one_line

SHIPPED = Path(__file__).parent
LIMIT = 256 << 10
"""Largest definition, in bytes."""
_COMMA = re.compile(r",(?![^()]*\))")


def load(folder: Path | None = None) -> dict[str, Agent]:
    """The agents by name: the five of SPEC.md, replaced and joined by those in `folder`.

    `folder` is a repository's `.claude/agents`; Markdown files without front matter are no
    definitions. ConfigError when one cannot be read.
    """
    found = {name: read(SHIPPED / f"{name}.md", "pullcord") for name in DEFAULT}
    own: dict[str, str] = {}
    for path in files(folder) if folder else ():
        agent = read(path, str(path))
        if agent is None:
            continue
        if agent.name in own:
            raise ConfigError(
                f"Agent {agent.name} is defined twice: {own[agent.name]} and {path}.",
                "Remove one of the two files.",
            )
        own[agent.name] = str(path)
        found[agent.name] = agent
    return {name: agent for name, agent in found.items() if agent is not None}


def team(root: Path, packages: Iterable[str]) -> dict[str, Agent]:
    """The agents as they work in a repository whose application lies in these folders."""
    known, places = load(root / ".claude" / "agents"), tuple(packages)
    return {name: widened(agent, places) for name, agent in known.items()}


def shipped() -> dict[str, str]:
    """The text of all eight shipped definitions by name; the last three are opt-in."""
    return {name: (SHIPPED / f"{name}.md").read_text("utf-8") for name in (*DEFAULT, *OPTIONAL)}


def files(folder: Path) -> Iterator[Path]:
    """The Markdown files of a folder of definitions, in a fixed order; links are not followed."""
    for path in sorted(folder.rglob("*.md")):
        if path.is_file() and not path.is_symlink():
            yield path


def read(path: Path, origin: str) -> Agent | None:
    """The agent that a file defines; None for a file without front matter."""
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
        if len(data) > LIMIT:
            raise ValueError(f"it is larger than {LIMIT >> 10} KiB")
        return parse(data.decode("utf-8"), origin, path.stem)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"The agent definition {path} cannot be read: {error}.", "pullcord agents lint"
        ) from error


def parse(text: str, origin: str, stem: str = "") -> Agent | None:
    """The agent that a text defines; None without front matter. ValueError says what is wrong."""
    front = split(text)
    if front is None:
        return None
    name = one_line(_words(front, "name")) or stem
    if not name:
        raise ValueError("it has no name")
    write = _list(front, "write") if "write" in front.fields else scope_of(name)[:-1]
    return Agent(
        name=name,
        description=_words(front, "description"),
        tools=_list(front, "tools"),
        model=one_line(_words(front, "model")),
        color=one_line(_words(front, "color")),
        write=tuple(dict.fromkeys((*write, SUMMARIES))),
        instructions=front.body,
        origin=origin,
    )


def _words(front: Front, key: str) -> str:
    value = front.fields.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"line {front.lines.get(key, 1)}: {key} must be a text")
    return value.strip()


def _list(front: Front, key: str) -> tuple[str, ...]:
    """A list of words: as YAML has it, or separated by commas."""
    value = front.fields.get(key, "")
    parts = _COMMA.split(value) if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise ValueError(f"line {front.lines.get(key, 1)}: {key} must be a list of words")
    return tuple(words for part in parts if (words := one_line(part)))
