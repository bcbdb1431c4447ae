"""`pullcord gates` and `pullcord gates explain`."""

from __future__ import annotations

from collections.abc import Callable

import click

from pullcord.cli.command import command
from pullcord.cli.events import verdict_json
from pullcord.cli.render_gates import explained, judged
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell, json_of
from pullcord.errors import UsageError
from pullcord.gates import explain as explain_gates

CLOSED = 1


def _against(function: Callable[..., Result | None]) -> Callable[..., Result | None]:
    """The options that say what the working tree is compared with."""
    for option in (
        click.option("--unsafe-no-sandbox", "unsafe", is_flag=True,
                     help="Run the tools without a sandbox where there is none."),
        click.option("--agent", metavar="ROLE", default="",
                     help="Judge as the work of this agent, within its paths."),
        click.option("--base", metavar="REV", default="",
                     help="Compare with this commit; the merge base by default."),
    ):  # fmt: skip
        function = option(function)
    return function


@click.group(invoke_without_command=True)
@_against
@click.option("--only", metavar="A,B", default="", help="Only these gates.")
@click.pass_context
def gates(ctx: click.Context, base: str, agent: str, unsafe: bool, only: str) -> Result | None:
    """Judge the working tree, with its untracked files, against a commit.

    Exit 0 when every gate that applies is open, 1 when one is closed.

    \b
    Examples:
      pullcord gates
      pullcord gates --base main --only types,tests --json
      pullcord gates explain
    """
    if ctx.invoked_subcommand is not None:
        return None
    return _judge(base=base, agent=agent, unsafe=unsafe, only=only)


@command
async def _judge(shell: Shell, base: str, agent: str, unsafe: bool, only: str) -> Result:
    orchestrator = await shell.orchestrator()
    names = [name for part in only.split(",") if (name := part.strip())]
    if only and not names:
        raise UsageError("--only names no gate.", "pullcord gates explain")
    if shell.live:
        shell.note("The gates judge the working tree …")
    case = await orchestrator.case(base=base, agent=agent, unsafe=unsafe)
    judgement = await orchestrator.gates(case, names)
    for verdict in judgement.verdicts:
        shell.emit({"type": "gate.finished", **verdict_json(verdict)})
    for gate, reason in judgement.skipped.items():
        shell.emit({"type": "gate.skipped", "gate": gate, "reason": reason})
    shell.data(*judged(judgement, width=shell.width, unsafe=unsafe))
    return ended(
        0 if judgement.open else CLOSED,
        open=judgement.open,
        verdicts={verdict.gate: verdict.outcome for verdict in judgement.verdicts},
        skipped=dict(judgement.skipped),
        unsafe=unsafe,
    )


@gates.command()
@_against
@command
async def explain(shell: Shell, base: str, agent: str, unsafe: bool) -> Result:
    """Show which gates apply here, how each one runs, and where that was found."""
    orchestrator = await shell.orchestrator()
    case = await orchestrator.case(base=base, agent=agent, unsafe=unsafe)
    rows = explain_gates(case)
    shell.data(*explained(rows, case.project.notes, width=shell.width))
    return ended(gates=json_of(rows), project=json_of(case.project))
