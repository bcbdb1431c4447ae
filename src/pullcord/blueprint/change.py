"""What changed in a run, as the reviewer's packet tells it: files, lines, receipts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pullcord.blueprint.house import CONTRACTS
from pullcord.model.work import Brief, Previous

_CONTRACT = re.compile(rf"{CONTRACTS}/[a-z0-9-]+\.openapi\.json")
_NAMED = re.compile(r"^- (?P<path>.+) \+\d+ -\d+$", re.M)
_RECEIPT = re.compile(r"^- (?P<gate>[a-z]+): (?P<outcome>[a-z-]+)", re.M)
_HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+(?P<start>\d+)(?:,\d+)? @@")
_CUT = "… (cut: "


@dataclass(frozen=True)
class Changed:
    """The changed files of a run and its receipts.

    `lines` maps a path to its added lines, from 1; None stands for all of them, where the packet
    does not show the whole diff of the file. `gates` maps a gate to its outcome. `elsewhere` are
    the contracts of other chains of the run, which may have to wait for their implementation.
    """

    lines: dict[str, frozenset[int] | None] = field(default_factory=dict)
    gates: dict[str, str] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()

    def touches(self, path: str, line: int) -> bool:
        """Whether this line is new or changed; line 0 stands for the file."""
        if path not in self.lines:
            return False
        lines = self.lines[path]
        return lines is None or line == 0 or line in lines


def of(brief: Brief) -> Changed:
    """What changed for the task of a reviewer's brief."""
    own, others = _contracts(brief.own), _contracts(brief.previous)
    return replace(read(brief.packet), elsewhere=others - own)


def _contracts(previous: Sequence[Previous]) -> frozenset[str]:
    told = (text for each in previous for text in each.summary.details)
    return frozenset(path for text in told for path in _CONTRACT.findall(text))


def read(packet: str) -> Changed:
    """Understand a packet; what cannot be read counts as changed."""
    head, _, diff = packet.partition("The change:\n")
    _, _, listed = head.partition("Changed files:\n")
    receipts, _, _ = head.partition("Changed files:\n")
    lines: dict[str, frozenset[int] | None] = {
        match["path"]: None for match in _NAMED.finditer(listed)
    }
    for part in re.split(r"^(?=diff --git )", diff, flags=re.M)[1:]:
        path = part.split("\n", 1)[0].rsplit(" b/", 1)[-1]
        lines[path] = None if _CUT in part else _added(part)
    gates = {match["gate"]: match["outcome"] for match in _RECEIPT.finditer(receipts)}
    return Changed(lines, gates)


def _added(part: str) -> frozenset[int]:
    found, number = set(), 0
    for line in part.split("\n"):
        if hunk := _HUNK.match(line):
            number = int(hunk["start"])
        elif number and line.startswith("+"):
            found.add(number)
            number += 1
        elif number and not line.startswith(("-", "\\")):
            number += 1
    return frozenset(found)
