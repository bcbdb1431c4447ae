"""Who works."""

from __future__ import annotations

from pullcord.model.value import Value


class Agent(Value):
    """An agent definition in the `.claude/agents/*.md` format.

    `write` holds the globs of the paths that this agent may change (`**` crosses folders); the
    scope gate enforces them. `origin` says where the definition was read: `pullcord` or a path.
    """

    name: str
    description: str
    tools: tuple[str, ...] = ()
    model: str = ""
    color: str = ""
    write: tuple[str, ...] = ()
    instructions: str = ""
    origin: str = "pullcord"
