"""A run's events as lines, one after the other: pure. For logs, pipes and scrollback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pullcord.cli.events import place, prefix
from pullcord.cli.render import OUTCOMES, between, clock, ended_as, fit, pad, plural, short
from pullcord.line.again import is_cancel, is_ending
from pullcord.model.fact import Fact
from pullcord.model.quality import Receipt, Verdict
from pullcord.model.text import cut, one_line

SHOWN = 5
"""Findings of one closed handoff that are printed."""
_NAME = 24
_SAID = 200
"""Characters of an agent's own words in one line; the log's JSON has them all."""
Facts = Mapping[str, Fact]


def lines(fact: Fact, before: Facts, *, width: int = 0) -> list[str]:
    """What this fact says to a person who has read those before it (by key).

    `width` 0 gives plain lines that begin with the run's elapsed time; else lines of a terminal,
    with the duration at the right end.
    """
    text = list(_lines(fact, before, compact=width > 0))
    if width:
        return [_wide(line, seconds, width) for line, seconds in text]
    started = before["run"].at if "run" in before else fact.at
    at = clock(between(started, fact.at))
    return [f"{at:>7}  {line}{_took(seconds)}" for line, seconds in text]


def _took(seconds: float | None) -> str:
    return "" if seconds is None else f"  ({clock(seconds)})"


def _wide(line: str, seconds: float | None, width: int) -> str:
    took = "" if seconds is None else clock(seconds)
    room = width - len(took) - 3
    return f"  {pad(fit(line, room), room)} {took}".rstrip()


Line = tuple[str, float | None]


def _lines(fact: Fact, before: Facts, *, compact: bool) -> Iterator[Line]:
    body = fact.body
    if fact.key.startswith("result/") and fact.key.endswith("/judged"):
        yield _gates("the whole result", "", body, compact), _since(fact, before)
    elif place(fact.key)[0]:
        if not _copied(before):
            yield from _attempt(fact, before, compact)
    elif fact.key == "run":
        yield from _started(fact.run, body)
    elif is_ending(fact.key):
        mark = "✓" if body["state"] == "passed" else "✗"
        yield f"{mark} run {ended_as(body['state'], one_line(body.get('why', '')))}", None
    elif fact.key.startswith("budget/") and fact.key.endswith("/unknown"):
        yield f"! {body['agent']} reports no {body['unit']}: that budget cannot stop it", None
    elif fact.key == "forked":
        reused = dict.fromkeys(key.partition("/")[0] for key in body["reused"])
        names = ", ".join(reused) or "nothing"
        yield f"✓ taken over from {body['origin']}, not paid again: {names}", None
    elif fact.key.startswith("recorded/"):
        yield f"✓ {fact.key.removeprefix('recorded/')} recorded in {body['path']}", None
    elif fact.key.startswith("retry/"):
        said = f": {one_line(body['text'])}" if body["text"] else ""
        yield f"! {body['task']} is tried again by {one_line(body['by'])}{said}", None
    elif is_cancel(fact.key):
        yield f"✗ cancelled by {one_line(body['by'])}", None
    elif fact.key == "applied":
        yield f"✓ applied to {body['branch']} at {short(body['commit'])}", None
    elif fact.key.endswith("/skipped"):
        yield f"- {fact.key.removesuffix('/skipped')}  skipped: {one_line(body['reason'])}", None
    elif fact.key.startswith("waive/"):
        where = fact.key.removeprefix("waive/")
        yield f"! {where} waived by {one_line(body['by'])}: {one_line(body['reason'])}", None
    elif fact.key.startswith("ask/") and f"{fact.key}/answer" not in before:  # else told already
        yield _asked(fact.key.removeprefix("ask/"), body), None


def _started(run: str, body: Mapping[str, Any]) -> Iterator[Line]:
    plan, title = body["plan"], one_line(body["request"]["title"])
    count = plural(len(plan["tasks"]), "task")
    yield f"Run {run}  {title}  ({plan['pattern']}, {count}, {body['runtime']})", None
    if fork := body.get("fork"):
        yield f"  forked from {fork['origin']} before {fork['task']}", None
    if body["unsafe"]:
        yield "! no sandbox: commands run unprotected on this machine (--unsafe-no-sandbox)", None


def _copied(before: Facts) -> bool:
    """Whether a fork is still taking over what another run did; `forked` then names all of it."""
    return "run" in before and bool(before["run"].body.get("fork")) and "forked" not in before


def _attempt(fact: Fact, before: Facts, compact: bool) -> Iterator[Line]:
    task, number, what = place(fact.key)
    tasks = before["run"].body["plan"]["tasks"] if "run" in before else ()
    agent, description = _named(tasks, task)
    opened = fact if what == "opened" else before.get(f"{task}/{number}/opened")
    # Another agent than the task's own may mend a merge.
    agent = (opened and opened.body.get("agent")) or agent
    which = prefix(tasks, task, agent)
    again = which + (f"round {number}: " if number > 1 else "")
    if what == "opened" and not compact:  # a terminal shows it among its live lines
        yield f"● {agent:<{_NAME}}  {again}{description}", None
    elif what == "worked":
        yield f"{_ended(agent, again, description, fact.body['report'])}", _since(fact, before)
    elif what in ("judged", "merged"):
        name = "  gates" if what == "judged" else "  gates after the merge"
        yield _gates(name, which, fact.body, compact), _since(fact, before)
    elif what == "touched":
        names = ", ".join(map(one_line, fact.body["names"]))
        yield f"! your repository changed while {agent} worked: {names}", None
    elif what == "closed":
        yield f"✗ {agent:<{_NAME}}  {which}handoff closed in round {number}", None
        # A gate that did not run because another was red adds nothing to read.
        findings = fact.body["findings"]
        yield from _found([f for f in findings if f["rule"] != "not-run"] or findings, fact.run)
    elif what == "redesign":
        yield f"! {_redesigned(fact.body)}", None
    elif what == "handoff":
        yield f"✓ {agent:<{_NAME}}  {which}handed off {short(fact.body['commit'])}", None
        red = [f for r in fact.body["receipts"] for f in r["verdict"].get("red", ())]
        yield from _found(red, fact.run)


def _redesigned(body: Mapping[str, Any]) -> str:
    follow = f", then {', '.join(body['tasks'])}" if body["tasks"] else ""
    return f"the design is adjusted by {body['designer']}{follow}"


def _named(tasks: Sequence[Mapping[str, Any]], task: str) -> tuple[str, str]:
    for entry in tasks:
        if entry["id"] == task:
            return entry["subagent_type"], one_line(entry["description"])
    return task, ""


def _ended(agent: str, again: str, description: str, report: Mapping[str, Any]) -> str:
    status = report["status"]
    if report["exit"] is None:
        said, mark = cut(one_line(report["message"]), _SAID) or "ended by a limit", "✗"
    elif report["exit"] != 0:
        said, mark = f"ended with exit status {report['exit']}", "✗"
    elif report.get("escalation"):
        said, mark = f"{description} - pulls the cord", "!"
    elif status == "done":
        said, mark = description, "✓"
    else:
        said, mark = f"{status.replace('_', ' ')}: {cut(one_line(report['message']), _SAID)}", "!"
    if review := report.get("review"):
        said = f"{review['decision']}: {said}"
        mark = "✓" if review["decision"] == "approve" else "!"
    return f"{mark} {agent:<{_NAME}}  {again}{said}"


def _gates(name: str, which: str, body: Mapping[str, Any], compact: bool) -> str:
    verdicts = [Receipt.model_validate(receipt).verdict for receipt in body["receipts"]]
    shut = any(not verdict.opens for verdict in verdicts)
    marks = _compact(verdicts) if compact else gate_marks(verdicts)
    cached = sum(verdict.cached for verdict in verdicts)
    known = f"  {cached} cached" if cached else ""
    return f"{'✗' if shut else '✓'} {name:<{_NAME}}  {which}{marks}{known}"


def gate_marks(verdicts: Sequence[Verdict]) -> str:
    """`types ✓  tests ✓ 212, 87.4%  openapi ✗`: each gate with its sign, the tests with numbers."""
    return "  ".join(f"{v.gate} {OUTCOMES[v.outcome]}{_numbers(v)}" for v in verdicts)


def _compact(verdicts: Sequence[Verdict]) -> str:
    """The same for a narrow place: what is not plainly green by name, the rest by number."""
    named = [v for v in verdicts if v.outcome != "pass" or _numbers(v)]
    rest = f"{len(verdicts) - len(named)} more ✓" if len(named) < len(verdicts) else ""
    return "  ".join(part for part in (gate_marks(named), rest) if part)


def _numbers(verdict: Verdict) -> str:
    counts = verdict.counts
    if verdict.gate != "tests" or "passed" not in counts:
        return ""
    covered = f", {counts['coverage']:.1f}%" if "coverage" in counts else ""
    red = f", {len(verdict.red)} red as expected" if verdict.red else ""
    return f" {counts['passed']:.0f}{covered}{red}"


def _found(findings: Sequence[Mapping[str, Any]], run: str) -> Iterator[Line]:
    for finding in findings[:SHOWN]:
        yield f"    {finding_line(finding)}", None
    if len(findings) > SHOWN:
        yield f"    … and {len(findings) - SHOWN} more: pullcord show {run}", None


def finding_line(finding: Mapping[str, Any]) -> str:
    """`tests  tests/api/test_a.py:88  assert 404 == 204`."""
    where = finding["path"] + (f":{finding['line']}" if finding["line"] else "")
    parts = (finding["gate"], where, one_line(finding["message"]))
    return "  ".join(part for part in parts if part)


def _since(fact: Fact, before: Facts) -> float | None:
    """Seconds since the fact before, which is what the work or the judging took."""
    last = max(before.values(), key=lambda f: f.seq, default=None)
    task, number, what = place(fact.key)
    if what == "worked":
        last = before.get(f"{task}/{number}/opened", last)
    return between(last.at, fact.at) if last else None


def _asked(name: str, body: Mapping[str, Any]) -> str:
    if name.endswith("/answer"):
        question = name.removesuffix("/answer")
        first, _, more = body["text"].partition("\n")
        said = cut(one_line(first), _SAID) + " …" * bool(more)
        before = f" (as {body['reuses']})" if body.get("reuses") else ""
        return f"✓ {question} answered by {one_line(body['by'])}{before}: {said}"
    return f"! cord pulled: {name}  {one_line(body['escalation']['description'])}"
