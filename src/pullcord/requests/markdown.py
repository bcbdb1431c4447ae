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

_FRONT = re.compile(r"\A---[ \t]*\n((?:[\w-]+:.*\n)*)---[ \t]*(?:\n|\Z)")
_WORKFLOW = re.compile(r"^workflow:[ \t]*(\S+)[ \t]*$", re.M)
_CHECKBOX = re.compile(r"^\[[ xX]\]\s+")
_LABEL = re.compile(
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
    named, text = _front(text)
    lines = text.split("\n")
    found = _read(_blocks().parse(text))
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
        workflow=named or Request.model_fields["workflow"].default,
    )


def _front(text: str) -> tuple[str, str]:
    """The workflow that the front matter names, '' when it names none, and the text with empty
    lines in the place of the front matter."""
    front = _FRONT.match(text)
    if front is None:
        return "", text
    named = _WORKFLOW.search(front[1])
    return named[1] if named else "", "\n" * front[0].count("\n") + text[front.end() :]


@dataclass
class _Found:
    """What a document holds. `used` are the indexes of lines that are not prose."""

    title: str = ""
    criteria: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    features: list[tuple[int, str]] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    def take(self, section: str, kind: str, text: str, block: list[Token]) -> bool:
        """Take what a block says of the section; False when it is only prose."""
        target = self.criteria if section == "criteria" else self.constraints
        if kind.endswith("list_open"):
            target.extend(_items(block))
        elif kind == "paragraph_open" and section == "constraints":
            target.append(one_line(text))
        else:
            return False
        return True


def _blocks() -> MarkdownIt:
    """Block structure only: inline text stays as it is written, and no input is slow."""
    markdown = MarkdownIt("commonmark")
    markdown.core.ruler.enableOnly(["normalize", "block"])
    return markdown


def _read(tokens: list[Token]) -> _Found:
    found, section, depth = _Found(), "", 0
    for token in tokens:
        if token.type == "fence" and token.info.split()[:1] == ["feature"] and token.map:
            found.features.append((token.map[0] + 2, token.content))
            found.used.update(range(*token.map))
    for block in _top_level(tokens):
        kind, text = block[0].type, block[1].content if len(block) > 1 else ""
        if kind == "heading_open":
            level, named = int(block[0].tag[1:]), _section(text)
            first = level == 1 and not found.title and not named
            found.title = one_line(text) if first else found.title
            if not section or named or level <= depth:
                section, depth = named, level
            if not (section or first):
                continue
        elif kind == "paragraph_open" and _section(text):
            section, depth = _section(text), 7
        elif not (section and found.take(section, kind, text, block)):
            continue
        found.used.update(range(*(block[0].map or (0, 0))))
    return found


def _top_level(tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens of each block that stands in no other."""
    start = 0
    for index, token in enumerate(tokens):
        if token.level == 0 and token.nesting <= 0:
            yield tokens[start : index + 1]
            start = index + 1


def _section(heading: str) -> str:
    match = _LABEL.match(heading)
    if not match:
        return ""
    return "criteria" if match[1].lower().startswith("a") else "constraints"


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
