"""`pullcord demo`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from pullcord.agents import load as load_agents
from pullcord.app import Orchestrator
from pullcord.cli.command import command
from pullcord.cli.commands.new import make
from pullcord.cli.demos import DEMOS
from pullcord.cli.demos.demo import Demo
from pullcord.cli.ending import PASSED, ending
from pullcord.cli.options import on_escalation_option
from pullcord.cli.planning import Wish, planned
from pullcord.cli.render import short
from pullcord.cli.render_cord import cord
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell
from pullcord.cli.watch import escalation_mode, watch
from pullcord.errors import UsageError
from pullcord.line.ask import STOP
from pullcord.requests.workflow import steps_for

NAME = "workout-tracker"
REAL = (
    "Real here: the service, the git clones and commits, the sandbox, and every",
    "gate: ruff, mypy, pytest with coverage, OpenAPI. The agents are pullcord's own",
    "offline programs: no model, no key, no network, no cost.",
)


@click.command()
@click.argument("named", nargs=-1, metavar="[NAME] [DIR]")
@click.option("-f", "--file", type=Path, metavar="REQUEST.md", help="Your request, not ours.")
@on_escalation_option
@click.option("--unsafe-no-sandbox", "unsafe", is_flag=True, help="Work where there is no sandbox.")
@command
async def demo(
    shell: Shell,
    named: tuple[str, ...],
    file: Path | None,
    on_escalation: str | None,
    unsafe: bool,
) -> Result:
    """See agents at work on a fresh FastAPI service, gates between them, the result applied.

    NAME is `story` (a feature with a question and a mistake on the way, the default), `logging` (a
    feature), `errors` (a service whose endpoints answer errors each in its own way) or `contract`
    (a contract that somebody extended, and a change that would break it). Works in
    DIR, or in a new temporary folder; it stays for you to look at.

    \b
    Examples:
      pullcord demo
      pullcord demo errors
      pullcord demo -f my-request.md ~/demo
    """
    name, directory = _named(named, "logging" if file else next(iter(DEMOS)))
    shown = DEMOS[name]
    request = (shell.folder / file if file else shown.request).absolute()
    service = _place(shell, directory)
    shell.note(*shown.opening, "")
    if lacking := await make(shell, service, NAME):
        raise lacking
    shell.note(f"✓ {service} is a git repository with its first commit", "")
    shell.directory = service
    if planted := await shown.prepare(service):
        shell.note("Planted, and committed by somebody in a hurry:", *planted, "")
    asked, plan = await planned(shell, Wish(file=request))
    if shown.workflow is not None:
        plan = steps_for(asked, shown.workflow, load_agents())
    orchestrator = await Orchestrator.open(service)
    runtime, script = _runtime(shown)
    run = await orchestrator.start(asked, plan, runtime=runtime, script=script, unsafe=unsafe)
    # Where nobody sits the recommendation is taken, and said, so that the demo comes to its end.
    mode = escalation_mode(shell, on_escalation or (None if shell.asks else "default"))
    status = await watch(shell, orchestrator, run, mode)
    result = await ending(shell, orchestrator, status, last=status.state != "passed")
    if result.exit_code != PASSED:
        return result
    branch = await orchestrator.apply(run)
    shell.data(f"✓ applied: {branch} of {service} is at {short(status.head)}", "")
    if shown.breaking is not None:
        await _pull(shell, orchestrator, shown.breaking, unsafe=unsafe)
    shell.data(*shown.staged, *REAL, "")
    shell.data(f"next: cd {service}", "      git log --stat")
    shell.data("      .venv/bin/poe test", "      pullcord show @last")
    return ended(
        PASSED,
        **result.body,
        directory=str(service),
        branch=branch,
        real=" ".join(REAL),
        planted=list(planted),
        staged=" ".join(shown.staged),
    )


async def _pull(shell: Shell, orchestrator: Orchestrator, request: Path, *, unsafe: bool) -> None:
    """Run a request that must pull the cord; where nobody sits, stop it in its asker's name."""
    asked, plan = await planned(shell, Wish(file=request))
    shell.data(f"Now a request that would break clients: {asked.title}.", "")
    run = await orchestrator.start(asked, plan, unsafe=unsafe)
    status = await watch(shell, orchestrator, run, escalation_mode(shell, None))
    for question in status.open_questions:
        shell.data(*cord(run, question, width=shell.width, command=shell.command), "")
        if not shell.asks:
            shell.data("Nobody sits here and this question has no default: the demo stops the run.")
            await orchestrator.answer(run, question.id, STOP, by="pullcord demo")
    if status.open_questions and not shell.asks:
        status = await orchestrator.drive(run)
    shell.data(f"{run}: {status.why or status.state} Nothing of it was applied.", "")


def _runtime(shown: Demo) -> tuple[str, str]:
    """The runtime of a demo and its script."""
    if shown.slips is None:
        return "blueprint", ""
    return f"rehearsed:{shown.slips.name}", shown.slips.read_text("utf-8")


def _named(arguments: tuple[str, ...], default: str) -> tuple[str, str]:
    """Which demo, and where; the first argument is a demo if one has this name."""
    first, *rest = arguments or ("",)
    name, left = (first, rest) if first in DEMOS else (default, [*arguments])
    if len(left) > 1:
        raise UsageError(
            f"There is no demo {left[0]!r}.", f"Known: {', '.join(DEMOS)}; then a folder."
        )
    return name, next(iter(left), "")


def _place(shell: Shell, directory: str) -> Path:
    if directory:
        return (shell.folder / directory).absolute()
    return Path(tempfile.mkdtemp(prefix="pullcord-demo-")) / NAME
