"""Which agents a request goes through when it comes without a plan of its own."""

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
    """One task of a workflow, before it belongs to a request. `after` as in a Task."""

    id: str
    agent: str
    description: str
    prompt: str
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workflow:
    """Steps in their order and the pattern that runs them; `about` says what it is for."""

    name: str
    about: str
    steps: tuple[Step, ...]
    pattern: str = "sequential"


def steps_for(request: Request, workflow: Workflow, known: Mapping[str, Agent]) -> Plan:
    """The workflow's tasks for a request; each carries the request's criteria."""
    tasks = [
        Task(
            id=step.id,
            subagent_type=step.agent,
            description=f"{step.description}: {cut(request.title, 80)}",
            prompt=step.prompt,
            criteria=request.criteria,
            after=step.after,
        )
        for step in workflow.steps
    ]
    problems: list[tuple[int, str]] = []
    plan = complete(tasks, workflow.pattern, known, problems=problems)
    refuse(problems, f"The workflow {workflow.name}")
    return plan.model_copy(update={"notes": ()})
