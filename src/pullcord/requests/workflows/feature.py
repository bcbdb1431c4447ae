"""Example 1 of SPEC.md, the complete feature."""

from __future__ import annotations

from pullcord.requests.workflow import Step, Workflow

STEPS = (
    Step(
        "break-down",
        "sprint-manager",
        "Break down requirements",
        "Break the request down into tasks in the sprint document. Each acceptance criterion and "
        "constraint belongs to a task; say what is unclear. Plan only, change no code.",
    ),
    Step(
        "contract",
        "api-designer",
        "Confirm OpenAPI contract",
        "Confirm or adjust the OpenAPI contract per project conventions (auth model, pagination "
        "where applicable, error mapping) and lock it for the implementation.",
    ),
    Step(
        "implementation",
        "python-backend-engineer",
        "Implement endpoint + repository/DI",
        "Implement the locked contract: model-first endpoints, repository pattern + DI, migration. "
        "Generate and publish the OpenAPI document. Coverage is owed by the test engineer.",
    ),
    Step(
        "tests",
        "python-test-engineer",
        "Add unit/integration tests",
        "Write tests from the contract and the acceptance criteria with repository-based fixtures. "
        "Maintain >= 80% coverage.",
    ),
    Step(
        "review",
        "code-reviewer",
        "Production readiness review",
        "Review error mapping consistency, auth coverage, security and adherence to the OpenAPI "
        "contract. Judge every acceptance criterion and constraint.",
    ),
    Step(
        "update-docs",
        "sprint-manager",
        "Update sprint docs",
        "Mark the tasks of this request as complete with notes on blockers and outcomes.",
    ),
)

FEATURE = Workflow("feature", "a feature, from its requirements to the sprint board", STEPS)
