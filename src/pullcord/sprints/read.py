"""A sprint document as people write it → the tasks in it, with the lines where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pullcord.sprints.mentions import mentioned
from pullcord.sprints.shape import (
    SUFFIX,
    Line,
    SprintUnreadable,
    Status,
    lines,
    plain,
    sign,
    status,
)

_BOARD = re.compile(r"\b(tasks?|to[ -]?do|in[ -]progress|doing|done|completed|backlog)\b", re.I)
_BOXES: dict[str, Status] = {"x": "done", "X": "done", "~": "in progress", "/": "in progress"}
_EMPTY = ("", "-", "–", "—", "n/a", "none", "tbd", "pending", "not yet", "no")


@dataclass(frozen=True)
class Criterion:
    """One acceptance criterion. `done` is its checkbox, None when it has none."""

    text: str
    line: int
    done: bool | None = None


@dataclass(frozen=True)
class SprintTask:
    """A task of the sprint. Lines count from 1; `end` is the last line that belongs to the task.

    `status` is what the task itself says (checkbox, words behind its title, check mark, Current
    Status, Completed); the section it stands in counts only when the task says nothing.
    """

    id: str
    title: str
    status: Status
    line: int
    end: int
    criteria: tuple[Criterion, ...] = ()
    dependencies: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()
    description: str = ""
    section: str = ""
    constraints: tuple[str, ...] = ()
    blocked: str = ""
    """What the task says where its status begins with the word `blocked`."""


@dataclass(frozen=True)
class Sprint:
    """A sprint document. `notes` say where it disagrees with itself."""

    title: str
    tasks: tuple[SprintTask, ...]
    notes: tuple[str, ...] = ()

    def task(self, id: str) -> SprintTask:
        """The task with this id; raises SprintUnreadable when there is none."""
        for task in self.tasks:
            if task.id.lower() == id.lower():
                return task
        known = ", ".join(task.id for task in self.tasks)
        raise SprintUnreadable(f"the sprint document has no task {id}; it has: {known}")


def read(text: str) -> Sprint:
    """Understand a sprint document, or raise SprintUnreadable. Nothing else is raised."""
    all_lines = lines(text)
    blocks = list(_blocks(all_lines))
    if not blocks:
        raise SprintUnreadable(
            "no task found: a task is a list item or heading such as `* [ ] **Task 1: Title**`"
        )
    seen: dict[str, int] = {}
    for block in blocks:
        id, line = block.id.lower(), block.lines[0].number
        if id in seen:
            raise SprintUnreadable(f"task {block.id} stands twice, in lines {seen[id]} and {line}")
        seen[id] = line
    known = [block.id for block in blocks]
    titles = (plain(line.text) for line in all_lines if line.level == 1)
    notes = tuple(note for block in blocks for note in _disagreements(block))
    return Sprint(next(titles, ""), tuple(_task(block, known) for block in blocks), notes)


def fields(block: Sequence[Line]) -> dict[str, list[Line]]:
    """Field name → its lines, of a task's lines; the first field of a name wins."""
    found: dict[str, list[Line]] = {}
    current: list[Line] | None = None
    opened = block[0]
    for line in block[1:]:
        named = line.field
        if named and (current is None or not _inside(line, opened)):
            current = [] if named[0] in found else found.setdefault(named[0], [])
            opened = line
        elif line.kind == "heading" or (
            line.kind == opened.kind == "item" and line.indent <= opened.indent
        ):
            current = None
        if current is not None:
            current.append(line)
    return found


def _inside(line: Line, field: Line) -> bool:
    """An item of a field's list may be called like a field ("Status: 200 is returned")."""
    if line.kind != "item":
        return False
    if field.kind == "item":
        return line.indent > field.indent
    return not line.text.startswith(("**", "__"))


def block_of(text: str, id: str) -> list[Line]:
    """The lines of one task, from its own to its last that is not blank."""
    for block in _blocks(lines(text)):
        if block.id.lower() == id.lower():
            return block.lines
    raise SprintUnreadable(f"the sprint document has no task {id}")


@dataclass(frozen=True)
class _Block:
    id: str
    heading: str
    section: str
    lines: list[Line]


def bare_title(title: str) -> str:
    """A title without the status words and signs around it."""
    while True:
        said = SUFFIX.search(title)
        bare = title[: said.start()] if said and status(said["text"]) else title
        bare = re.sub(r"[ \t]*[✅☑✔✓🔄🚧⏳]\ufe0f?$", "", plain(bare)).strip()
        if bare == title:
            return title
        title = bare


def _blocks(all_lines: Sequence[Line]) -> Iterator[_Block]:
    """Tasks in a section of the board; in a document without one, wherever they stand."""
    found = list(_opened(all_lines))
    if any(on_board and isinstance(what, _Block) for on_board, what in found):
        found = [(on_board, what) for on_board, what in found if on_board]
    blocks = [what for _, what in found if isinstance(what, _Block)]
    odd = next((what for _, what in found if isinstance(what, Line)), None)
    if blocks and odd is not None:
        raise SprintUnreadable(
            f"line {odd.number} looks like a task and is none: {odd.raw.strip()}"
        )
    yield from blocks


def _opened(all_lines: Sequence[Line]) -> Iterator[tuple[bool, _Block | Line]]:
    """The tasks, and the lines between them that look like one; each with whether it stands in a
    section of the board."""
    path: list[Line] = []
    index = 0
    while index < len(all_lines):
        line = all_lines[index]
        named = line.task
        if line.kind == "heading":
            path = [above for above in path if above.level < line.level]
            if named is None:
                path.append(line)
        section = [plain(above.text) for above in path]
        on_board = any(_BOARD.search(name) for name in section)
        if named is None:
            if line.odd:
                yield on_board, line
            index += 1
            continue
        length = _length(all_lines, index)
        block = all_lines[index : index + length]
        yield on_board, _Block(named[0], named[1], section[-1] if section else "", list(block))
        index += length


def _length(all_lines: Sequence[Line], start: int) -> int:
    """How many lines belong to the task that opens at `start`, without blank ones at its end."""
    first, last, blank = all_lines[start], start, False
    for index in range(start + 1, len(all_lines)):
        line = all_lines[index]
        if line.kind == "blank":
            blank = True
            continue
        if first.kind == "heading":
            if line.kind == "heading" and (line.level <= first.level or line.task):
                break
        elif line.kind in ("heading", "rule") or (
            line.indent <= first.indent and (line.kind == "item" or blank)
        ):
            break
        if first.kind == "heading" and line.kind == "rule":
            blank = True
            continue
        last, blank = index, False
    return last - start + 1


def _task(block: _Block, known: Sequence[str]) -> SprintTask:
    parts = fields(block.lines)
    return SprintTask(
        id=block.id,
        title=bare_title(block.heading),
        status=_status(block),
        line=block.lines[0].number,
        end=block.lines[-1].number,
        criteria=tuple(_criteria(parts.get("criteria", []))),
        dependencies=mentioned(_prose(parts.get("dependencies", [])), known, block.id),
        assigned=_names(_prose(parts.get("assigned", []))),
        description=_prose(parts.get("description", [])),
        section=block.section,
        constraints=tuple(each.text for each in _criteria(parts.get("constraints", []))),
        blocked=_blocked(block, parts),
    )


def _blocked(block: _Block, parts: Mapping[str, list[Line]]) -> str:
    suffix = SUFFIX.search(block.heading)
    said = (_prose(parts.get("status", [])), suffix["text"] if suffix else "")
    return next((text for text in said if plain(text).lower().startswith("blocked")), "")


def _marks(block: _Block) -> list[tuple[str, Status]]:
    """What the task says of itself, the most trusted first, with where it says it."""
    first, parts = block.lines[0], fields(block.lines)
    suffix = SUFFIX.search(block.heading)
    said: list[tuple[str, Status | None]] = [
        ("its checkbox", _BOXES.get(first.box)),
        ("its title", (status(suffix["text"]) if suffix else None) or sign(first.text)),
        ("its title", "done" if re.search(r"[✅☑✔✓]\ufe0f?$", block.heading) else None),
        ("Current Status", status(_prose(parts.get("status", [])))),
        ("Completed", "done" if is_dated(parts.get("completed", [])) else None),
    ]
    return [(where, meaning) for where, meaning in said if meaning]


def _status(block: _Block) -> Status:
    marks = _marks(block)
    if marks:
        return marks[0][1]
    return status(block.section) or "todo"


def _disagreements(block: _Block) -> Iterator[str]:
    marks = _marks(block)
    for where, meaning in marks[1:]:
        if meaning != marks[0][1]:
            yield (
                f"line {block.lines[0].number}: task {block.id} is {marks[0][1]} by {marks[0][0]} "
                f"and {meaning} by {where}"
            )


def is_dated(part: Sequence[Line]) -> bool:
    """Whether a field says more than that it has nothing to say yet."""
    return _says(_prose(part))


def _says(text: str) -> bool:
    return plain(text).lower().rstrip(".") not in _EMPTY


def _prose(part: Sequence[Line]) -> str:
    if not part:
        return ""
    named = part[0].field
    words = [named[1] if named else "", *(line.text for line in part[1:] if line.kind != "opaque")]
    return " ".join(word.strip() for word in words if word.strip())


def _criteria(part: Sequence[Line]) -> Iterator[Criterion]:
    if not part:
        return
    named = part[0].field
    if named and _says(named[1]):
        yield Criterion(named[1], part[0].number)
    items = [line for line in part[1:] if line.kind == "item"]
    outer = min((line.indent for line in items), default=0)
    texts: list[tuple[Line, list[str]]] = []
    for line in part[1:]:
        if line.kind == "item" and line.indent == outer:
            texts.append((line, [line.text.strip()]))
        elif texts and line.kind in ("item", "prose"):
            texts[-1][1].append(line.text.strip())
    for line, words in texts:
        done = line.box.lower() == "x" if line.box else None
        if _says(text := " ".join(words)):
            yield Criterion(text, line.number, done)


def _names(text: str) -> tuple[str, ...]:
    names = re.split(r"[,;&/]|\band\b", text.replace("`", "").replace("@", ""))
    return tuple(name.strip() for name in names if name.strip() and _says(name))
