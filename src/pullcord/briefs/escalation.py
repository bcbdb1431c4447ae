"""Escalations as text: SPEC.md, Blocker Escalation Protocol, and the engine's own in that style.

`render` writes the formats exactly. `parse` finds them anywhere in an agent's words, in any case,
inside Markdown, mark or no mark; `parse(render(e)) == (tidy(e),)` but for `raised_by`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pullcord.model.escalation import Escalation, Kind
from pullcord.model.text import one_line


@dataclass(frozen=True)
class Format:
    """One kind's lines: its mark and title, its fields in order, how its options are headed.

    `subject` is the field that says what it is about when nothing stands behind the title.
    """

    mark: str
    title: str
    fields: tuple[str, ...]
    options: str = "Options"
    recommends: bool = True
    subject: str = ""


DEBT_QUESTION = "Proceed with workaround or invest in proper solution?"
DEBT_OPTIONS = ("Proceed with workaround", "Invest in proper solution")
FORMATS: dict[Kind, Format] = {
    "security": Format("🔴", "SECURITY ALERT", ("Impact",), recommends=False),
    "data": Format("🔴", "DATA RISK", ("Affected",)),
    "architecture": Format(
        "🟡", "ARCHITECTURE CONFLICT", ("Current Design", "Required Change"),
        options="User Decision Needed", recommends=False,
    ),
    "clarification": Format(
        "🟡", "CLARIFICATION NEEDED", ("Requirement", "Ambiguity"), subject="Requirement"
    ),
    "debt": Format(
        "⚠️", "TECHNICAL DEBT WARNING", ("Quick Fix", "Debt Impact", "Proper Solution"),
        options="User Decision", recommends=False, subject="Quick Fix",
    ),
    "rounds": Format("🟡", "ROUNDS SPENT", ("Still Failing", "Tried")),
    "budget": Format("🟡", "BUDGET SPENT", ("Spent", "Limit")),
    "quota": Format("🟡", "QUOTA REACHED", ("Provider", "Resets")),
    "conflict": Format("🟡", "MERGE CONFLICT", ("Between", "Paths")),
    "approval": Format("🟡", "APPROVAL NEEDED", ("Subject", "Reason")),
    "unavailable": Format("🟡", "UNAVAILABLE", ("Missing", "Needed For")),
}  # fmt: skip
"""In the order of their gravity."""

_SILENT = re.compile(
    r"(|no|none|n/a|nothing|not (stated|applicable|any)|no (issues?|risks?|conflicts?|alerts?))"
    r"( known| found| identified| raised| needed)?[.!]?", re.I
)  # fmt: skip
_TITLES = "|".join(f.title.replace(" ", r"[\s_\-]+") for f in FORMATS.values())
_LEAD = r"(?:\d{1,2}[.)](?=\s)|:[a-z_]+:|\[x\]|</?[a-z]\w{0,9}>|\W)*+"
"""Marks, quotes, lists, headings: whatever may stand before a title and is no word."""
_CLOSED = r"(?:[\s*_`~\])|>]|</\w{1,10}>)*+"
_HEAD = re.compile(rf"^({_LEAD})({_TITLES}){_CLOSED}[:：]\s*(.*)$", re.I)
_BARE = re.compile(rf"^({_LEAD})({_TITLES}){_CLOSED}(?:[-–—]\s+(.*))?$", re.I)
"""A title without its colon, which is one only where it looks like one."""
_MARKS = tuple(form.mark[0] for form in FORMATS.values())
_INNER = re.compile(
    rf"^(.{{0,300}}?[.:;!?][\s*_]+[{''.join(_MARKS)}][\ufe0e\ufe0f\s*_]*)({_TITLES}){_CLOSED}[:：]\s*(.*)$",
    re.I,
)
"""A marked title behind a sentence or a label of its own line: `**Blocker**: 🔴 DATA RISK: …`."""
_SETTLED = re.compile(r"(?!.*(escalat|wait|await|pending|open\b|unresolved|user|not yet)).+", re.I)
"""A resolution that needs nobody any more."""
_FIELD = re.compile(
    r"^[\s>]*(?:[-*+] )?[*_`]*([A-Za-z][A-Za-z ]{0,30}?)[*_`]*[:：](?:[*_`]*\s+|[*_`]*$)(.*)$"
)
_OPTION = re.compile(r"^([\s>]*)(\d{1,2}[.)]|[a-z][.)]|[-*+])\s+(.*)$", re.I)
_INLINE = re.compile(r"\s*(?:^|[;,\s])\s*(?:\d[.)]|\(\d\))\s+")
_EDGES = "*_`> \t"


def render(escalation: Escalation) -> str:
    """The escalation in its kind's format; a missing answer reads `not stated`."""
    e = tidy(escalation)
    form = FORMATS[e.kind]
    about_subject = form.subject and e.description == e.fields.get(form.subject)
    lines = [f"{form.mark} {form.title}: {'' if about_subject else e.description}".rstrip()]
    lines += [f"{name}: {e.fields.get(name, 'not stated')}" for name in form.fields]
    lines += [f"{name}: {text}" for name, text in e.fields.items() if name not in form.fields]
    if e.kind == "debt" and e.options == DEBT_OPTIONS:
        lines.append(f"{form.options}: {DEBT_QUESTION}")
    elif e.options:
        lines.append(f"{form.options}:")
        lines += [f"{number}. {option}" for number, option in enumerate(e.options, 1)]
    elif e.kind != "data":  # SPEC.md's data format has no options
        lines.append(f"{form.options}: none known")
    if e.recommendation or e.kind == "data":
        lines.append(f"Recommendation: {e.recommendation or 'not stated'}")
    if e.evidence:
        lines += ["Evidence:", *(f"- {item}" for item in e.evidence)]
    return "\n".join(lines) + "\n"


def parse(text: str, raised_by: str = "") -> tuple[Escalation, ...]:
    """Every escalation in the text, the gravest first. Never raises.

    The protocol's own templates, with their brackets unfilled, are none.
    """
    lines = text.splitlines()
    heads = [(n, match) for n, line in enumerate(lines) if (match := _head(line))]
    ends = [*(n for n, _ in heads[1:]), len(lines)][: len(heads)]
    found = (
        _read(match, lines[n + 1 : end], raised_by)
        for (n, match), end in zip(heads, ends, strict=True)
    )
    order = list(FORMATS)
    kept = (escalation for escalation in found if escalation is not None)
    return tuple(sorted(kept, key=lambda escalation: order.index(escalation.kind)))


def tidy(escalation: Escalation) -> Escalation:
    """The escalation in the form that survives its text: single lines, nothing empty."""
    form = FORMATS[escalation.kind]
    named = {_words(name).title(): _value(text) for name, text in escalation.fields.items()}
    reserved = {form.options, "Options", "Recommendation", "Evidence"}
    fields = {name: named[name] for name in form.fields if named.get(name)}
    fields |= {
        name: text
        for name, text in named.items()
        if text and name not in fields and name not in reserved and _FIELD.match(f"{name}: x")
    }
    description = _value(escalation.description) or fields.get(form.subject, "")
    if form.subject:
        fields.setdefault(form.subject, description)
        fields = {n: fields[n] for n in (*form.fields, *fields) if fields.get(n)}
    options = tuple(o for option in escalation.options if (o := _value(option)))
    if escalation.kind == "debt" and not options:
        options = DEBT_OPTIONS
    return Escalation(
        kind=escalation.kind,
        description=description or "not stated",
        fields=fields,
        options=options,
        recommendation=_value(escalation.recommendation),
        evidence=tuple(e for item in escalation.evidence if (e := _value(item))),
        raised_by=escalation.raised_by,
    )


def in_order(escalation: Escalation) -> Escalation:
    """The escalation with its fields in the order of its format: a ledger keeps none."""
    fields, form = escalation.fields, FORMATS[escalation.kind]
    names = [*(name for name in form.fields if name in fields), *fields]
    return escalation.model_copy(update={"fields": {name: fields[name] for name in names}})


def _words(text: str) -> str:
    return one_line(text).strip(_EDGES)


def _value(text: str) -> str:
    """One line that says something, and that no reader takes for a headline of its own."""
    words = _words(text)
    if _INNER.match(words):
        words = _words(re.sub(rf"[{''.join(_MARKS)}]", "", words))
    if _HEAD.match(words) or _BARE.match(words):
        words = f"about {words}"
    return "" if _SILENT.fullmatch(words) else words


def _head(line: str) -> re.Match[str] | None:
    """A headline: with its colon, or with a mark or as a heading or in bold."""
    if match := _HEAD.match(line) or _INNER.match(line):
        return match
    match = _BARE.match(line)
    return match if match and any(sign in match[1] for sign in (*_MARKS, "#", "**")) else None


def _kind(title: str) -> Kind:
    words = re.sub(r"[\s_\-]+", " ", title.upper())
    return next(kind for kind, form in FORMATS.items() if form.title == words)


def _read(head: re.Match[str], lines: list[str], raised_by: str) -> Escalation | None:
    kind = _kind(head[2])
    form = FORMATS[kind]
    values, lists = _fields(lines, form)
    own = [name for name in (*form.fields, form.options) if name in values]
    marked = any(mark in head[1] for mark in _MARKS) or head[2].isupper()
    said = bool(own) or (marked and head.re is not _BARE)
    if head.re is _INNER and _SETTLED.fullmatch(_value(values.get("Resolution", ""))):
        return None  # told as a blocker that is no more
    description = _value(re.sub(r"</?[a-z]\w{0,9}>|\|\s*$", "", head[3] or "", flags=re.I))
    texts = [description, *values.values(), *lists.get(form.options, [])]
    content = [t for t in texts if _value(t) and not _placeholder(t) and t != DEBT_QUESTION]
    if not said or not content or _placeholder(description):
        return None
    options = lists.get(form.options) or lists.get("Options") or []
    inline = values.pop(form.options, "") or values.pop("Options", "")
    values.pop("Options", None)
    if not options and inline and inline != DEBT_QUESTION:
        options = [part for part in _INLINE.split(inline) if part] or [inline]
    evidence = lists.pop("Evidence", [])
    values.pop("Evidence", None)
    values = {name: text or "; ".join(lists.get(name, ())) for name, text in values.items()}
    recommendation = values.pop("Recommendation", "")
    return tidy(
        Escalation(
            kind=kind,
            description=description,
            fields=values,
            options=tuple(options),
            recommendation=recommendation,
            evidence=tuple(evidence),
            raised_by=raised_by,
        )
    )


def _fields(lines: list[str], form: Format) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Field → text and field → list items, until the block ends: an empty line before something
    that is no field of this kind, or a code fence."""
    known = {*form.fields, form.options, "Options", "Recommendation", "Evidence"}
    values: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    current, gap, first = "", False, _Item("", 0, "")
    for line in lines:
        if line.lstrip().startswith(("```", "~~~")):
            break
        if not line.strip(_EDGES):
            gap = True
            continue
        item = _item(line) if current and not values[current] else None
        field = _FIELD.match(line)
        name = _words(field[1]).title() if field else ""
        listed = current in lists
        if item and (not listed or _follows(item, first, gap)):
            first = first if listed else item
            lists.setdefault(current, []).append(item.text)
        elif field and name not in values and (name in known or not (gap or item)):
            current, values[name] = name, field[2].strip(_EDGES)
        elif gap:
            break
        elif listed:
            lists[current][-1] += " " + line.strip()
        elif current:
            values[current] = f"{values[current]} {line.strip()}".strip()
        gap = False
    return values, lists


@dataclass(frozen=True)
class _Item:
    """A list item: `1`, `a` or `-`, how far it is indented, what it says."""

    kind: str
    indent: int
    text: str


def _item(line: str) -> _Item | None:
    match = _OPTION.match(line)
    if match is None:
        return None
    kind = "1" if match[2][0].isdigit() else "a" if match[2][0].isalpha() else "-"
    return _Item(kind, len(match[1]), match[3])


def _follows(item: _Item, first: _Item, gap: bool) -> bool:
    """Whether the item belongs to the list that `first` began. An outdented one is a new field."""
    return item.indent >= first.indent and (item.kind == first.kind or not gap)


def _placeholder(text: str) -> bool:
    return re.fullmatch(r"\[[A-Z][A-Za-z' /]*\]", text.strip(_EDGES)) is not None
