"""Example 1 of SPEC.md, the complete feature: what a request runs when no pattern is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pullcord.model.agent import Agent
from pullcord.model.request import Request
from pullcord.model.task import Plan, Task
from pullcord.model.text import cut
from pullcord.requests.order import complete
from pullcord.requests.plan import refuse


@dataclass(frozen=True)
class Step:
    id: str
    agent: str
    description: str
    prompt: str


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


def six_steps(request: Request, known: Mapping[str, Agent]) -> Plan:
    """The six tasks for a request, in sequence; each carries the request's criteria."""
    tasks = [
        Task(
            id=step.id,
            subagent_type=step.agent,
            description=f"{step.description}: {cut(request.title, 80)}",
            prompt=step.prompt,
            criteria=request.criteria,
        )
        for step in STEPS
    ]
    problems: list[tuple[int, str]] = []
    plan = complete(tasks, "sequential", known, problems=problems)
    refuse(problems, "The six steps")
    return plan.model_copy(update={"notes": ()})
