"""The offline runtime: the blueprint agents. No model, no network, no key."""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.blueprint.clashing import yield_to_head
from pullcord.blueprint.roles import ROLES, role_of
from pullcord.briefs import summary as summaries
from pullcord.errors import Unavailable
from pullcord.model.agent import Agent
from pullcord.model.report import Report, Usage
from pullcord.model.task import Task
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox

_FREE = Usage(input_tokens=0, output_tokens=0, usd=0.0)
"""No model is asked: the cost is known, and it is none."""


class Blueprint:
    """Lets a blueprint role work and writes its summary at the reserved path."""

    name = "blueprint"

    async def run(
        self, agent: Agent, brief: Brief, workspace: Workspace, sandbox: Sandbox
    ) -> Report:
        role = role_of(agent.name, brief.request.workflow)
        if role is None:
            raise Unavailable(
                f"The blueprint runtime has no agent {agent.name}; it knows {', '.join(ROLES)}.",
                "Choose a runtime with a model, such as --runtime claude.",
            )
        yield_to_head(workspace.path, brief.findings)
        report, summary = await role(brief, workspace, sandbox)
        path = workspace.path / brief.summary_path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(summaries.render(summary), "utf-8")
        return report.model_copy(update={"usage": _FREE})


def make(script: str, tasks: Sequence[Task]) -> Blueprint:
    """The runtime of a run; it takes no script."""
    return Blueprint()
