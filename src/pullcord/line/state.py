"""Where a run stands: a pure fold of its facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pullcord.line.again import body_of
from pullcord.line.alarms import allowances
from pullcord.line.ask import ROUNDS_SPENT, Question, questions
from pullcord.line.budget import allowed, spent
from pullcord.line.handoff import head_of, waived
from pullcord.model.budget import Budget, Spent
from pullcord.model.fact import Fact
from pullcord.model.quality import Receipt
from pullcord.model.run import Start, State
from pullcord.model.value import Value


class TaskState(Value):
    """Where one task stands. `round` is the last opened one, 0 before the first."""

    id: str
    agent: str
    description: str
    state: str
    """queued, running, waiting, passed, skipped, failed"""
    round: int = 0
    commit: str = ""
    closed: tuple[str, ...] = ()
    """What kept the last red round closed, one line per finding."""


class Status(Value):
    """One run as people ask for it. `head` is the last handed-off commit."""

    run: str
    title: str
    state: State
    pattern: str
    runtime: str
    started_at: str
    base: str
    branch: str
    head: str
    tasks: tuple[TaskState, ...]
    open_questions: tuple[Question, ...] = ()
    waivers: dict[str, str] = {}
    unsafe: bool = False
    cost: Spent = Spent()
    """What the run has spent so far."""
    budget: Budget = Budget()
    """What it may spend, with what people added."""
    task_budget: Budget = Budget()
    applied_to: str = ""
    forked_from: str = ""
    """RUN/TASK of a fork: it took over what that run had handed off before the task."""
    why: str = ""
    """Why a finished run did not pass."""


def status_of(facts: Sequence[Fact], *, driven: bool) -> Status:
    """The status of the run that these facts are. `driven`: a living process works on it."""
    bodies = {fact.key: fact.body for fact in facts}
    start = Start.model_validate(bodies["run"])
    asked = tuple(q for q in questions(facts) if q.answer is None)
    finished = body_of(facts, "run/finished")
    state: State = "running" if driven else "waiting" if asked else "interrupted"
    if finished:
        state = finished["state"]
    return Status(
        run=facts[0].run,
        title=start.request.title,
        state=state,
        pattern=start.plan.pattern,
        runtime=start.runtime,
        started_at=facts[0].at,
        base=start.base,
        branch=start.branch,
        head=head_of(facts, start.base),
        tasks=tuple(
            _task(task.id, task.subagent_type, task.description, bodies, asked, state)
            for task in start.plan.tasks
        ),
        open_questions=() if finished else asked,
        waivers={
            key.removeprefix("waive/"): f"{body['by']}: {body['reason']}"
            for key, body in bodies.items()
            if key.startswith("waive/")
        }
        | allowances(facts),
        unsafe=start.unsafe,
        cost=spent(facts),
        budget=allowed(facts),
        task_budget=start.budgets.task,
        applied_to=bodies.get("applied", {}).get("branch", ""),
        forked_from=f"{start.fork.origin}/{start.fork.task}" if start.fork else "",
        why=(finished or {}).get("why", ""),
    )


def _task(
    id: str,
    agent: str,
    description: str,
    bodies: dict[str, Any],
    asked: Sequence[Question],
    run: State,
) -> TaskState:
    rounds = [n for n in range(1, 1000) if f"{id}/{n}/opened" in bodies]
    last = rounds[-1] if rounds else 0
    handoff = bodies.get(f"{id}/{last}/handoff", {})
    closed = bodies.get(f"{id}/{last}/closed", {}).get("findings", [])
    if f"{id}/skipped" in bodies:
        state = "skipped"
    elif handoff:
        again = any(
            b["rounds"].get(id) == last for k, b in bodies.items() if k.startswith("retry/")
        )
        state = "queued" if again else "passed"
    elif any(q.task == id for q in asked):
        state = "waiting"
    elif last:
        state = "failed" if run in ("failed", "cancelled") else "running"
    else:
        state = "queued"
    lines = tuple(f"{f['gate']}: {_place(f)}{f['message']}" for f in closed)
    return TaskState(
        id=id, agent=agent, description=description, state=state, round=last,
        commit=handoff.get("commit", ""), closed=lines,
    )  # fmt: skip


def _place(finding: dict[str, Any]) -> str:
    line = f":{finding['line']}" if finding["line"] else ""
    return f"{finding['path']}{line} " if finding["path"] else ""


def closed_gates(facts: Sequence[Fact]) -> tuple[str, dict[str, tuple[str, ...]]]:
    """The judgement that waits for a person (`TASK/ROUND`, or `result`) and the gates that keep it
    closed with the ids of their findings; ('', {}) when none waits: pure."""
    bodies = {fact.key: fact.body for fact in facts}
    if body_of(facts, "run/finished"):
        return "", {}
    results = [key for key in bodies if key.startswith("result/") and key.endswith("/judged")]
    keys = [key.removesuffix("/judged") for key in results[-1:]]
    for question in questions(facts):
        rounds = [n for n in range(1, 1000) if f"{question.task}/{n}/closed" in bodies]
        if question.answer is None and question.escalation.kind in ROUNDS_SPENT and rounds:
            keys.append(f"{question.task}/{rounds[-1]}")
    for key in keys:
        judged = [
            Receipt.model_validate(receipt)
            for name, body in bodies.items()
            if name.startswith(f"{key}/") and name.endswith("/judged") and "/merge/" not in name
            for receipt in body["receipts"]
        ]
        last = {r.verdict.gate: r.verdict for r in waived(judged, key, facts)}
        red = {v.gate: tuple(f.id for f in v.findings) for v in last.values() if not v.opens}
        # What another gate keeps from running is no matter of its own.
        ran = {gate: found for gate, found in red.items() if last[gate].outcome != "not-run"}
        if red:
            return key, ran or red
    return "", {}
