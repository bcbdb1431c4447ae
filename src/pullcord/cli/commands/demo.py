"""`pullcord demo`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from pullcord.app import Orchestrator
from pullcord.cli.command import command
from pullcord.cli.commands.new import make
from pullcord.cli.ending import PASSED, ending
from pullcord.cli.options import on_escalation_option
from pullcord.cli.planning import Wish, planned
from pullcord.cli.render import short
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell
from pullcord.cli.watch import escalation_mode, watch

REQUEST = Path(__file__).parents[2] / "templates" / "requests" / "log-workouts.md"
NAME = "workout-tracker"
OPENING = (
    "Demo: offline agents build a feature on a fresh FastAPI service.",
    "No model, no key, no network, no cost.",
)
REAL = (
    "Real here: the service, the git clones and commits, the sandbox, and every",
    "gate: ruff, mypy, pytest with coverage, OpenAPI. The agents are pullcord's own",
    "offline programs: no model, no key, no network, no cost.",
)


@click.command()
@click.argument("directory", required=False, type=Path, metavar="[DIR]")
@click.option("-f", "--file", type=Path, metavar="REQUEST.md", help="Your request, not ours.")
@on_escalation_option
@click.option("--unsafe-no-sandbox", "unsafe", is_flag=True, help="Work where there is no sandbox.")
@command
async def demo(
    shell: Shell,
    directory: Path | None,
    file: Path | None,
    on_escalation: str | None,
    unsafe: bool,
) -> Result:
    """See a feature built: a fresh FastAPI service, six agents' steps, gates between them, applied.

    Works in DIR, or in a new temporary folder, which stays for you to look at.

    \b
    Examples:
      pullcord demo
      pullcord demo -f my-request.md ~/demo
    """
    request = (shell.folder / file if file else REQUEST).absolute()
    service = _place(shell, directory)
    shell.note(*OPENING, "")
    if lacking := await make(shell, service, NAME):
        raise lacking
    shell.note(f"✓ {service} is a git repository with its first commit", "")
    shell.directory = service
    asked, plan = await planned(shell, Wish(file=request))
    orchestrator = await Orchestrator.open(service)
    run = await orchestrator.start(asked, plan, unsafe=unsafe)
    mode = escalation_mode(shell, on_escalation)
    status = await watch(shell, orchestrator, run, mode)
    result = await ending(shell, orchestrator, status, last=status.state != "passed")
    if result.exit_code != PASSED:
        return result
    branch = await orchestrator.apply(run)
    shell.data(f"✓ applied: {branch} of {service} is at {short(status.head)}", "", *REAL, "")
    shell.data(f"next: cd {service}", "      git log --stat")
    shell.data("      .venv/bin/poe test", "      pullcord show @last")
    return ended(PASSED, **result.body, directory=str(service), branch=branch, real=" ".join(REAL))


def _place(shell: Shell, directory: Path | None) -> Path:
    if directory is not None:
        return (shell.folder / directory).absolute()
    return Path(tempfile.mkdtemp(prefix="pullcord-demo-")) / NAME
