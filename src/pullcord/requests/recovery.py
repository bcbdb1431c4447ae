"""What happens when a task fails: SPEC.md, Error Recovery Patterns, by role."""

from __future__ import annotations

_ROUNDS = "at most 3 rounds, then the line escalates with options."
_BY_ROLE = {
    "python-backend-engineer": (
        "Failing tests and violations are documented in docs/temp/ and come back to it as focused "
        f"fix requirements; {_ROUNDS} What needs a broad ignore escalates at once."
    ),
    "python-test-engineer": (
        "Failures that its tests show go to the implementing agent with their details, its own red "
        f"gates come back to it; {_ROUNDS}"
    ),
    "api-designer": (
        "A conflict with the design is documented in docs/temp/, the contract is adjusted and the "
        "change cascades; where core functionality is affected the line escalates."
    ),
    "code-reviewer": (
        "What it objects to goes back to the implementing agent as focused fix requirements and is "
        f"reviewed again; {_ROUNDS}"
    ),
    "sprint-manager": (
        "An unclear requirement escalates as a clarification; red gates come back to it with their "
        f"findings; {_ROUNDS}"
    ),
}
_BY_ROLE["security-auditor"] = _BY_ROLE["code-reviewer"]
_BY_ROLE["database-architect"] = _BY_ROLE["api-designer"]
_DEFAULT = (
    "Red gates are documented in docs/temp/ and come back to it as focused fix requirements; "
    + _ROUNDS
)


def recovery_of(agent: str) -> str:
    """One or two sentences for the plan and the final summary."""
    return _BY_ROLE.get(agent, _DEFAULT)
