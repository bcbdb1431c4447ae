"""How measurements are printed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A measurement beside the one it is compared with, both in `unit`.

    `aim` is what the project wants, in words; it is printed, never enforced.
    """

    what: str
    value: float
    unit: str
    than: str
    other: float
    aim: str = ""

    def cells(self) -> tuple[str, ...]:
        ratio = self.value / self.other if self.other else math.inf
        return (
            self.what, f"{self.value:,.4g} {self.unit}", f"{ratio:.2f} x",
            f"{self.than} ({self.other:,.4g} {self.unit})", f"aim {self.aim}" * bool(self.aim),
        )  # fmt: skip


def show(rows: Sequence[Row]) -> None:
    cells = [row.cells() for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(5)]
    for line in cells:
        print("  " + "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip())
