"""Tasks of a sprint → a plan of chains: SPEC.md's Sprint Task Completion Pattern for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pullcord.model.agent import Agent
from pullcord.model.request import Request
from pullcord.model.task import Plan, Task
from pullcord.model.text import cut, numbered, slug
from pullcord.requests.order import complete
from pullcord.requests.plan import refuse
from pullcord.requests.workflow import Step

PATTERN = "sprint-task"
STEPS = (
    Step(
        "requirements",
        "sprint-manager",
        "Review {sprint}Task {id}",
        "Summarize requirements and acceptance criteria of Task {id} from the sprint document, "
        "break it down there and mark it in progress. Plan only, change no code.",
    ),
    Step(
        "contract",
        "api-designer",
        "Contract check: {title}",
        "Verify that the OpenAPI contract for this task aligns with project conventions (auth "
        "model, pagination where applicable, error mapping); adjust and lock it where it must "
        "change.",
    ),
    Step(
        "implementation",
        "python-backend-engineer",
        "Implement: {title}",
        "Create endpoint + repository/DI using the model-first approach, as the contract says. "
        "Generate and publish the OpenAPI document. Coverage is owed by the test engineer.",
    ),
    Step(
        "tests",
        "python-test-engineer",
        "Test: {title}",
        "Add repository-mocked tests and integration tests covering auth, validation and each "
        "acceptance criterion. Maintain >= 80% coverage.",
    ),
    Step(
        "review",
        "code-reviewer",
        "Final review: {title}",
        "Ensure error mapping and OpenAPI conformance; no unused imports, clean diffs. Judge every "
        "acceptance criterion and constraint.",
    ),
    Step(
        "update-docs",
        "sprint-manager",
        "Update sprint docs for Task {id}",
        "Mark Task {id} as complete with notes on blockers and outcomes.",
    ),
)
"""The six steps, with SPEC.md's words."""


@dataclass(frozen=True)
class Wanted:
    """A task of a sprint that shall be done. `after` are the ids of others among the wanted."""

    id: str
    request: Request
    after: tuple[str, ...] = ()


def sprint_plan(
    wanted: Sequence[Wanted], document: str, sprint: str, known: Mapping[str, Agent]
) -> Plan:
    """The chains of the wanted tasks, which must come after those they depend on.

    `document` is the sprint document's path, `sprint` what it calls itself (`Sprint 4`), or ''.
    """
    chains: dict[str, str] = {}
    for each in wanted:
        chains[each.id] = numbered(slug(f"t{each.id}"), set(chains.values()))
    tasks = [
        task for each in wanted for task in _chain(each, chains, f"{sprint} " if sprint else "")
    ]
    problems: list[tuple[int, str]] = []
    plan = complete(tasks, PATTERN, known, problems=problems)
    refuse(problems, "The steps of a sprint task")
    requests = {chains[each.id]: each.request for each in wanted}
    return plan.model_copy(update={"chains": requests, "sprint": document})


def _chain(wanted: Wanted, chains: Mapping[str, str], sprint: str) -> list[Task]:
    """The six tasks of one chain. The first comes after the last of each chain it depends on."""
    name, title = chains[wanted.id], cut(wanted.request.title, 80)
    before = tuple(f"{chains[other]}-{STEPS[-1].id}" for other in wanted.after)
    tasks: list[Task] = []
    for step in STEPS:
        words = {"id": wanted.id, "title": title, "sprint": sprint}
        task = Task(
            id=f"{name}-{step.id}",
            subagent_type=step.agent,
            description=step.description.format(**words),
            prompt=step.prompt.format(**words),
            criteria=wanted.request.criteria,
            after=(tasks[-1].id,) if tasks else before,
            optional=step.agent == "api-designer",
            chain=name,
        )
        tasks.append(task)
    return tasks
