"""What each role may write when its definition does not say: planners and reviewers no code."""

from __future__ import annotations

from pullcord.model.roles import ALIASES

SUMMARIES = "docs/temp/**"
"""Every agent writes its summary there."""
UNKNOWN = ("docs/**",)
"""A role that nobody described may write documents; its definition can say more with `write:`."""

_CODE = (
    "app/**", "src/**", "main.py", "supabase/migrations/**", "migrations/**", "alembic/**",
    "openapi.json", "openapi.yaml", "contract/**", "pyproject.toml", "requirements*.txt",
    "requirements/**", "requirements.lock", "uv.lock", "poetry.lock", ".env.example",
)  # fmt: skip
SCOPES: dict[str, tuple[str, ...]] = {
    "api-designer": ("docs/**",),
    "sprint-manager": ("docs/**",),
    "database-architect": ("docs/**",),
    "code-reviewer": (),
    "security-auditor": (),
    "python-backend-engineer": _CODE,
    "python-test-engineer": ("tests/**", "test/**"),
    "load-tester": ("tests/load/**", "docs/**"),
}


def scope_of(name: str) -> tuple[str, ...]:
    """The globs of a role, by its name or another name for it."""
    scope = SCOPES.get(name)
    if scope is None:
        scope = SCOPES.get(ALIASES.get(name, ""), UNKNOWN)
    return (*scope, SUMMARIES)
