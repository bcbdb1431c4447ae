"""A plan before it runs: pure."""

from __future__ import annotations

import textwrap

from pullcord.cli.render import plural
from pullcord.model.request import Request
from pullcord.model.task import Plan
from pullcord.model.text import one_line


def plan(request: Request, planned: Plan, *, width: int = 0) -> list[str]:
    """Who does what, after whom, why, and what happens on failure; of several chains each under
    its request, and what is the same for all of them once."""
    count = plural(len(planned.tasks), "task")
    lines = [f"Plan  {one_line(request.title)}  ({planned.pattern}, {count})"]
    chain, told = "", set[tuple[str, str]]()
    for number, task in enumerate(planned.tasks, 1):
        if task.chain != chain:
            chain = task.chain
            lines += ["", *_chain(planned.chains[chain])] if chain in planned.chains else []
        optional = "  (optional)" if task.optional else ""
        after = f"  after {', '.join(task.after)}" if task.after else ""
        lines.append(f"{number:>3}  {task.id}  {task.subagent_type}{optional}{after}")
        lines += _paragraph(one_line(task.description), width)
        if (task.reason, task.recovery) not in told:
            lines += _paragraph(f"why: {one_line(task.reason)}", width)
            lines += _paragraph(f"if it fails: {one_line(task.recovery)}", width)
        if planned.chains:
            told.add((task.reason, task.recovery))
    if request.criteria and not planned.chains:
        lines += ["", "Acceptance criteria:", *(f"  - {text}" for text in request.criteria)]
    lines += ["", *(f"! {note}" for note in planned.notes)] if planned.notes else []
    return [*lines, "", "Nothing was started."]


def _chain(request: Request) -> list[str]:
    return [one_line(request.title), *(f"  - {one_line(text)}" for text in request.criteria)]


def _paragraph(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width or 100, initial_indent=" " * 5, subsequent_indent=" " * 7)
