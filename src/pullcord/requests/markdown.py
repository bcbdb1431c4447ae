"""Feature requests as Markdown, or as words on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pullcord.errors import RequestError
from pullcord.model.request import Request
from pullcord.model.text import cut, one_line
from pullcord.requests.files import read_text

HOW = """\
Write them as a list in the request:

## Acceptance criteria
- An athlete creates a workout and gets 201 with the stored workout.
- Another athlete's workout is answered with 404.

On the command line: pullcord run "TEXT" --criterion "…" --criterion "…"\
"""
"""How acceptance criteria are written: the hint of every run that has none."""

_CHECKBOX = re.compile(r"^\[[ xX]\]\s+")
_LABEL = re.compile(
    r"^[\s*_]*(acceptance criteri(?:a|on)|constraints?)[\s*_]*(?:\([^)]*\))?[\s*_:]*$", re.I
)
    r"^[\s*_]*(acceptance criteri(?:a|on)|constraints?)[\s*_]*(?:\([^)]*\))?[\s*_:]*$", re.I
)


def load(path: Path) -> Request:
    """The request in a file."""
    return parse(read_text(path), str(path))


def from_words(text: str, criteria: Sequence[str], source: str = "") -> Request:
    """A request given on the command line. Its title is its first line."""
    kept = tuple(c for c in map(one_line, criteria) if c)
    title = one_line(text.strip().split("\n", 1)[0])
    if not title:
        raise RequestError("The request is empty.", 'pullcord run "TEXT" --criterion "…"')
    if not kept:
        raise RequestError("The request has no acceptance criteria.", HOW)
    return Request(title=cut(title, 120), text=text.strip(), criteria=kept, source=source)


def parse(text: str, source: str = "") -> Request:
    """A request in the format of a feature request. RequestError lists what is wrong."""
    lines = text.split("\n")
    found = _read(_blocks().parse(text), lines)
    where = source or "the request"
    if len(found.features) > 1:
        places = ", ".join(f"line {line}" for line, _ in found.features)
        raise RequestError(
            f"{where} has {len(found.features)} feature blocks ({places}).",
            "Make one request of each.",
        )
    if not found.criteria:
        raise RequestError(f"{where} has no acceptance criteria.", HOW)
    prose = "\n".join(line for n, line in enumerate(lines) if n not in found.used).strip()
    first = one_line(prose.lstrip("# \n").split("\n", 1)[0])
    line, feature = found.features[0] if found.features else (0, None)
    return Request(
        title=cut(found.title or first or Path(source).stem or "request", 120),
        text=re.sub(r"\n{3,}", "\n\n", prose),
        criteria=tuple(found.criteria),
        constraints=tuple(found.constraints),
        feature=feature,
        feature_line=line,
        source=source,
    )


@dataclass
class _Found:
    """What a document holds. `used` are the indexes of lines that are not prose."""

    title: str = ""
    criteria: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    features: list[tuple[int, str]] = field(default_factory=list)
    used: set[int] = field(default_factory=set)


def _blocks() -> MarkdownIt:
    """Block structure only: inline text stays as it is written, and no input is slow."""
    markdown = MarkdownIt("commonmark")
    markdown.core.ruler.enableOnly(["normalize", "block"])
    return markdown


def _read(tokens: list[Token], lines: list[str]) -> _Found:
    found, section, depth = _Found(), "", 0
    index = 0
    while index < len(tokens):
        token = tokens[index]
        span = range(*(token.map or (0, 0)))
        content = tokens[index + 1].content if token.type.endswith("_open") else ""
        if token.type == "fence" and token.info.split()[:1] == ["feature"]:
            found.features.append((span.start + 2, token.content))
            found.used.update(span)
        elif token.type == "heading_open":
            level = int(token.tag[1:])
            if not found.title and level == 1:
                found.title = one_line(content)
                found.used.update(span)
            if not section or level <= depth:
                section, depth = _section(content), level
            if section:
                found.used.update(span)
        elif token.type == "paragraph_open" and token.level == 0 and _section(content):
            section, depth = _section(content), 7
            found.used.update(span)
        elif section and token.level == 0 and token.type.endswith("list_open"):
            end = _close(tokens, index)
            target = found.criteria if section == "criteria" else found.constraints
            target.extend(_items(tokens[index : end + 1]))
            found.used.update(span)
            # Feature blocks may stand inside of list items; the loop still passes over them.
        elif section == "constraints" and token.type == "paragraph_open" and token.level == 0:
            found.constraints.append(one_line(content))
            found.used.update(span)
        index += 1
    return found


def _section(heading: str) -> str:
    match = _LABEL.match(heading)
    if not match:
        return ""
    return "criteria" if match[1].lower().startswith("a") else "constraints"


def _close(tokens: list[Token], index: int) -> int:
    level = tokens[index].level
    return next(
        n for n in range(index + 1, len(tokens))
        if tokens[n].level == level and tokens[n].nesting == -1
    )  # fmt: skip


def _items(tokens: list[Token]) -> Iterator[str]:
    """The leaves of a list, each with the texts of the items above it."""
    path: list[str] = []
    leaf = False
    for token in tokens:
        if token.type == "list_item_open":
            path.append("")
            leaf = True
        elif token.type == "inline" and path:
            words = _CHECKBOX.sub("", one_line(token.content))
            path[-1] = f"{path[-1]} {words}".strip()
        elif token.type == "list_item_close":
            if leaf and path[-1]:
                yield _joined(path)
                leaf = False
            path.pop()


def _joined(path: Sequence[str]) -> str:
    above = [part.rstrip(":").rstrip() for part in path[:-1] if part]
    return ": ".join([*above, path[-1]])
