"""What stands at the end of a drive: the final summary, or what is asked, and the exit code."""

from __future__ import annotations

from pullcord.app import Orchestrator
from pullcord.briefs.reports import final
from pullcord.cli.render import ended_as, wrapped
from pullcord.cli.render_cord import cord
from pullcord.cli.render_status import next_commands
from pullcord.cli.result import Result, ended
from pullcord.cli.shell import Shell, json_of
from pullcord.line.state import Status

PASSED, FAILED, WAITING, BUDGET, UNAVAILABLE = 0, 1, 3, 4, 5


def exit_code(status: Status) -> int:
    """The exit code of a drive that ended with this status."""
    if status.state == "passed":
        return PASSED
    kinds = {question.escalation.kind for question in status.open_questions}
    if "budget" in kinds:
        return BUDGET
    if "unavailable" in kinds:
        return UNAVAILABLE
    return WAITING if kinds else FAILED


async def ending(
    shell: Shell, orchestrator: Orchestrator, status: Status, *, last: bool = True
) -> Result:
    """Show how a drive ended and, when nothing more follows (`last`), what can be done now."""
    view = await orchestrator.view(status.run)
    summary = final(view)
    if status.state == "passed":
        shell.data("", *wrapped(summary.rstrip("\n").split("\n"), shell.width))
    for question in status.open_questions:
        shell.data("", *cord(status.run, question, width=shell.width, command=shell.command))
    if status.state in ("failed", "cancelled"):
        shell.data("", f"✗ {status.run} {ended_as(status.state, status.why or 'see its log')}")
    shell.data("")
    if last:
        shell.next(*next_commands(status))
    code = exit_code(status)
    return ended(code, status=json_of(status), summary=summary)
