"""The offline agents with rehearsed slips: for demonstrations of what the line does about them.

A script (shared format) says what goes wrong in which round. Everything else is the agents' work.
"""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.model.agent import Agent
from pullcord.model.report import Report
from pullcord.model.task import Task
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Runtime, Sandbox
from pullcord.runtimes import blueprint
from pullcord.runtimes.scripted import Scripted


class Rehearsed:
    """Lets an offline agent do its work, and then what the script has for this round. Report and
    summary are the agent's: it does not know of its slip."""

    name = "rehearsed"

    def __init__(self, agents: Runtime, slips: Scripted) -> None:
        self._agents, self._slips = agents, slips

    async def run(
        self, agent: Agent, brief: Brief, workspace: Workspace, sandbox: Sandbox
    ) -> Report:
        report = await self._agents.run(agent, brief, workspace, sandbox)
        summary = workspace.path / brief.summary_path
        said = summary.read_bytes()
        slip = await self._slips.run(agent, brief, workspace, sandbox)
        summary.write_bytes(said)
        return report if slip.exit == 0 else slip


def make(script: str, tasks: Sequence[Task]) -> Rehearsed:
    """The runtime of a script for the tasks of a plan; ConfigError lists what is wrong in it."""
    return Rehearsed(blueprint.make("", tasks), Scripted.parse(script, tasks))
