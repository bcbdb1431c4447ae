"""What each role may write when its definition does not say: planners and reviewers no code."""

from __future__ import annotations

from collections.abc import Iterable

from pullcord.model.agent import Agent
from pullcord.model.roles import ALIASES

SUMMARIES = "docs/temp/**"
"""Every agent writes its summary there."""
UNKNOWN = ("docs/**",)
"""A role that nobody described may write documents; its definition can say more with `write:`."""

_CODE = (
    "app/**", "src/**", "main.py", "supabase/migrations/**", "migrations/**", "alembic/**",
    "openapi.json", "openapi.yaml", "contract/**", "pyproject.toml", "requirements*.txt",
    "requirements/**", "requirements.lock", "uv.lock", "poetry.lock", ".env.example",
    # A refactor takes its tests and documents along; test integrity guards what they check.
    "tests/**", "test/**", "docs/**", "README.md",
)  # fmt: skip
SCOPES: dict[str, tuple[str, ...]] = {
    "api-designer": ("docs/**",),
    "sprint-manager": ("docs/**",),
    "database-architect": ("docs/**",),
    "code-reviewer": (),
    "security-auditor": (),
    "python-backend-engineer": _CODE,
    "python-test-engineer": ("tests/**", "test/**", "pyproject.toml"),
    "load-tester": ("tests/load/**", "docs/**"),
}


def scope_of(name: str) -> tuple[str, ...]:
    """The globs of a role, by its name or another name for it."""
    scope = SCOPES.get(name)
    if scope is None:
        scope = SCOPES.get(ALIASES.get(name, ""), UNKNOWN)
    return (*scope, SUMMARIES)


def widened(agent: Agent, packages: Iterable[str]) -> Agent:
    """The agent in a repository whose application lies in these folders: whoever may write `app/**`
    may write the application, wherever it is."""
    if "app/**" not in agent.write:
        return agent
    places = tuple(name if name.endswith(".py") else f"{name}/**" for name in packages)
    return agent.model_copy(update={"write": tuple(dict.fromkeys((*agent.write, *places)))})
