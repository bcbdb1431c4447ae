"""Runs and where they stand: pure."""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.cli.render import MARKS, columns, fit, local, short, wrapped
from pullcord.line.budget import told_of
from pullcord.line.state import Status, TaskState
from pullcord.model.text import one_line

FIRST_RUN = (
    "No run yet.",
    "next: pullcord run -f request.md",
    "      pullcord demo",
)
_SHOWN = 20


def run_list(runs: Sequence[Status], *, width: int = 0) -> list[str]:
    """One line per run, as they come."""
    if not runs:
        return list(FIRST_RUN)
    rows = [
        (MARKS[s.state], s.run, _state(s), _done(s), local(s.started_at), one_line(s.title))
        for s in runs
    ]
    return columns(rows, width=width)


def _state(status: Status) -> str:
    if status.state == "waiting":
        return "waiting for you"
    return f"{status.state}, applied" if status.applied_to else status.state


def _done(status: Status) -> str:
    done = sum(task.state in ("passed", "skipped") for task in status.tasks)
    return f"{done}/{len(status.tasks)}"


def goes_on(status: Status) -> str:
    """The first line of a drive that is not the run's first."""
    word = {"running": "is followed"}.get(status.state, "goes on")
    if status.state in ("passed", "failed", "cancelled"):
        word = "has ended"
    return f"Run {status.run}  {one_line(status.title)}  {word} ({_done(status)} tasks done)"


def run_page(status: Status, *, width: int = 0) -> list[str]:
    """Everything about one run on a page."""
    branch = status.branch or "a detached head"
    lines = [
        f"{MARKS[status.state]} {status.run}  {_state(status)}   {fit(one_line(status.title), 60)}",
        f"  {status.pattern}, runtime {status.runtime}, started {local(status.started_at)} "
        f"from {branch} at {short(status.base)}",
    ]
    if status.forked_from:
        lines.append(f"  forked from {status.forked_from}")
    if status.head != status.base:
        lines.append(f"  result so far: {short(status.head)}")
    if cost := told_of(status.cost, status.budget):
        lines.append(f"  cost so far: {cost}")
    if status.unsafe:
        lines.append("  ! without a sandbox (--unsafe-no-sandbox)")
    lines += [f"  ! waived {key}: {one_line(said)}" for key, said in status.waivers.items()]
    if status.applied_to:
        lines.append(f"  applied to {status.applied_to}")
    return [*wrapped(lines, width), "", *_tasks(status, width)]


def _tasks(status: Status, width: int) -> list[str]:
    tasks = status.tasks
    words = {t.id: _word(t, status) for t in tasks}
    rows = [
        (f"  {MARKS[words[t.id]]}", t.id, t.agent, words[t.id], _round(t), short(t.commit),
         one_line(t.description))
        for t in tasks
    ]  # fmt: skip
    lines: list[str] = []
    for task, line in zip(tasks, columns(rows, width=width), strict=True):
        lines.append(line)
        if task.closed and task.state not in ("passed", "skipped"):
            lines += [f"      {one_line(said)}" for said in task.closed[:_SHOWN]]
    return lines


def _word(task: TaskState, status: Status) -> str:
    """A task that nobody works on any more is not running."""
    return status.state if (task.state, status.state) == ("running", "interrupted") else task.state


def _round(task: TaskState) -> str:
    return f"round {task.round}" if task.round > 1 else ""


def next_commands(status: Status) -> list[str]:
    """What a person may want to do with this run now."""
    run = status.run
    if status.state == "passed":
        return [f"pullcord diff {run}", *([] if status.applied_to else [f"pullcord apply {run}"])]
    if status.state == "waiting":
        return [f"pullcord inbox {run}"]
    if status.state == "interrupted":
        return [f"pullcord resume {run}"]
    if status.state in ("failed", "cancelled"):
        stopped = next((t.id for t in status.tasks if t.state == "failed"), "")
        again = [f"pullcord retry {run}/{stopped}"] if stopped else []
        return [*again, f"pullcord log {run}", f"pullcord diff {run}"]
    asked = [f"pullcord inbox {run}"] if status.open_questions else []
    return [*asked, f"pullcord log {run} --follow"]
