"""Facts as the JSON events that `--json` prints: pure. docs/schema/event.json describes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pullcord.line.again import is_cancel, is_ending
from pullcord.model.fact import Fact
from pullcord.model.quality import Finding, Receipt, Verdict
from pullcord.model.text import cut, one_line

Body = dict[str, Any]
_ATTEMPT = re.compile(
    r"(?P<task>[^/]+)/(?P<round>\d+)/(?P<merge>merge/[0-9a-f]+/)?(?:rest/|waived/)?"
    r"(?P<what>reserved|minute/\d+|opened|worked|touched|judged|documented|closed|redesign|handoff)"
)
_TYPES = {
    "reserved": "attempt.reserved",
    "minute": "attempt.working",
    "opened": "attempt.started",
    "worked": "attempt.finished",
    "touched": "repository.changed",
    "judged": "gate.finished",
    "documented": "attempt.documented",
    "closed": "handoff.closed",
    "redesign": "design.changed",
    "handoff": "task.handed-off",
}
MESSAGE = 500
"""Characters of an agent's last message that an event keeps."""


def events(fact: Fact) -> list[Body]:
    """The events that one fact is: one, or one per gate for a judgement."""
    head: Body = {"run": fact.run, "seq": fact.seq, "at": fact.at}
    return [{"type": kind, **head, **body} for kind, body in _events(fact.key, fact.body)]


def place(key: str) -> tuple[str, int, str]:
    """Task, round and what happened, of a fact's key; ('', 0, '') when it is no attempt's. The
    judgement of a merge is `merged`."""
    match = _ATTEMPT.fullmatch(key)
    if not match:
        return "", 0, ""
    what = "merged" if match["merge"] else match["what"].partition("/")[0]
    return match["task"], int(match["round"]), what


def prefix(tasks: Sequence[Mapping[str, Any]], task: str, agent: str) -> str:
    """`backend: ` where the agent's name alone does not say which task of the plan is meant."""
    by_agent = [entry["id"] for entry in tasks if entry["subagent_type"] == agent]
    return "" if by_agent in ([], [task]) else f"{task}: "


def _events(key: str, body: Body) -> list[tuple[str, Body]]:
    task, number, what = place(key)
    if what in ("judged", "merged") or key == "result/judged":
        of = {"judged": "attempt", "merged": "merge"}.get(what, "result")
        if task == "result":  # judged again
            of, task, number = "result", "", 0
        return _judged({"of": of, "task": task, "round": number}, body)
    if what:
        return [(_TYPES[what], {"task": task, "round": number, **_attempt(what, body)})]
    if key == "run":
        return [("run.started", _started(body))]
    if is_ending(key) or key == "applied":
        return [("run.applied" if key == "applied" else "run.finished", dict(body))]
    if key.endswith("/skipped"):
        return [("task.skipped", {"task": key.removesuffix("/skipped"), **body})]
    if key.startswith("ask/"):
        return [_asked(key.removeprefix("ask/"), body)]
    if key.startswith("waive/"):
        where, _, gate = key.removeprefix("waive/").rpartition("/")
        task, _, last = where.rpartition("/")
        number = int(last) if task else 0  # the result has no round
        said = {"by": body["by"], "reason": body["reason"]}
        return [("gate.waived", {"task": task, "round": number, "gate": gate, **said})]
    if key.startswith("budget/") and key.endswith("/unknown"):
        return [("budget.unknown", dict(body))]
    if key == "forked":
        return [("run.forked", dict(body))]
    if key.startswith("recorded/"):
        said = {"question": key.removeprefix("recorded/"), **body}
        return [
            ("decision.recorded", {name: said[name] for name in ("question", "path", "commit")})
        ]
    if key.startswith("retry/"):
        return [("task.retried", {"task": body["task"], "text": body["text"], "by": body["by"]})]
    if is_cancel(key):
        return [("run.cancelled", dict(body))]
    return [("fact", {"key": key})]


def _started(body: Body) -> Body:
    tasks = [
        {"id": task["id"], "agent": task["subagent_type"], "description": task["description"]}
        for task in body["plan"]["tasks"]
    ]
    kept = {name: body[name] for name in ("runtime", "base", "branch", "unsafe")}
    title, pattern = body["request"]["title"], body["plan"]["pattern"]
    return {"title": title, "pattern": pattern, **kept, "tasks": tasks}


def _attempt(what: str, body: Body) -> Body:
    if what in ("reserved", "minute"):
        return dict(body)
    if what == "opened":
        return {"summary_path": body["summary_path"]}
    if what == "worked":
        report = body["report"]
        return {
            "commit": body["commit"],
            "status": report["status"],
            "message": cut(one_line(report["message"]), MESSAGE),
            "exit": report["exit"],
            "usage": report["usage"],
            "review": report["review"]["decision"] if report.get("review") else None,
        }
    if what == "touched":
        return {"names": body["names"]}
    if what in ("closed", "redesign"):
        findings = [Finding.model_validate(finding) for finding in body["findings"]]
        more: Body = {name: body[name] for name in ("designer", "tasks") if name in body}
        return {**more, "findings": [finding_json(finding) for finding in findings]}
    return {"commit": body["commit"]}


def _judged(head: Body, body: Body) -> list[tuple[str, Body]]:
    return [
        ("gate.finished", {**head, **verdict_json(receipt.verdict), "tree": receipt.tree})
        for receipt in map(Receipt.model_validate, body["receipts"])
    ] + [
        ("gate.skipped", {**head, "gate": gate, "reason": reason})
        for gate, reason in body.get("skipped", {}).items()
    ]


def verdict_json(verdict: Verdict) -> Body:
    """A verdict as every command prints it; without the tool's own output."""
    return {
        "gate": verdict.gate,
        "outcome": verdict.outcome,
        "detail": verdict.detail,
        "findings": [finding_json(finding) for finding in verdict.findings],
        "command": verdict.command,
        "tools": verdict.tools,
        "counts": verdict.counts,
        "duration_s": verdict.duration_s,
        "cached": verdict.cached,
        "waived_by": verdict.waived_by,
    }


def finding_json(finding: Finding) -> Body:
    """A finding with its id: `{id, gate, rule, path, line, message}`."""
    return {"id": finding.id, **finding.model_dump(mode="json")}


def _asked(name: str, body: Body) -> tuple[str, Body]:
    if name.endswith("/answer"):
        return "question.answered", {"question": name.removesuffix("/answer"), **body}
    return "question.asked", {"question": name, "task": body["task"], **body["escalation"]}
