"""A run as reports show it: its facts, and the summaries in its own commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pullcord.briefs import summary as summaries
from pullcord.briefs.reports import SUCCESS
from pullcord.line.budget import by_whom, told_of
from pullcord.line.criteria import Covered, coverage
from pullcord.line.handoff import waived
from pullcord.line.state import Status, TaskState, status_of
from pullcord.model.fact import Fact
from pullcord.model.quality import Receipt
from pullcord.model.run import Start
from pullcord.model.summary import Summary
from pullcord.model.task import Task
from pullcord.model.view import CriterionView, RunView, SuccessView, TaskView
from pullcord.model.work import Change
from pullcord.workspace.git import Git

_AREAS = (
    ("API contract", ("docs/contracts/", "openapi.json", "contract/")),
    ("Endpoint", ("app/api/",)),
    ("Repository", ("app/repositories/",)),
    ("Model", ("app/models/",)),
    ("Migration", ("supabase/migrations/", "migrations/")),
    ("Tests", ("tests/",)),
    ("Docs updated", ("docs/planning/", "docs/decisions/", "README.md")),
)
"""What a deliverable is called, by where its files lie."""
_WRITTEN = (
    ("Summaries of attempts", f"{summaries.FOLDER}/agent_"),
    ("Documents of failures", f"{summaries.FOLDER}/failure_"),
)
"""What is only counted, by how its files' paths begin."""


async def view_of(
    facts: Sequence[Fact], git: Git, changes: Sequence[Change], *, driven: bool
) -> RunView:
    """The view of a run. `changes` lead from its base to its head."""
    status = status_of(facts, driven=driven)
    bodies = {fact.key: fact.body for fact in facts}
    start = Start.model_validate(bodies["run"])
    tasks = []
    for task, state in zip(start.plan.tasks, status.tasks, strict=True):
        summary = await _summary(git, bodies, state)
        tasks.append(_task(task, state, summary, status, bodies))
    judged = [fact.body for fact in facts if fact.key.endswith("/judged")]
    skipped = judged[-1].get("skipped", {}) if judged else {}
    receipts = result_receipts(facts)
    covered = coverage(facts)
    return RunView(
        run=status.run,
        title=status.title,
        state=status.state,
        tasks=tuple(tasks),
        receipts=receipts,
        skipped=skipped,
        deliverables=deliverables(changes),
        tests_added=await _tests_added(git, start.base, changes, receipts),
        cost=told_of(status.cost, status.budget) if _tells(status) else "",
        costs=tuple(by_whom(facts)) if _tells(status) else (),
        criteria=tuple(_criterion(c) for c in covered),
        success=success(status, receipts, skipped, covered, tasks),
        follow_ups=_follow_ups(tasks),
        notes=_notes(status, start, bodies),
    )


async def _summary(git: Git, bodies: dict[str, Any], state: TaskState) -> Summary | None:
    opened = bodies.get(f"{state.id}/{state.round}/opened")
    if opened is None or not state.commit:
        return None
    text = await git.read(state.commit, opened["summary_path"])
    try:
        return summaries.parse(text or "")
    except ValueError:
        return None  # a person waived its gate; the report goes on without its words


def _task(
    task: Task, state: TaskState, summary: Summary | None, status: Status, bodies: dict[str, Any]
) -> TaskView:
    judged = bodies.get(f"{task.id}/{state.round}/judged", {}).get("receipts", [])
    waits = next((q.id for q in status.open_questions if q.task == task.id), "")
    return TaskView.model_validate(
        {
            "id": task.id,
            "agent": task.subagent_type,
            "description": task.description,
            "state": state.state,
            "skipped": bodies.get(f"{task.id}/skipped", {}).get("reason", ""),
            "round": state.round,
            "contribution": summary.overview if summary else "",
            "achievements": summary.details if summary else (),
            "considerations": summary.handoff if summary else (),
            "receipts": judged,
            "waits_for": waits,
            "reason": task.reason,
            "recovery": task.recovery,
        }
    )


def result_receipts(facts: Sequence[Fact]) -> tuple[Receipt, ...]:
    """The receipts of the result, before it those of the latest judgement: pure."""
    judged = [fact for fact in facts if fact.key.endswith("/judged")]
    if not judged:
        return ()
    last = judged[-1]
    receipts = [Receipt.model_validate(r) for r in last.body["receipts"]]
    key = last.key.removesuffix("/judged")
    return waived(receipts, key, facts)


def deliverables(changes: Sequence[Change]) -> tuple[str, ...]:
    """One line per area of the repository that the run changed, with its files: pure.

    No change is left out: what belongs to no area, or is gone, has a line of its own.
    """
    kept = [c.path for c in changes if c.status != "deleted"]
    known = (*(place for _, places in _AREAS for place in places), *(p for _, p in _WRITTEN))
    rest = [path for path in kept if not path.startswith(known)]
    areas = [(name, [p for p in kept if p.startswith(places)]) for name, places in _AREAS]
    areas += [
        ("Also changed", rest),
        ("Deleted", [c.path for c in changes if c.status == "deleted"]),
    ]
    lines = [f"{name}: {_some(paths)}" for name, paths in areas if paths]
    for name, beginning in _WRITTEN:
        if count := sum(path.startswith(beginning) for path in kept):
            lines.append(f"{name}: {count} in {summaries.FOLDER}/")
    return tuple(lines)


def _some(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - 4} more" if len(paths) > 4 else ""
    return ", ".join(paths[:4]) + more


async def _tests_added(
    git: Git, base: str, changes: Sequence[Change], receipts: Sequence[Receipt]
) -> int:
    """How many tests pass in the latest judgement whose functions the base does not have."""
    changed = {change.path for change in changes}
    ids = [id.partition("[")[0] for receipt in receipts for id in receipt.verdict.tests]
    own = [(path, name) for path, _, name in (id.partition("::") for id in ids) if path in changed]
    paths = sorted({path for path, _ in own})
    texts = await git.read_all([(base, path) for path in paths])
    before = dict(zip(paths, texts, strict=True))
    return sum(f"def {name.rpartition('::')[2]}(" not in (before[path] or "") for path, name in own)


def _criterion(covered: Covered) -> CriterionView:
    if covered.approved_by:
        by = f"approved by {covered.approved_by}"
    elif covered.tests:
        names = [test.rsplit("::", 1)[-1] for test in covered.tests[:3]]
        more = f" and {len(covered.tests) - 3} more" if len(covered.tests) > 3 else ""
        by = f"tests {', '.join(names)}{more}"
    else:
        by = f"reviewer: {covered.said}"
    return CriterionView(text=covered.named, covered=covered.covered, by=by)


def success(
    status: Status,
    receipts: Sequence[Receipt],
    skipped: Mapping[str, str],
    covered: Sequence[Covered],
    tasks: Sequence[TaskView],
) -> tuple[SuccessView, ...]:
    """SPEC.md's Measuring Success, each line computed from receipts and facts: pure."""
    gates = {receipt.verdict.gate: receipt.verdict for receipt in receipts}

    def clean(*names: str) -> tuple[bool, str]:
        due = [n for n in names if n not in skipped]
        missing = [n for n in due if n not in gates or gates[n].outcome != "pass"]
        said = [f"{n}: {gates[n].outcome if n in gates else 'not judged'}" for n in missing]
        said += [f"{n} does not apply: {skipped[n]}" for n in names if n in skipped]
        return not missing, ", ".join(said)

    met = [c for c in covered if c.covered]
    all_met = bool(covered) and len(met) == len(covered)
    done = [t for t in tasks if t.state in ("passed", "skipped")]
    told = [t for t in done if t.contribution or t.state == "skipped"]
    answers = (
        (all_met, f"{len(met)} of {len(covered)} covered"),
        clean("types", "format", "lint"),
        (clean("tests")[0], gates["tests"].detail if "tests" in gates else "tests: not judged"),
        clean("openapi", "contract"),
        (len(told) == len(tasks), f"{len(told)} of {len(tasks)} tasks handed off with a summary"),
        (all_met and status.state == "passed", f"the run is {status.state}"),
    )
    return tuple(
        SuccessView(text=text, met=met, why=why)
        for text, (met, why) in zip(SUCCESS, answers, strict=True)
    )


def _tells(status: Status) -> bool:
    """Whether a report needs to say what the run has cost: not when nothing was ever at stake."""
    cost = status.cost
    return bool(cost.usd or cost.tokens or status.budget.limits or status.task_budget.limits)


def _follow_ups(tasks: Sequence[TaskView]) -> tuple[str, ...]:
    last = [task for task in tasks if task.state == "passed"]
    return last[-1].considerations[:6] if last else ()


def _notes(status: Status, start: Start, bodies: dict[str, Any]) -> tuple[str, ...]:
    notes = list(start.plan.notes)
    notes += [
        f"While {key.removesuffix('/touched')} worked, your repository changed: "
        f"{', '.join(body['names'])}. If that was not you, do not apply."
        for key, body in bodies.items()
        if key.endswith("/touched")
    ]
    notes += [
        f"{body['agent']} reports no {body['unit']}: the budget of {body['unit']} cannot stop it. "
        "Attempts and time are counted."
        for key, body in bodies.items()
        if key.startswith("budget/") and key.endswith("/unknown")
    ]
    if (forked := bodies.get("forked")) is not None:
        names = ", ".join(dict.fromkeys(key.partition("/")[0] for key in forked["reused"]))
        notes.append(
            f"Forked from {forked['origin']} before {forked['task']}. Taken over, not paid again: "
            f"{names or 'nothing'}"
        )
    notes += [f"Waived: {place} by {word}" for place, word in status.waivers.items()]
    if status.unsafe:
        notes.append("This run worked WITHOUT a sandbox (--unsafe-no-sandbox).")
    if status.why:
        notes.append(status.why)
    return tuple(notes)
