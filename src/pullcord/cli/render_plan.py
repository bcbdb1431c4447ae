"""A plan before it runs: pure."""

from __future__ import annotations

import textwrap

from pullcord.cli.render import plural
from pullcord.model.request import Request
from pullcord.model.task import Plan
from pullcord.model.text import one_line


def plan(request: Request, planned: Plan, *, width: int = 0) -> list[str]:
    """Who does what, after whom, why, and what happens on failure."""
    count = plural(len(planned.tasks), "task")
    lines = [f"Plan  {one_line(request.title)}  ({planned.pattern}, {count})"]
    for number, task in enumerate(planned.tasks, 1):
        optional = "  (optional)" if task.optional else ""
        after = f"  after {', '.join(task.after)}" if task.after else ""
        lines.append(f"{number:>3}  {task.id}  {task.subagent_type}{optional}{after}")
        lines += _paragraph(one_line(task.description), width)
        if task.writes:
            lines += _paragraph(f"writes only: {', '.join(task.writes)}", width)
        lines += _paragraph(f"why: {one_line(task.reason)}", width)
        lines += _paragraph(f"if it fails: {one_line(task.recovery)}", width)
    if request.criteria:
        lines += ["", "Acceptance criteria:", *(f"  - {text}" for text in request.criteria)]
    lines += [f"! {note}" for note in planned.notes]
    return [*lines, "", "Nothing was started."]


def _paragraph(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width or 100, initial_indent=" " * 5, subsequent_indent=" " * 7)
