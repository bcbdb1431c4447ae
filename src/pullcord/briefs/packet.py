"""The reviewer's packet: receipts, criteria and the change, cut fairly to a fixed size."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from pullcord.model.quality import Receipt
from pullcord.model.text import cut, one_line

LIMIT = 36_000
_ROOM_FOR_LISTS = 6_000
_FENCE = "~~~~~~"


def packet(
    diff: str,
    receipts: Sequence[Receipt],
    criteria: Sequence[str],
    assumed: Sequence[str] = (),
) -> str:
    """What a reviewer judges, at most LIMIT characters. No changed file is left unnamed: a long
    diff is cut within its files, the largest first. `assumed`: see assumptions.assumed."""
    files = _files(diff)
    gates = [
        f"- {r.verdict.gate}: {r.verdict.outcome}"
        + (f", {one_line(r.verdict.detail)}" if r.verdict.detail else "")
        for r in receipts
    ]
    names = [f"- {_name(text)} +{_count(text, '+')} -{_count(text, '-')}" for text in files]
    lists = [
        _listed("Receipts of the gates (measured, not claimed)", gates),
        _listed("To be judged: met, unmet or unknown", [f"- {one_line(c)}" for c in criteria]),
        _listed("Assumptions of parallel tasks, to be checked", [f"- {each}" for each in assumed]),
        _listed("Changed files", names),
    ]
    head = "\n\n".join(part for part in lists if part)
    room = LIMIT - len(head) - 100
    body = "".join(_fair(files, room))
    shown = f"The change:\n{_FENCE}diff\n{body.rstrip()}\n{_FENCE}" if body else "Nothing changed."
    return cut(f"{head}\n\n{shown}".strip(), LIMIT)


def only(diff: str, paths: Collection[str]) -> str:
    """The parts of a diff that are about these paths."""
    return "".join(part for part in _files(diff) if _name(part) in paths)


def _listed(title: str, lines: Sequence[str]) -> str:
    return cut(f"{title}:\n" + "\n".join(lines), _ROOM_FOR_LISTS) if lines else ""


def _files(diff: str) -> list[str]:
    return [part for part in re.split(r"^(?=diff --git )", diff, flags=re.M) if part.strip()]


def _name(text: str) -> str:
    first = text.split("\n", 1)[0]
    return one_line(first.rsplit(" b/", 1)[-1].removeprefix("diff --git "))


def _count(text: str, sign: str) -> int:
    lines = text.split("\n@@", 1)[-1].split("\n") if "\n@@" in text else []
    return sum(line.startswith(sign) for line in lines)


def _fair(files: Sequence[str], room: int) -> list[str]:
    """The files, small ones whole; what they leave is shared among the larger ones."""
    shares: dict[int, int] = {}
    left, waiting = max(room, 0), sorted(range(len(files)), key=lambda i: len(files[i]))
    while waiting:
        index = waiting.pop(0)
        shares[index] = min(len(files[index]), left // (len(waiting) + 1))
        left -= shares[index]
    return [_cut_file(text, shares[index]) for index, text in enumerate(files)]


def _cut_file(text: str, share: int) -> str:
    shown = cut(text, share)
    return shown if shown.endswith("\n") or not shown else shown + "\n"
