"""The roles of SPEC.md: what kind of work each does, and what else people call it."""

from __future__ import annotations

DEFAULT = (
    "api-designer",
    "python-backend-engineer",
    "python-test-engineer",
    "code-reviewer",
    "sprint-manager",
)
"""SPEC.md, Available Specialized Agents."""
OPTIONAL = ("database-architect", "security-auditor", "load-tester")
"""SPEC.md, Proposed Agent Additions."""
PLANNERS = frozenset({"sprint-manager", "api-designer", "database-architect"})
REVIEWERS = frozenset({"code-reviewer", "security-auditor"})

ALIASES = {
    "api-engineer": "api-designer",
    "api-architect": "api-designer",
    "contract-designer": "api-designer",
    "designer": "api-designer",
    "backend": "python-backend-engineer",
    "backend-developer": "python-backend-engineer",
    "backend-engineer": "python-backend-engineer",
    "fastapi-engineer": "python-backend-engineer",
    "python-engineer": "python-backend-engineer",
    "python-developer": "python-backend-engineer",
    "qa": "python-test-engineer",
    "qa-engineer": "python-test-engineer",
    "test-engineer": "python-test-engineer",
    "tester": "python-test-engineer",
    "python-tester": "python-test-engineer",
    "reviewer": "code-reviewer",
    "code-review": "code-reviewer",
    "planner": "sprint-manager",
    "project-manager": "sprint-manager",
    "scrum-master": "sprint-manager",
    "sprint-planner": "sprint-manager",
    "db-architect": "database-architect",
    "database-engineer": "database-architect",
    "security-engineer": "security-auditor",
    "security-reviewer": "security-auditor",
    "performance-tester": "load-tester",
}
"""Names that occur in sprint documents and plans instead of the roles' own."""
