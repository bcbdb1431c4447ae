"""What one line of a sprint document is: a heading, a list item, a named field, or prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Status = Literal["todo", "in progress", "done"]

_HEADING = re.compile(r"^ {0,3}(?P<level>#{1,6})[ \t]+(?P<text>.*?)[ \t]*#*[ \t]*$")
_ITEM = re.compile(
    r"^(?P<indent>[ \t]*)(?P<marker>[*+-]|\d{1,4}[.)])[ \t]+"
    r"(?:\[(?P<box>[ xX~/])\][ \t]+)?(?P<text>.*)$"
)
_FENCE = re.compile(r"^[ \t]*(```+|~~~+)")
_RULE = re.compile(r"^ {0,3}([-*_])[ \t]*(\1[ \t]*){2,}$")
_DONE_SIGNS = "✅☑✔✓"
_BUSY_SIGNS = "🔄🚧"
_ANY_SIGN = f"[{_DONE_SIGNS}{_BUSY_SIGNS}⏳📋🔲⬜🔴🟡🟢]\ufe0f?"
_SIGNS = re.compile(rf"^(?:{_ANY_SIGN}[ \t]*)+")
LEADING_SIGN = re.compile(
    r"^(?P<head>[ \t]*(?:#+|[*+-]|\d+[.)])[ \t]+(?:\[[ xX~/]\][ \t]+)?(?:\*\*|__)?)"
    rf"(?P<sign>{_ANY_SIGN})"
)
_TASK = re.compile(
    r"^task[ \t]+#?(?P<id>(?=[\w.-]*\d)[A-Z0-9]+(?:[.-][A-Z0-9]+)*|[A-Z])"
    r"[ \t]*(?::|\.(?=[ \t])|[ \t]-|[ \t]?[–—])[ \t]*(?P<title>\S.*)$",
    re.IGNORECASE | re.ASCII,
)
_DONE = re.compile(r"^(completed?|done|finished|closed)\b", re.IGNORECASE)
_BUSY = re.compile(r"^(in[ -]progress|wip|doing|started|ongoing)\b", re.IGNORECASE)
_TODO = re.compile(
    r"^(to[ -]?do|not[ -]started|open|planned|ready|pending|backlog|blocked)\b", re.I
)
_MEANINGS: tuple[tuple[re.Pattern[str], Status], ...] = (
    (_DONE, "done"),
    (_BUSY, "in progress"),
    (_TODO, "todo"),
)
SUFFIX = re.compile(r"[ \t]*[(\[](?P<text>[^()\[\]]*)[)\]][ \t]*$")


class SprintUnreadable(ValueError):
    """The document cannot be understood well enough to be edited; the text says where and why."""


FIELDS = {
    "description": "description",
    "user story": "user story",
    "dependencies": "dependencies",
    "depends on": "dependencies",
    "current status": "status",
    "status": "status",
    "acceptance criteria": "criteria",
    "ac": "criteria",
    "assigned to": "assigned",
    "assigned": "assigned",
    "assignee": "assigned",
    "completed": "completed",
    "completion date": "completed",
    "estimated effort": "effort",
    "effort": "effort",
    "non-goals": "non-goals",
    "breakdown": "breakdown",
    "outcomes": "outcomes",
    "notes": "notes",
    "constraints": "constraints",
    "request": "request",
    "feature request": "request",
}
"""The names that fields have in the wild, and what we call them."""

_NAMES = "|".join(re.escape(name) for name in sorted(FIELDS, key=len, reverse=True))
_FIELD = re.compile(
    rf"^(?P<head>(?:\*\*|__)?(?P<name>{_NAMES})(?P<tail>(?:\*\*|__)?[ \t]*:(?:\*\*|__)?))"
    r"(?P<value>(?:[ \t].*)?)$",
    re.IGNORECASE,
)
_BARE_FIELD = re.compile(rf"^(\*\*|__)(?P<name>{_NAMES})\1[ \t]*$", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """One line. `number` counts from 1; `indent` is in columns, -1 for a heading; `text` has no
    marker, checkbox or line end. `box` is the checkbox's character, empty when there is none."""

    number: int
    raw: str
    kind: Literal["blank", "heading", "item", "prose", "rule", "opaque"]
    text: str = ""
    indent: int = 0
    level: int = 0
    marker: str = ""
    box: str = ""

    @property
    def field(self) -> tuple[str, str] | None:
        """(our name, value) when the line is a field of a task."""
        if self.kind == "heading":
            name = FIELDS.get(plain(self.text).rstrip(":").lower())
            return (name, "") if name else None
        if bare := _BARE_FIELD.match(self.text):
            return FIELDS[bare["name"].lower()], ""
        match = _FIELD.match(self.text)
        return (FIELDS[match["name"].lower()], match["value"].strip()) if match else None

    @property
    def titles(self) -> bool:
        """Whether a field is written as a title, without a colon: its value stands below."""
        return self.kind == "heading" or _BARE_FIELD.match(self.text) is not None

    @property
    def task(self) -> tuple[str, str] | None:
        """(id, title with any status behind it) when the line opens a task."""
        if self.kind not in ("heading", "item"):
            return None
        match = _TASK.match(plain(self.text))
        return (match["id"], match["title"].strip()) if match else None

    @property
    def odd(self) -> bool:
        """Whether the line opens a task but for what stands before it, such as `[-]` or `~~`."""
        if self.kind not in ("heading", "item") or self.task:
            return False
        return _TASK.match(re.sub(r"^[\W_]+", "", plain(self.text))) is not None


def split(text: str) -> list[str]:
    """The lines with their ends; joined again they are the text, byte for byte."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def lines(text: str) -> list[Line]:
    """Every line with what it is. Fenced code and HTML comments are opaque: not read."""
    return list(_classify(text))


def plain(text: str) -> str:
    """The text without bold markers and leading signs."""
    text = text.strip().replace("**", "").replace("__", "").strip()
    return _SIGNS.sub("", text).strip()


def sign(text: str) -> Status | None:
    """What a leading check mark or sign says."""
    head = _SIGNS.match(text.strip().replace("**", "").strip())
    if head is None:
        return None
    if any(mark in head[0] for mark in _DONE_SIGNS):
        return "done"
    return "in progress" if any(mark in head[0] for mark in _BUSY_SIGNS) else None


def status(text: str) -> Status | None:
    """What a status text says; None when it says none of the three."""
    words = plain(text)
    return next((meaning for pattern, meaning in _MEANINGS if pattern.match(words)), sign(text))


def _classify(text: str) -> Iterator[Line]:
    fence, comment, opened_in = "", False, 0
    for number, raw in enumerate(split(text), 1):
        body = raw.rstrip("\r\n")
        mark = _FENCE.match(body)
        if not (fence or comment or mark or "<!--" in body):
            yield _line(number, raw, body)
            continue
        yield Line(number, raw, "opaque", indent=_columns(body))
        if not (fence or comment):
            opened_in = number
        if fence:
            if mark and mark[1].startswith(fence) and not body.strip().strip(fence[0]):
                fence = ""
        elif mark and not comment:
            fence = mark[1]
        else:
            comment = "-->" not in body.rpartition("<!--")[2]
    if fence or comment:
        what = "code fence" if fence else "comment"
        raise SprintUnreadable(f"the {what} opened in line {opened_in} is never closed")


def _line(number: int, raw: str, body: str) -> Line:
    if not body.strip():
        return Line(number, raw, "blank")
    if _RULE.match(body):
        return Line(number, raw, "rule")
    if heading := _HEADING.match(body):
        return Line(number, raw, "heading", heading["text"], -1, len(heading["level"]))
    if item := _ITEM.match(body):
        return Line(
            number,
            raw,
            "item",
            item["text"],
            _columns(item["indent"]),
            marker=item["marker"],
            box=item["box"] or "",
        )
    return Line(number, raw, "prose", body.strip(), _columns(body))


def _columns(body: str) -> int:
    head = body[: len(body) - len(body.lstrip(" \t"))]
    return len(head.expandtabs(4))
