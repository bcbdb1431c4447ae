"""An answered question as a record for the repository: docs/decisions/NNNN-….md. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pullcord.model.escalation import Answer, Escalation
from pullcord.model.secrets import redacted
from pullcord.model.text import cut, first_line, one_line, slug

FOLDER = "docs/decisions"
_NUMBER = re.compile(rf"{FOLDER}/(\d+)-[^/]*\.md")
_LINE = 600
_BLOCK = 10_000
_MOST = 40


def path(title: str, taken: Iterable[str]) -> str:
    """The record's place: the next number after those of `taken` (paths), written as they are."""
    numbers = [match[1] for match in map(_NUMBER.fullmatch, taken) if match]
    width = max(map(len, numbers), default=4)
    number = max(map(int, numbers), default=0) + 1
    return f"{FOLDER}/{number:0{width}}-{slug(title)}.md"


def title(escalation: Escalation) -> str:
    """What was decided, in a few words."""
    return cut(one_line(redacted(escalation.description)), 100)


def render(place: str, escalation: Escalation, answer: Answer, *, at: str, where: str) -> str:
    """The record. `at` is the answer's UTC date, `where` says of which run and task it is. A
    recommendation that stood for an answer is told as such; secrets are cut down."""
    e = escalation
    number = place.removeprefix(f"{FOLDER}/").partition("-")[0]
    parts = [
        f"# {number}: {title(e)}",
        f"Date: {at}\nAsked by: {_line(e.raised_by) or 'the engine'} ({e.kind}) in {where}\n"
        f"Answered by: {_line(answer.by)}",
        _section("Question", [_line(e.description), *(_named(n, t) for n, t in e.fields.items())]),
        _section(
            "Options", [f"{n}. {_line(first_line(o))}" for n, o in enumerate(e.options, 1)], "\n"
        ),
        _section(
            "Recommendation", [_line(first_line(e.recommendation))] if e.recommendation else []
        ),
        _section("Evidence", [f"- {_line(item)}" for item in e.evidence[:_MOST]], "\n"),
        _section("Answer", [*_whole(answer.text), *_default(answer)]),
    ]
    return redacted("\n\n".join(part for part in parts if part) + "\n")


def _whole(text: str) -> list[str]:
    """What was answered: a line, and further ones, as those of a feature block, as they stand."""
    first, *more = text.strip().splitlines() or [""]
    kept = "\n".join(f"    {line}".rstrip() for line in more if not line.startswith("```"))
    return [_line(first), *([cut(kept, _BLOCK)] if kept else [])]


def _default(answer: Answer) -> Sequence[str]:
    if answer.by.startswith("default"):
        return ["Nobody answered in person: the recommendation was taken."]
    return []


def _section(heading: str, lines: Sequence[str], between: str = "\n\n") -> str:
    return f"## {heading}\n\n{between.join(lines)}" if lines else ""


def _named(name: str, text: str) -> str:
    return f"**{_line(name)}**: {_line(text)}"


def _line(text: str) -> str:
    """One line that no reader takes for a heading, a list or markup of its own."""
    line = cut(one_line(text), _LINE)
    return re.sub(r"^([#>\-+*`|]|\d+[.)])", r"\\\1", line).replace("<", "&lt;")
