"""An open question as a person reads it: pure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from pullcord.line.ask import Question
from pullcord.model.text import one_line

_SHOWN = 5
WIDTH = 100
"""Columns of a paragraph where there is no terminal."""
TITLES = {
    "security": "SECURITY ALERT",
    "data": "DATA RISK",
    "architecture": "ARCHITECTURE CONFLICT",
    "clarification": "DESIGN AMBIGUITY",
    "debt": "TECHNICAL DEBT",
    "rounds": "ROUNDS SPENT",
    "budget": "BUDGET SPENT",
    "quota": "QUOTA REACHED",
    "conflict": "MERGE CONFLICT",
    "approval": "APPROVAL NEEDED",
    "unavailable": "SOMETHING IS MISSING",
}


def cord(
    run: str, question: Question, *, width: int = 0, command: str = "pullcord", whole: bool = False
) -> list[str]:
    """The block that says: the line stands still, why, what can be answered, and how. `command` is
    how a command line for this repository begins; `whole` shows evidence of any length."""
    escalation = question.escalation
    head = (
        f"!! CORD PULLED  {question.id}  {TITLES[escalation.kind]}   run {run} is paused, "
        "nothing is lost"
    )
    lines = [*_paragraph(head, width, first=""), *_paragraph(escalation.description, width)]
    for name, text in escalation.fields.items():
        lines += _paragraph(f"{name}: {text}", width)
    told = escalation.evidence if whole else escalation.evidence[:_SHOWN]
    for item in told:
        lines += _paragraph(one_line(item), width, first="   - ")
    if left := len(escalation.evidence) - len(told):
        lines.append(f"   - … and {left} more: {command} inbox {run}/{question.id}")
    lines += _options(escalation.options, escalation.recommendation, width)
    lines.append(f"   Answer: {command} {answer_words(run, question)}")
    if question.halts:
        lines.append("   Only a person can answer this one; it has no default.")
    return lines


def answer_words(run: str, question: Question) -> str:
    """The words after `pullcord` that give the recommended, or the first, answer."""
    options = question.escalation.options
    recommended = question.escalation.recommendation
    choice = str(options.index(recommended) + 1) if recommended in options else "1"
    return f"answer {run}/{question.id} {choice if options else 'TEXT'}"


def inbox(
    waiting: Sequence[tuple[str, str, Question]],
    *,
    width: int = 0,
    command: str = "pullcord",
    whole: bool = False,
) -> list[str]:
    """Open questions as (run, the run's title, question), the oldest first; see `cord`."""
    if not waiting:
        return ["Nothing waits for you."]
    lines: list[str] = []
    for run, title, question in waiting:
        lines += [
            "",
            *cord(run, question, width=width, command=command, whole=whole),
            f"   Run: {one_line(title)}",
        ]
    return lines[1:]


def _options(options: Sequence[str], recommended: str, width: int) -> list[str]:
    lines: list[str] = []
    for number, option in enumerate(options, 1):
        first, *more = option.strip().split("\n", 1)
        note = " (recommended)" if option == recommended else ""
        text = "\n".join([first + note, *more])
        lines += _paragraph(text, width, first=f"     {number}  ", rest=" " * 8)
    if recommended and recommended not in options:
        lines += _paragraph(f"Recommendation: {recommended}", width)
    return lines


def _paragraph(text: str, width: int, first: str = "   ", rest: str = "     ") -> list[str]:
    """Lines of the text; its own line breaks stay, as a proposal may be a block of YAML."""
    lines: list[str] = []
    for number, part in enumerate(text.strip().splitlines() or [""]):
        indent = first if number == 0 else rest
        kept = len(part) - len(part.lstrip())
        lines += textwrap.wrap(
            part.strip(), width or WIDTH, initial_indent=indent + " " * kept,
            subsequent_indent=rest + " " * kept, break_on_hyphens=False,
        ) or [""]  # fmt: skip
    return lines
