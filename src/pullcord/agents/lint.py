"""What is wrong, or missing, in a repository's agent definitions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pullcord.agents.definitions import files, parse
from pullcord.agents.frontmatter import KEYS, split
from pullcord.agents.scopes import SCOPES
from pullcord.model.agent import Agent
from pullcord.model.quality import Finding
from pullcord.model.roles import ALIASES, PLANNERS, REVIEWERS

_MODELS = re.compile(r"|inherit|(.*-)?(opus|sonnet|haiku)(-.*)?|claude-.*", re.I)
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def lint(folder: Path) -> list[Finding]:
    """Everything to mend in the definitions of a `.claude/agents` folder, with its line."""
    found: list[Finding] = []
    names: dict[str, str] = {}
    for path in files(folder):
        shown = path.relative_to(folder.parent.parent).as_posix()
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            found.append(_finding("unreadable", f"cannot be read: {error}", shown, 1))
            continue
        found += lint_text(text, shown, path.stem)
        agent = _agent(text, path.stem)
        if agent and names.setdefault(agent.name, shown) != shown:
            found.append(_finding("twice", f"is also defined in {names[agent.name]}", shown, 1))
    return found


def lint_text(text: str, path: str = "", stem: str = "") -> list[Finding]:
    """What is wrong in one definition."""
    try:
        front, agent = split(text), parse(text, path, stem)
    except ValueError as error:
        line = re.match(r"line (\d+): ", str(error))
        return [_finding("unreadable", str(error), path, int(line[1]) if line else 1)]
    if front is None or agent is None:
        return [_finding("front-matter", "has no front matter between --- lines", path, 1)]
    found = [
        _finding(rule, message, path, front.lines.get(key, 1))
        for key, rule, message in _problems(agent, front.fields)
    ]
    found += [
        _finding("unknown-key", f"{key!r} is no key of an agent definition", path, 1)
        for key in front.fields
        if key not in KEYS
    ]
    return sorted(found, key=lambda finding: finding.line)


def _problems(agent: Agent, fields: dict[str, object]) -> Iterator[tuple[str, str, str]]:
    if "name" not in fields:
        yield "name", "name", "has no name"
    elif not _NAME.fullmatch(agent.name):
        yield "name", "name", "the name must be lower-case words joined by hyphens"
    if len(agent.description) < 20:
        yield "description", "description", "the description must say when to use this agent"
    if not _MODELS.fullmatch(agent.model):
        yield "model", "model", f"{agent.model!r} is no model that a runtime here knows"
    if not agent.instructions:
        yield "name", "instructions", "there are no instructions below the front matter"
    if "write" not in fields and ALIASES.get(agent.name, agent.name) not in SCOPES:
        yield (
            "name",
            "write",
            "may write documents only, as it does not say write: [GLOBS]",
        )
    limits = PLANNERS | REVIEWERS
    beyond = [glob for glob in agent.write if not glob.startswith("docs/")]
    if agent.name in limits and beyond:
        yield "write", "write", f"{agent.name} may write documents only, not {', '.join(beyond)}"


def _agent(text: str, stem: str) -> Agent | None:
    try:
        return parse(text, "", stem)
    except ValueError:
        return None  # lint_text has said why


def _finding(rule: str, message: str, path: str, line: int) -> Finding:
    return Finding(gate="agents", rule=rule, message=message, path=path, line=line)
