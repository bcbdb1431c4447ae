"""`pullcord fork`."""

from __future__ import annotations

import click

from pullcord.cli.budget_options import budget_options
from pullcord.cli.command import command
from pullcord.cli.ending import ending
from pullcord.cli.options import on_escalation_option
from pullcord.cli.result import Result
from pullcord.cli.runtime import script_of
from pullcord.cli.shell import Shell
from pullcord.cli.watch import escalation_mode, watch
from pullcord.model.budget import Budget, Budgets


@click.command()
@click.argument("run", metavar="RUN")
@click.option("--from", "task", required=True, metavar="TASK", help="The first task to do anew.")
@click.option("--runtime", metavar="NAME", help="What executes the agents; as before without it.")
@on_escalation_option
@budget_options
@command
async def fork(
    shell: Shell,
    run: str,
    task: str,
    runtime: str | None,
    on_escalation: str | None,
    budget: Budget,
    task_budget: Budget,
) -> Result:
    """Start a new run that takes over what another one had handed off before TASK.

    The same base, request and plan. What is taken over is not done and not paid again; TASK and all
    that was handed off later are worked anew. The other run stays as it is.

    \b
    Examples:
      pullcord fork @last --from backend
      pullcord fork r-7f3a --from tests --runtime scripted:agents.yml --budget usd=2
    """
    orchestrator = await shell.orchestrator()
    run = await orchestrator.resolve(run)
    started = await orchestrator.fork(
        run, task, runtime=runtime, script=script_of(shell, runtime),
        budgets=Budgets(run=budget, task=task_budget),
    )  # fmt: skip
    status = await watch(shell, orchestrator, started, escalation_mode(shell, on_escalation))
    return await ending(shell, orchestrator, status)
