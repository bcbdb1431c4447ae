"""The documentation protocol's file: SPEC.md, Agent Documentation Requirements.

`render` writes SPEC.md's structure exactly, `parse` reads it back; `parse(render(s)) == tidy(s)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from pullcord.model.summary import Blocker, Decision, Summary
from pullcord.model.text import cut, numbered, one_line, slug

SECTIONS = (
    "Task Overview",
    "Key Decisions",
    "Assumptions Made",
    "Implementation Details",
    "Blockers & Resolutions",
    "Handoff Notes",
    "Quality Validation",
)
CHECKS = ("mypy", "ruff", "pytest")
"""The lines of SPEC.md's Quality Validation section."""
UNJUDGED = "❌ not judged yet"
FOLDER = "docs/temp"

_NOTHING = {"", "-", "none", "none.", "n/a", "not stated."}
_UNFILLED = {
    "[agent name]", "[task]", "[brief description]", "[decision]", "[rationale]", "[assumption]",
    "[what changed]", "[description]", "[resolution]", "[next steps]",
}  # fmt: skip
_ITEM = re.compile(r"^( *)(?:[-*+]|\d{1,9}[.)])(?: +|$)(.*)$")
_DECISION = re.compile(r"^\*\*(.+?):?\*\*\s*:?\s*(.*)$", re.S)
_RESOLUTION = re.compile(r"\*\*Resolution:?\*\*:?", re.I)
_BLOCKER = re.compile(r"^\s*\*\*Blocker:?\*\*:?", re.I)
_FENCE = re.compile(r"^\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*(?:```|~~~)")
_DATE = re.compile(r"^\**Date:?\**:?\s*(.+?)\s*$")


def filename(agent: str, brief: str, at: datetime, taken: Collection[str]) -> str:
    """The name SPEC.md asks for, unlike every one in `taken` (names or paths, of the same run).

    The time is `at`, in UTC. Two summaries of one second, agent and brief differ by a number.
    """
    head = f"agent_{at:%Y%m%d_%H%M%S}_{slug(agent)}_"
    names = {path.rsplit("/", 1)[-1].lower() for path in taken}
    used = {n[len(head) : -len(".md")] for n in names if n.startswith(head) and n.endswith(".md")}
    return f"{head}{numbered(slug(brief), used)}.md"


def render(summary: Summary) -> str:
    """The summary as SPEC.md's Markdown. Text that would break the structure is made harmless."""
    s = tidy(summary)
    bodies = (
        "\n".join(_guard(s.overview.split("\n"))),
        _listed([_decision(d) for d in s.decisions], "{}. "),
        _listed(s.assumptions),
        _listed(s.details),
        _listed([_blocker(b) for b in s.blockers]),
        _listed(s.handoff),
        quality_section(s.quality),
    )
    parts = [f"# Agent Summary: {s.agent} - {s.task}\nDate: {s.date}"]
    parts += [f"## {name}\n{body}" for name, body in zip(SECTIONS, bodies, strict=True)]
    return "\n\n".join(parts) + "\n"


def parse(text: str) -> Summary:
    """Read a summary. ValueError says what SPEC.md's structure misses."""
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    agent, task, date = _head(lines)
    body = _sections(lines)
    overview = _unguard(body["Task Overview"]).strip()
    if _nothing(overview):
        raise ValueError("section 'Task Overview' is empty or still the template's placeholder")

    def items(name: str) -> list[str]:
        found = _items(body[name])
        if any(item.lower() in _UNFILLED for item in found):
            raise ValueError(f"section '{name}' still holds the template's placeholder")
        return [item for item in found if item.lower() not in _NOTHING]

    return tidy(
        Summary(
            agent=agent,
            task=task,
            date=date,
            overview=overview,
            decisions=tuple(_read_decision(i) for i in items("Key Decisions")),
            assumptions=tuple(items("Assumptions Made")),
            details=tuple(items("Implementation Details")),
            blockers=tuple(_read_blocker(i) for i in items("Blockers & Resolutions")),
            handoff=tuple(items("Handoff Notes")),
            quality=_read_quality(_items(body["Quality Validation"])),
        )
    )


def with_quality(text: str, quality: Mapping[str, str]) -> str:
    """The text with its Quality Validation section replaced (added when absent); idempotent.

    The section has SPEC.md's three lines; further checks stand in the reports and receipts.
    """
    shown = {name: quality[name] for name in CHECKS if name in quality}
    return without_quality(text) + f"\n## {SECTIONS[-1]}\n{quality_section(shown)}\n"


def without_quality(text: str) -> str:
    """The text up to its Quality Validation section: what an agent alone is responsible for.

    Whatever stands behind that heading belongs to the section, so that nothing can hide there.
    """
    lines = text.split("\n")
    end = next((n for n, name in _headings(lines) if name == SECTIONS[-1]), len(lines))
    return "\n".join(lines[:end]).rstrip() + "\n"


def quality_section(quality: Mapping[str, str]) -> str:
    """The lines `- check: ✅/❌ details`; a check without a verdict says so."""
    shown = {name: UNJUDGED for name in CHECKS} | dict(quality)
    return "\n".join(f"- {one_line(name)}: {one_line(line)}" for name, line in shown.items())


def fallback(agent: str, task: str, at: datetime, reason: str, paths: Sequence[str]) -> Summary:
    """What the engine writes for an attempt whose agent left no summary, and says so.

    `reason` tells how the attempt ended, `paths` what it changed.
    """
    changed = [f"`{path}` changed" for path in paths[:40]]
    if len(paths) > 40:
        changed.append(f"{len(paths) - 40} further paths changed")
    return Summary(
        agent=agent,
        task=task,
        date=f"{at:%Y-%m-%d %H:%M:%S}",
        overview=f"Written by pullcord, because the agent left no summary. {reason}",
        details=tuple(changed) or ("Nothing was changed.",),
        blockers=(Blocker(blocker=reason, resolution="Open."),),
        handoff=("Read the change itself: the agent did not explain it.",),
    )


def digest(summary: Summary, limit: int = 400) -> str:
    """The summary in one line, for briefs of later agents."""
    parts = [one_line(summary.overview)]
    if summary.decisions:
        parts.append("Decided: " + "; ".join(d.decision for d in summary.decisions) + ".")
    if summary.handoff:
        parts.append("Next: " + "; ".join(one_line(note) for note in summary.handoff))
    return cut(" ".join(parts), limit)


def tidy(summary: Summary) -> Summary:
    """The summary in the form that survives the file: no control characters, no empty items."""
    words = (word for word in one_line(summary.agent).split() if word not in "-–—")
    agent = _plain(" ".join(words)) or "agent"
    task = _plain(summary.task) or "task"
    kept_decisions = [
        Decision(decision=name, rationale=_plain(d.rationale))
        for d in summary.decisions
        if (name := _plain(re.sub(r"\*\*+", "", d.decision)).strip("*: ")) and not _nothing(name)
    ]
    kept_blockers = [
        Blocker(blocker=name, resolution=_plain(b.resolution))
        for b in summary.blockers
        if (name := _plain(_RESOLUTION.sub("Resolution:", one_line(b.blocker))))
    ]
    return Summary(
        agent=agent,
        task=task,
        date=one_line(summary.date),
        overview=_filled(_block(summary.overview)) or _block(task),
        decisions=tuple(kept_decisions),
        assumptions=_kept(summary.assumptions),
        details=_kept(summary.details),
        blockers=tuple(kept_blockers),
        handoff=_kept(summary.handoff),
        quality={
            name: line
            for key, value in summary.quality.items()
            if (name := one_line(key).strip("*`: ")) and (line := one_line(value)) != UNJUDGED
        },
    )


def _nothing(text: str) -> bool:
    return text.lower() in _NOTHING or text.lower() in _UNFILLED


def _plain(text: str) -> str:
    """One line; '' for the words that stand for nothing."""
    return _filled(one_line(text))


def _filled(text: str) -> str:
    return "" if _nothing(text) else text


def _block(text: str) -> str:
    """Lines without trailing space, control characters, or a code fence left open."""
    cleaned = []
    for line in text.splitlines():
        words = one_line(line)
        indent = " " * (len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip()))
        cleaned.append(indent + words if words else "")
    whole = "\n".join(cleaned).strip()
    if sum(_fence(line) for line in whole.split("\n")) % 2:
        whole += "\n```"
    return whole


def _kept(items: Sequence[str]) -> tuple[str, ...]:
    blocks = (_block("\n".join(i for i in item.splitlines() if one_line(i))) for item in items)
    return tuple(block for block in blocks if not _nothing(block))


def _listed(items: Sequence[str], mark: str = "- ") -> str:
    if not items:
        return mark.format(1) + "None."
    lines = []
    for number, item in enumerate(items, 1):
        head = mark.format(number)
        lines.append(head + item.replace("\n", "\n  "))
    return "\n".join(lines)


def _decision(decision: Decision) -> str:
    return f"**{decision.decision}**: {decision.rationale or 'Not stated.'}"


def _blocker(blocker: Blocker) -> str:
    resolution = blocker.resolution or "Not stated."
    return f"**Blocker**: {blocker.blocker}\n**Resolution**: {resolution}"


def _fence(line: str) -> bool:
    return _FENCE.match(line) is not None


def _guard(lines: list[str]) -> list[str]:
    """Escape lines that would read as headings, outside of code."""
    return _outside_code(lines, lambda line: re.sub(r"^(\\*#)", r"\\\1", line))


def _unguard(lines: list[str]) -> str:
    return "\n".join(_outside_code(lines, lambda line: re.sub(r"^\\(\\*#)", r"\1", line)))


def _outside_code(lines: list[str], change: Callable[[str], str]) -> list[str]:
    changed, inside = [], False
    for line in lines:
        inside ^= _fence(line)
        changed.append(line if inside else change(line))
    return changed


def _headings(lines: list[str]) -> list[tuple[int, str]]:
    """Every level-two heading outside of code with its index."""
    found, inside = [], False
    for number, line in enumerate(lines):
        inside ^= _fence(line)
        if not inside and line.startswith("## "):
            found.append((number, line[3:].strip().strip("*").rstrip(":#").strip()))
    return found


def _head(lines: list[str]) -> tuple[str, str, str]:
    start = next((n for n, line in enumerate(lines) if line.strip()), 0)
    match = re.match(r"^# +Agent Summary: *(.+?) +[-–—] +(.+?)\s*$", lines[start])
    if not match or match[1].lower() in _UNFILLED or match[2].lower() in _UNFILLED:
        raise ValueError("the first line must be '# Agent Summary: <agent> - <task>'")
    after = next((line for line in lines[start + 1 :] if line.strip()), "")
    date = _DATE.match(after)
    if not date:
        raise ValueError("the second line must be 'Date: YYYY-MM-DD HH:MM:SS'")
    try:
        datetime.strptime(date[1], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 -- the file says UTC
    except ValueError:
        raise ValueError(f"the date {one_line(date[1])!r} is not YYYY-MM-DD HH:MM:SS") from None
    return match[1], match[2], date[1]


def _sections(lines: list[str]) -> dict[str, list[str]]:
    found = _headings(lines)
    names = [name for _, name in found]
    for name in SECTIONS:
        if names.count(name) != 1:
            problem = "is missing" if name not in names else "occurs more than once"
            raise ValueError(f"section '## {name}' {problem}")
    for name in names:
        if name not in SECTIONS:
            raise ValueError(f"section '## {one_line(name)}' is not part of the structure")
    if names != list(SECTIONS):
        raise ValueError("the sections must stand in the order: " + ", ".join(SECTIONS))
    ends = [n for n, _ in found[1:]] + [len(lines)]
    return {name: lines[n + 1 : end] for (n, name), end in zip(found, ends, strict=True)}


def _items(lines: list[str]) -> list[str]:
    """List items with their continuation lines; text outside of a list is an item of its own."""
    items: list[list[str]] = []
    base = None
    for line in lines:
        match = _ITEM.match(line)
        if match and (base is None or len(match[1]) <= base):
            base = len(match[1])
            items.append([match[2]])
        elif line.strip():
            if not items:
                items.append([])
            items[-1].append(line[2:] if line.startswith("  ") else line)
    return [block for item in items if (block := _block("\n".join(item)))]


def _read_decision(item: str) -> Decision:
    match = _DECISION.match(item)
    if match:
        return Decision(decision=match[1], rationale=match[2])
    name, _, rationale = item.partition(": ")
    return Decision(decision=name, rationale=rationale)


def _read_blocker(item: str) -> Blocker:
    whole = _BLOCKER.sub("", item, count=1)
    match = _RESOLUTION.search(whole)
    if match is None:
        return Blocker(blocker=whole)
    return Blocker(blocker=whole[: match.start()], resolution=whole[match.end() :])


def _read_quality(items: list[str]) -> dict[str, str]:
    pairs = (one_line(item).partition(":") for item in items)
    return {
        name.strip("*` "): line.strip().lstrip("*").strip()
        for name, colon, line in pairs
        if colon and name.strip("*` ") and line.strip()
    }
