"""The smallest edits of a sprint document: a line changed or added, every other byte as it was.

Every edit may be made twice; the second time changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import pairwise

from pullcord.sprints.read import Sprint, SprintTask, bare_title, block_of, fields, is_dated, read
from pullcord.sprints.shape import (
    LEADING_SIGN,
    SUFFIX,
    Line,
    SprintUnreadable,
    Status,
    lines,
    split,
    status,
)

_WORDS: dict[Status, str] = {"todo": "TODO", "in progress": "IN PROGRESS", "done": "COMPLETED"}
_SIGNS: dict[Status, str] = {"todo": "⏳", "in progress": "🔄", "done": "✅"}
_PROGRESS = re.compile(
    r"(?P<head>\bprogress\b[^\d\n]{0,20})"
    r"(?P<done>\d{1,6})(?P<of>[ \t]*(?:of|/)[ \t]*)(?P<all>\d{1,6})",
    re.IGNORECASE | re.ASCII,
)
_CLOSE = re.compile(r"(?P<close>[ \t]*(?:\*\*|__)?[ \t]*#*[ \t]*)$")


def mark_in_progress(text: str, id: str) -> str:
    """The document with the task in progress. A task that is done already stays so."""
    sprint = read(text)
    if sprint.task(id).status == "done":
        return text
    return _set_status(text, sprint, id, "in progress", "")


def mark_complete(
    text: str, id: str, on: date, outcomes: Sequence[str] = (), met: Collection[str] = ()
) -> str:
    """The document with the task done: checkbox, status, Completed date, notes on outcomes.

    `met` are acceptance criteria in the document's words; their checkboxes are ticked.
    """
    sprint = read(text)
    text = _set_status(text, sprint, id, "done", on.isoformat())
    criteria = read(text).task(id).criteria
    ticked = {c.line for c in criteria if c.done is False and c.text in met}
    text = _replace(text, {number: _tick for number in ticked})
    part = fields(block_of(text, id)).get("completed")
    if part is None:
        text = _append(text, id, [_Entry("Completed", on.isoformat())])
    elif not is_dated(part):
        text = _set_value(text, part, on.isoformat())
    return _counted(sprint, _list(text, id, "outcomes", "Outcomes", outcomes))


def add_breakdown(text: str, id: str, steps: Sequence[str]) -> str:
    """The document with the steps listed under the task; steps that stand there are left alone."""
    read(text).task(id)
    return _list(text, id, "breakdown", "Breakdown", steps)


def add_task(text: str, title: str, description: str, criteria: Sequence[str]) -> tuple[str, str]:
    """The document with one more task behind the last open one, and its id.

    A task of that title is not added again.
    """
    sprint, title = read(text), bare_title(_clean(title).rstrip("# "))
    if not title:
        raise SprintUnreadable("a new task needs a title")
    for task in sprint.tasks:
        if task.title.lower() == title.lower():
            return text, task.id
    numbers = [int(found[0]) for task in sprint.tasks if (found := re.match(r"\d{1,9}", task.id))]
    id = str(max(numbers, default=0) + 1)
    last = _last_open(sprint)
    style = _style(text, last.id)
    first = block_of(text, last.id)[0]
    sample = first.raw.strip()
    bold = "**" if "**" in sample else ""
    if first.kind == "heading":
        head = f"{'#' * first.level} {bold}Task {id}: {title}{bold}"
    else:
        box = "[ ] " if first.box else ""
        indent = first.raw[: len(first.raw) - len(first.raw.lstrip())]
        head = f"{indent}{_next(first.marker)} {box}{bold}Task {id}: {title}{bold}"
    entries = [
        _Entry("Description", description),
        _Entry("Acceptance Criteria", "", tuple(criteria)),
        _Entry("Current Status", _WORDS["todo"]),
    ]
    body = [row for entry in entries for row in style.lines(entry)]
    gap = [""] if first.kind == "heading" or _apart(text, sprint) else []
    gap_below = [""] if first.kind == "heading" else []
    text = _insert(text, last.end, [*gap, head, *gap_below, *body])
    return _counted(sprint, text), id


def _counted(before: Sprint, text: str) -> str:
    """A line such as `**Progress:** 1 of 3 tasks` brought up to date, if it was right before."""
    after = read(text)
    first = min(task.line for task in after.tasks)
    old, new = (
        (sum(task.status == "done" for task in sprint.tasks), len(sprint.tasks))
        for sprint in (before, after)
    )
    edits = {}
    for line in lines(text)[: first - 1]:
        match = _PROGRESS.search(line.raw)
        if match and line.kind != "opaque" and (int(match["done"]), int(match["all"])) == old:
            counted = f"{match['head']}{new[0]}{match['of']}{new[1]}"
            edits[line.number] = partial(_PROGRESS.sub, lambda _, counted=counted: counted)
    return _replace(text, edits)


def _last_open(sprint: Sprint) -> SprintTask:
    """The task behind which a new one belongs: in TODO, else anywhere but under DONE."""
    sections = [(status(task.section), task) for task in sprint.tasks]
    todo = [task for meaning, task in sections if meaning == "todo"]
    undone = [task for meaning, task in sections if meaning != "done"]
    return (todo or undone or list(sprint.tasks))[-1]


def _next(marker: str) -> str:
    return f"{int(marker[:-1]) + 1}{marker[-1]}" if marker[:-1] else marker


@dataclass(frozen=True)
class _Entry:
    """A field to be written: a value on its line, or a list below it."""

    name: str
    value: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Style:
    """How this document writes a field."""

    indent: str
    marker: str
    step: str
    before: str = "**"
    after: str = ":**"

    def lines(self, entry: _Entry) -> list[str]:
        head = f"{self.indent}{self.marker}{self.before}{entry.name}{self.after}"
        return [f"{head} {_clean(entry.value)}".rstrip(), *self.items(entry.items)]

    def items(self, items: Sequence[str]) -> list[str]:
        marker = self.marker.strip() or "-"
        indent = self.indent + (self.step if self.marker else "")
        return [f"{indent}{marker} {text}" for text in map(_clean, items) if text]


def _style(text: str, id: str) -> _Style:
    block = block_of(text, id)
    first = block[0]
    written = [line for line in block[1:] if line.field and line.indent > first.indent]
    named = min(
        (line for line in written if line.kind != "heading"),
        key=lambda line: line.indent,
        default=None,
    )
    if named is None:
        if first.kind == "heading":
            return _Style("", "- ", "  ")
        outer = _indent(first)
        return _Style(outer + _step(block), f"{_bullet(first)} ", _step(block))
    head = re.search(r"(\*\*|__)?[A-Za-z -]+?((?:\*\*|__)?[ \t]*:(?:\*\*|__)?)", named.text)
    before, after = (head[1] or "", head[2]) if head else ("**", ":**")
    if not before and any(line.kind != "item" for line in block[1:] if line.field):
        before, after = "**", ":**"  # below prose and headings only bold names are fields
    marker = f"{_bullet(named)} " if named.kind == "item" else ""
    return _Style(_indent(named), marker, _step(block, named), before, after)


def _step(block: Sequence[Line], parent: Line | None = None) -> str:
    """The indentation of a child below its parent, as the task's own lines have it."""
    parent = parent or block[0]
    if parent.kind != "item":
        return "  "
    pairs = [
        (above, below)
        for above, below in pairwise(block)
        if above.kind == below.kind == "item" and below.indent > above.indent
    ]
    for above, below in sorted(pairs, key=lambda pair: pair[0].indent != parent.indent):
        return _indent(below).removeprefix(_indent(above))
    return "    " if "    " in _indent(parent) else " " * (len(parent.marker) + 1)


def _bullet(line: Line) -> str:
    return line.marker if line.marker in ("*", "-", "+") else "-"


def _indent(line: Line) -> str:
    return line.raw[: len(line.raw) - len(line.raw.lstrip(" \t"))]


def _clean(text: str) -> str:
    """One line that cannot be taken for anything but text."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    text = re.sub(r"`{3,}|~{3,}", "'", text.replace("<!--", "&lt;!--"))
    text = re.sub(r"^(?:[*+-] |\[[ xX]\] |[*_ ])+", "", text)
    return text if re.search(r"\w", text) else ""


def _set_status(text: str, sprint: Sprint, id: str, meaning: Status, when: str) -> str:
    task, block = sprint.task(id), block_of(text, id)
    part = fields(block).get("status")
    said = SUFFIX.search(_CLOSE.sub("", block[0].raw.rstrip("\r\n")))
    suffixed = said is not None and status(said["text"]) is not None
    boxed = meaning == "done" and block[0].box != ""
    words = _WORDS[meaning] + (f" - {when}" if when else "")
    if suffixed or _habit(text, sprint, meaning) or not (part or boxed):
        text = _replace(text, {task.line: lambda raw: _with_suffix(raw, words, meaning)})
    text = _replace(text, {task.line: lambda raw: _with_sign(raw, meaning)})
    if boxed:
        text = _replace(text, {task.line: _tick})
    if part and status(_value(part)) != meaning:
        text = _set_value(text, part, _as_written(_value(part), _WORDS[meaning]))
    return text


def _habit(text: str, sprint: Sprint, meaning: Status) -> bool:
    """Whether done tasks of this document carry their status behind the title."""
    if meaning != "done":
        return False
    heads = (block_of(text, task.id)[0].raw for task in sprint.tasks if task.status == "done")
    said = (SUFFIX.search(_CLOSE.sub("", raw.rstrip("\r\n"))) for raw in heads)
    return any(found is not None and status(found["text"]) == "done" for found in said)


def _with_suffix(raw: str, words: str, meaning: Status) -> str:
    body = raw.rstrip("\r\n")
    close = _CLOSE.search(body)
    end = close["close"] if close else ""
    core = body[: len(body) - len(end)]
    said = SUFFIX.search(core)
    if said and status(said["text"]) == meaning:
        return raw
    if said and status(said["text"]):
        words = f"[{words}]" if said[0].rstrip().endswith("]") else f"({words})"
        core = core[: said.start()].rstrip()
    else:
        words = f"({words})"
    return f"{core} {words}{end}{raw[len(body) :]}"


def _with_sign(raw: str, meaning: Status) -> str:
    """A leading sign that says otherwise is replaced; none is added."""
    match = LEADING_SIGN.match(raw)
    if match is None or status(match["sign"]) == meaning:
        return raw
    return match["head"] + _SIGNS[meaning] + raw[match.end() :]


def _tick(raw: str) -> str:
    return re.sub(r"\[[ ~/]\]", "[x]", raw, count=1)


def _as_written(before: str, words: str) -> str:
    return (
        words
        if before.isupper() or not before
        else words.capitalize().replace("progress", "Progress")
    )


def _value(part: Sequence[Line]) -> str:
    named = part[0].field
    if named and (named[1] or not part[0].titles):
        return named[1]
    return next((line.text for line in part[1:] if line.kind in ("prose", "item")), "")


def _set_value(text: str, part: Sequence[Line], value: str) -> str:
    """Give a field its value, on its own line or, below a heading, on the first line of text."""
    line = part[0]
    if line.titles:
        below = next((line for line in part[1:] if line.kind in ("prose", "item")), None)
        if below is None and line.kind == "heading":
            return _insert(text, line.number, ["", value])
        if below is None:
            name = line.text.rstrip()
            return _replace(text, {line.number: lambda raw: _swap(raw, name, f"{name}: {value}")})
        return _replace(text, {below.number: lambda raw: _swap(raw, below.text, value)})
    named = line.field
    old = named[1] if named else ""
    return _replace(text, {line.number: lambda raw: _swap(raw, old, value)})


def _swap(raw: str, old: str, new: str) -> str:
    """The line with the last `old` in it replaced; an empty `old` stands at the end."""
    body = raw.rstrip("\r\n")
    if not old:
        return f"{body.rstrip()} {new}{raw[len(body) :]}"
    head, _, tail = body.rpartition(old)
    return f"{head}{new}{tail}{raw[len(body) :]}"


def _list(text: str, id: str, key: str, name: str, items: Sequence[str]) -> str:
    """Add the items that are not there yet to the task's list of that name."""
    wanted = tuple(dict.fromkeys(filter(None, map(_clean, items))))
    if not wanted:
        return text
    block = block_of(text, id)
    part = fields(block).get(key)
    if part is None:
        return _append(text, id, [_Entry(name, "", wanted)])
    present = {line.text.strip() for line in part}
    fresh = [item for item in wanted if item not in present]
    if not fresh:
        return text
    child = next((line for line in part[1:] if line.kind == "item"), None)
    last = max((line.number for line in part if line.kind != "blank"), default=part[0].number)
    if child is not None:
        head = _indent(child) + _bullet(child)
    elif part[0].kind == "item":
        head = _indent(part[0]) + _step(block, part[0]) + _bullet(part[0])
    else:
        head = "-"
    return _insert(text, last, [f"{head} {item}" for item in fresh])


def _append(text: str, id: str, entries: Sequence[_Entry]) -> str:
    block, style = block_of(text, id), _style(text, id)
    new = [line for entry in entries for line in style.lines(entry)]
    apart = block[0].kind == "heading" and (
        not style.marker or block[-1].kind not in ("item", "blank")
    )
    return _insert(text, block[-1].number, [*([""] if apart else []), *new])


def _apart(text: str, sprint: Sprint) -> bool:
    """Whether tasks are separated by blank lines."""
    rows = split(text)
    return any(not rows[task.line - 2].strip() for task in sprint.tasks[1:])


def _replace(text: str, edits: Mapping[int, Callable[[str], str]]) -> str:
    rows = split(text)
    for number, edit in edits.items():
        rows[number - 1] = edit(rows[number - 1])
    return "".join(rows)


def _insert(text: str, after: int, new: Sequence[str]) -> str:
    """Put lines behind line `after`, with the document's line ends."""
    rows = split(text)
    end = "\r\n" if rows[0].endswith("\r\n") else "\n"
    above = rows[after - 1]
    if above.endswith("\n"):
        rows[after:after] = [line + end for line in new]
    else:
        rows[after:after] = [end + line for line in new]
    return "".join(rows)
