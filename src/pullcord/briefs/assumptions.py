"""What a summary takes for granted about the work of others."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pullcord.model.summary import Summary
from pullcord.model.text import one_line
from pullcord.model.work import Previous

_MARK = re.compile(r"[*_`]*integration assumptions?[*_`]*\s*[:\u2013-]\s*[*_`]*", re.I)


def assumptions(summary: Summary) -> tuple[str, ...]:
    """Its Assumptions Made, and what is called an integration assumption anywhere else: SPEC.md,
    Context for Parallel Agents."""
    elsewhere = (*summary.details, *summary.handoff)
    marked = (one_line(item) for item in elsewhere)
    found = [one_line(item) for item in summary.assumptions]
    found += [_MARK.sub("", item, count=1) for item in marked if _MARK.match(item)]
    return tuple(dict.fromkeys(filter(None, (_MARK.sub("", item, count=1) for item in found))))


def assumed(previous: Sequence[Previous]) -> tuple[str, ...]:
    """The assumptions of these handoffs, each with its task."""
    return tuple(
        f"{each.task.id} ({one_line(each.task.description)}) assumes: {said}"
        for each in previous
        for said in assumptions(each.summary)
    )
