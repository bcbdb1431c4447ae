"""What kills did, as a table: pure."""

from __future__ import annotations

from collections.abc import Mapping

from pullcord.chaos.trial import Toll

_COLUMNS = {
    "pattern": "",
    "kills": "",
    "resumed": "",
    "lost": "facts or work",
    "repeated": "agents called again after their work was published",
    "skipped": "handoffs without proof of their gates",
    "orphans": "processes left alive",
    "different": "other differences from a run that nobody disturbed",
}
"""Column to what it counts, where that needs to be said."""


def table(tolls: Mapping[str, Toll]) -> list[str]:
    """A line for each pattern, one for the sum, and what the columns count."""
    every = sum(tolls.values(), Toll())
    rows = [tuple(_COLUMNS)] + [_row(name, toll) for name, toll in (*tolls.items(), ("all", every))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join([name.ljust(widths[0]), *map(str.rjust, cells, widths[1:])])
        for name, *cells in rows
    ]
    return [*lines, "", *(f"{name}: {said}" for name, said in _COLUMNS.items() if said)]


def wrong(toll: Toll) -> list[str]:
    """Everything that should not be, a line each."""
    found = toll.model_dump(exclude={"kills", "resumed", "seed"})
    lines = [f"{name}: {what}" for name, whats in found.items() for what in whats]
    return [f"{toll.seed}  {line}".strip() for line in lines]


def _row(name: str, toll: Toll) -> tuple[str, ...]:
    counts = (getattr(toll, column) for column in list(_COLUMNS)[1:])
    return name, *(str(count if isinstance(count, int) else len(count)) for count in counts)
