"""`pullcord run`."""

from __future__ import annotations

from pathlib import Path

import click

from pullcord.cli.budget_options import budget_options
from pullcord.cli.command import command
from pullcord.cli.ending import ending
from pullcord.cli.options import on_escalation_option
from pullcord.cli.planning import Wish, planned
from pullcord.cli.render_plan import plan as rendered
from pullcord.cli.result import Result, ended
from pullcord.cli.runtime import script_file, script_of
from pullcord.cli.shell import Shell
from pullcord.cli.sprinting import SprintWish, sprint_planned
from pullcord.cli.watch import escalation_mode, watch
from pullcord.errors import UsageError
from pullcord.model.budget import Budget, Budgets
from pullcord.model.request import Request
from pullcord.model.run import MAX_PARALLEL
from pullcord.model.task import Plan

_SHOWN = (
    "id", "subagent_type", "description", "prompt", "after", "writes", "reason", "recovery",
)  # fmt: skip


@click.command()
@click.argument("words", nargs=-1, metavar="[TEXT]")
@click.option("-f", "--file", type=Path, metavar="FILE", help="A request (.md) or a plan (.py).")
@click.option(
    "--criterion", multiple=True, metavar="TEXT", help="How it will be judged; repeat it."
)
@click.option("--pattern", metavar="NAME", help="The shape of the run.")
@click.option(
    "--workflow", metavar="NAME", help="What a request goes through: feature, errors, contract."
)
@click.option("--sprint", type=Path, metavar="FILE", help="A sprint document to work through.")
@click.option("--task", default="", metavar="ID", help="Do this task of the sprint.")
@click.option("--all-ready", is_flag=True, help="Do every task of the sprint that can be done.")
@click.option(
    "--runtime",
    default="blueprint",
    show_default=True,
    metavar="NAME",
    help="What executes the agents: blueprint, or scripted:FILE.",
)
@click.option("--dry-run", is_flag=True, help="Show the plan and start nothing.")
@on_escalation_option
@click.option(
    "--max-parallel",
    type=click.IntRange(1, 64),
    default=MAX_PARALLEL,
    show_default=True,
    metavar="N",
    help="How many agents work at the same time.",
)
@budget_options
@click.option(
    "--unsafe-no-sandbox",
    "unsafe",
    is_flag=True,
    help="Work where there is no sandbox; every report will say so.",
)
@command
async def run(
    shell: Shell,
    words: tuple[str, ...],
    file: Path | None,
    criterion: tuple[str, ...],
    pattern: str | None,
    workflow: str | None,
    sprint: Path | None,
    task: str,
    all_ready: bool,
    runtime: str,
    dry_run: bool,
    on_escalation: str | None,
    max_parallel: int,
    budget: Budget,
    task_budget: Budget,
    unsafe: bool,
) -> Result:
    """Start a run and see it through: from a request, a plan, words with criteria, or a sprint.

    Your checkout stays as it is; the result waits for `pullcord apply`.

    \b
    Examples:
      pullcord run -f request.md
      pullcord run "Log workouts" --criterion "POST /workouts answers 201."
      pullcord run -f plan.py --pattern sequential --dry-run
      pullcord run --sprint docs/planning/sprints/sprint_01.md --task 2
      pullcord run --all-ready
    """  # fmt: skip
    wish = Wish(words, file, criterion, pattern, workflow)
    request, plan = await _planned(shell, wish, SprintWish(sprint, task, all_ready), dry=dry_run)
    if dry_run:
        shell.data(*rendered(request, plan, width=shell.width))
        return ended(**_plan_json(plan))
    for note in plan.notes:
        shell.note(f"! {note}")
    script = script_of(shell, runtime)
    read = [shell.folder / path for path in (file, script_file(shell, runtime)) if path]
    orchestrator = await shell.orchestrator()
    started = await orchestrator.start(
        request, plan, runtime=runtime, script=script, unsafe=unsafe,
        budgets=Budgets(run=budget, task=task_budget), max_parallel=max_parallel,
        read=read,
    )  # fmt: skip
    mode = escalation_mode(shell, on_escalation)
    status = await watch(shell, orchestrator, started, mode)
    return await ending(shell, orchestrator, status)


async def _planned(
    shell: Shell, wish: Wish, sprint: SprintWish, *, dry: bool
) -> tuple[Request, Plan]:
    if not sprint:
        return await planned(shell, wish, dry=dry)
    if wish != Wish():
        raise UsageError(
            "A sprint has its tasks and their criteria; nothing else can be given with it.",
            "Leave out the request, or leave out --sprint, --task and --all-ready.",
        )
    return await sprint_planned(shell, sprint)


def _plan_json(plan: Plan) -> dict[str, object]:
    tasks = [task.model_dump(mode="json", include=set(_SHOWN)) for task in plan.tasks]
    ordered = [{name: task[name] for name in _SHOWN} for task in tasks]
    return {"tasks": ordered, "pattern": plan.pattern, "notes": list(plan.notes)}
