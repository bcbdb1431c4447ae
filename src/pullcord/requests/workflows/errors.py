"""Example 2 of SPEC.md, the error mapping consistency pass."""

from __future__ import annotations

from pullcord.requests.workflow import Step, Workflow

STEPS = (
    Step(
        "error-tests",
        "python-test-engineer",
        "Add tests verifying error responses",
        "Add tests that every operation of the published contract answers 401, 404, 409, 422 and "
        "unexpected failures with the service's own error document. They may be red: each red one "
        "is an issue for the implementation to mend.",
    ),
    Step(
        "normalise",
        "python-backend-engineer",
        "Normalize exceptions and mappings",
        "Normalize exceptions and mappings: operations raise the service's own errors or let them "
        "pass, and one place turns them into responses. Change nothing else; say with its line "
        "what cannot be mended safely.",
    ),
    Step(
        "consistency",
        "code-reviewer",
        "Verify consistency across endpoints",
        "Verify that all endpoints map errors in the same way, changed or not. Judge every "
        "acceptance criterion and constraint.",
    ),
)

ERRORS = Workflow("errors", "one mapping of errors for all endpoints", STEPS, pattern="iterative")
