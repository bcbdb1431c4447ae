"""`pullcord agents`: list, show, lint."""

from __future__ import annotations

import click

from pullcord.agents import lint as lint_agents
from pullcord.agents import load
from pullcord.cli.command import command
from pullcord.cli.events import finding_json
from pullcord.cli.render import columns, plural
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell, json_of
from pullcord.errors import NotFound
from pullcord.model.agent import Agent
from pullcord.model.text import one_line

WRONG = 2


@click.group(invoke_without_command=True)
@click.pass_context
def agents(ctx: click.Context) -> Result | None:
    """List, show and check agent definitions. Those in .claude/agents win over the shipped ones."""
    return None if ctx.invoked_subcommand else _list()


@agents.command("list")
def list_() -> Result:
    """List the agents that a run here can use."""
    return _list()


@command
async def _list(shell: Shell) -> Result:
    found = await _known(shell)
    rows = [
        (
            agent.name,
            agent.model or "-",
            "pullcord's" if agent.origin == "pullcord" else "repository's",
            one_line(agent.description).partition(". ")[0],
        )
        for agent in found.values()
    ]
    shell.data(*columns(rows, width=shell.width))
    return ended(agents=json_of(list(found.values())))


@agents.command()
@click.argument("name")
@command
async def show(shell: Shell, name: str) -> Result:
    """Show one agent: who it is, what it may write, its instructions."""
    found = await _known(shell)
    if name not in found:
        raise NotFound(f"There is no agent {name!r}.", f"Known: {', '.join(found)}")
    agent = found[name]
    shell.data(
        f"{agent.name}  (from {agent.origin})",
        one_line(agent.description),
        f"model: {agent.model or 'the runtime chooses'}",
        f"tools: {', '.join(agent.tools) or 'all'}",
        f"may write: {', '.join(agent.write) or 'nothing'}",
        "",
        *agent.instructions.splitlines(),
    )
    return ended(agent=json_of(agent))


@agents.command()
@command
async def lint(shell: Shell) -> Result:
    """Check the definitions in .claude/agents; exit 2 when one is wrong."""
    orchestrator = await shell.orchestrator()
    wrong = lint_agents(orchestrator.repository.root / ".claude" / "agents")
    for found in wrong:
        shell.data(f"✗ {found.path}:{found.line}  {found.message}")
    if not wrong:
        shell.data(f"✓ {plural(len(await _known(shell)), 'agent')}, nothing wrong")
    return ended(WRONG if wrong else 0, findings=[finding_json(found) for found in wrong])


async def _known(shell: Shell) -> dict[str, Agent]:
    orchestrator = await shell.orchestrator()
    return dict(load(orchestrator.repository.root / ".claude" / "agents"))
