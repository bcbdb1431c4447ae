"""Which tasks a text names: `Task 1`, `Tasks 3-6`, `2a and 9b`."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ID = r"(?<![\w.-])(?=[\w.-]*\d)[A-Za-z]{0,4}-?\d+(?:[.-]\d+)*[A-Za-z]?\b"
_JOIN = r"[ \t]*(?:,[ \t]*and|,|and|&|/|to|through|–|—|-)[ \t]*(?:tasks?[ \t]+)?"
_MENTION = re.compile(rf"\btasks?[ \t]+(?P<ids>#?{_ID}(?:{_JOIN}#?{_ID})*)", re.IGNORECASE)
_BARE = re.compile(rf"(?:{_ID}|[\s,;&/–—-]|and|to)+", re.IGNORECASE)
_RANGE = re.compile(
    r"(?P<first>\d{1,9})[ \t]*(?:–|—|-|to|through)[ \t]*(?:tasks?[ \t]+)?(?P<last>\d{1,9})\b", re.I
)
_ELSEWHERE = re.compile(r"\bsprint[ \t]+\d+[ \t,:–—-]*$", re.IGNORECASE)


def mentioned(text: str, known: Sequence[str], own: str = "") -> tuple[str, ...]:
    """The ids of the tasks that a text names, without `own`, in the order of their naming.

    Ranges are written out by the `known` ids: with 3, 4a and 4b known, `Tasks 3-4` is all three.
    Tasks of another sprint (`Sprint 3 Task 2`) are not ours.
    """
    spelled = {id.lower(): id for id in known}
    passages = [
        m["ids"] for m in _MENTION.finditer(text) if not _ELSEWHERE.search(text[: m.start()])
    ]
    if not passages and _BARE.fullmatch(text.strip()):
        passages = [text]
    found: dict[str, None] = {}
    for passage in passages:
        for span in _RANGE.finditer(passage):
            within = [id for id in known if _within(id, int(span["first"]), int(span["last"]))]
            if within and span[0].replace(" ", "").lower() not in spelled:  # 1-2 may be an id
                found |= dict.fromkeys(within)
                passage = passage.replace(span[0], " ")
        ids = (match[0] for match in re.finditer(_ID, passage))
        found |= {spelled.get(id.lower(), id): None for id in ids}
    return tuple(id for id in found if id.lower() != own.lower())


def _within(id: str, low: int, high: int) -> bool:
    number = re.match(r"\d{1,9}", id)
    return number is not None and low <= int(number[0]) <= high
