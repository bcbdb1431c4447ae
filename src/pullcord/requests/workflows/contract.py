"""Example 3 of SPEC.md, the update of the OpenAPI contract."""

from __future__ import annotations

from pullcord.requests.workflow import Step, Workflow

STEPS = (
    Step(
        "contract",
        "api-designer",
        "Update contract (non-breaking)",
        "Update the OpenAPI contract as the request says, without a breaking change, and lock it "
        "for the implementation.",
    ),
    Step(
        "alignment",
        "python-backend-engineer",
        "Align models/endpoints",
        "Align models and endpoints with the locked contract. Generate and publish the OpenAPI "
        "document. Coverage is owed by the test engineer.",
    ),
    Step(
        "tests",
        "python-test-engineer",
        "Update tests",
        "Update the tests to the contract. Maintain >= 80% coverage.",
    ),
    Step(
        "review",
        "code-reviewer",
        "Verify schema determinism and publish workflow",
        "Verify that the schema is generated the same each time and that the published contract "
        "is what the code exports. Judge every acceptance criterion and constraint.",
    ),
)

CONTRACT = Workflow("contract", "a change of the contract that breaks no client", STEPS)
