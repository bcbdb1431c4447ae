"""What a task of a sprint asks for, besides its fields: its words, feature block, linked files."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from pullcord.sprints.read import Sprint, block_of, fields
from pullcord.sprints.shape import Line, SprintUnreadable, lines

_FEATURE = re.compile(r"^[ \t]*(```+|~~~+)[ \t]*feature\b")
_LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s#>]+\.md)(?:#[^)]*)?>?\)")
_PATH = re.compile(r"[\w./-]+\.md\b")


@dataclass(frozen=True)
class Block:
    """A feature block. `line` is that of its first line of YAML, from 1."""

    text: str
    line: int


@dataclass(frozen=True)
class Link:
    """A Markdown file that a task names. `due`: its Request field names it, so it must be one."""

    target: str
    line: int
    due: bool


def words(text: str, id: str) -> str:
    """What stands below the task's title, without code and comments, as its author indented it."""
    kept = [line.raw.rstrip() for line in block_of(text, id)[1:] if line.kind != "opaque"]
    return textwrap.dedent("\n".join(kept).expandtabs(4)).strip()


def feature_block(text: str, sprint: Sprint, id: str) -> Block | None:
    """The feature block in a task or between it and the next one. Raises SprintUnreadable when
    there are two."""
    found = []
    inside: list[Line] | None = None
    for line in _reach(text, sprint, id):
        if line.kind != "opaque":
            inside = None
        elif inside is not None:
            if line.raw.strip().startswith(("```", "~~~")):
                found.append(inside)
                inside = None
            else:
                inside.append(line)
        elif _FEATURE.match(line.raw):
            inside = []
    if len(found) > 1:
        first = ", ".join(str(block[0].number) for block in found if block)
        raise SprintUnreadable(
            f"task {id} has {len(found)} feature blocks (lines {first}): make a task of each"
        )
    if not found or not found[0]:
        return None
    yaml = "".join(line.raw.rstrip("\r\n") + "\n" for line in found[0])
    return Block(textwrap.dedent(yaml), found[0][0].number)


def links(text: str, id: str) -> tuple[Link, ...]:
    """The Markdown files that a task links to, and those that its Request field names."""
    block = block_of(text, id)
    due = fields(block).get("request", [])
    found = [
        Link(target, line.number, due=True)
        for line in due
        for target in _LINK.findall(line.text) or _PATH.findall(line.text)
    ]
    numbers = {line.number for line in due}
    found += [
        Link(target, line.number, due=False)
        for line in block
        if line.kind != "opaque" and line.number not in numbers
        for target in _LINK.findall(line.text)
    ]
    return tuple({link.target: link for link in reversed(found)}.values())[::-1]


def _reach(text: str, sprint: Sprint, id: str) -> Sequence[Line]:
    """The task's lines, and what follows them before the next task or heading."""
    task = sprint.task(id)
    every = lines(text)
    opening = {other.line for other in sprint.tasks}
    end = task.end
    while end < len(every) and every[end].kind != "heading" and end + 1 not in opening:
        end += 1
    return every[task.line - 1 : end]
