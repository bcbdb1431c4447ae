"""Who works: shipped definitions in the `.claude/agents` format, loader, lint."""

from pullcord.agents.definitions import load, parse, shipped, team
from pullcord.agents.lint import lint
from pullcord.agents.scopes import widened

__all__ = ["lint", "load", "parse", "shipped", "team", "widened"]
