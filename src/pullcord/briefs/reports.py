"""Progress, handoff and final summary: SPEC.md, Communication Templates.

Same headings, order and marks. What the templates have no place for follows after them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pullcord.briefs.quality import quality_lines
from pullcord.model.text import cut, one_line
from pullcord.model.view import RunView, TaskView

SUCCESS = (
    "Acceptance criteria met",
    "mypy/ruff clean",
    "Tests passing with coverage ≥ 80%",
    "OpenAPI generated/verified/published",
    "Clear handoffs and updated docs",
    "User requirements fulfilled",
)
"""SPEC.md, Measuring Success: the texts of RunView.success, in this order."""

_HEADLINES = {
    "passed": "Complete ✅",
    "waiting": "Waiting for you ❌",
    "running": "Not complete yet 🔄",
    "failed": "Failed ❌",
    "cancelled": "Cancelled ❌",
    "interrupted": "Interrupted ❌",
}
_WIDTH = 300


def progress(view: RunView) -> str:
    """SPEC.md's progress update: one line for each finished task, the current and the next one."""
    done = [task for task in view.tasks if task.state in ("passed", "skipped")]
    current = [task for task in view.tasks if task.state in ("running", "waiting", "failed")]
    queued = [task for task in view.tasks if task.state == "queued"]
    lines = [
        *(f"✅ Completed: {line}" for line in map(_done, done)),
        *([] if done else ["✅ Completed: nobody - nothing yet"]),
        *(f"🔄 In Progress: {line}" for line in map(_current, current)),
        *([] if current else ["🔄 In Progress: nobody - no task is under way"]),
        f"⏳ Next: {_next(queued)}",
        "",
        "Quality Status:",
        *_checks(view),
        *_noted(view),
    ]
    return "\n".join(lines) + "\n"


def handoff(view: RunView, task: str = "") -> str:
    """SPEC.md's handoff summary, of the named task or the latest one that handed off."""
    done = [t for t in view.tasks if t.state == "passed" and task in ("", t.id)]
    last = done[-1] if done else None
    place = view.tasks.index(last) + 1 if last else 0
    after = next((t for t in view.tasks[place:] if t.state != "skipped"), None)
    context = last.considerations if last else ()
    lines = [
        f"@agent-{one_line(last.agent) if last else 'nobody'} has completed:",
        *(_bullets(_achieved(last)) if last else ["- Nothing yet"]),
        "",
        f"Handing off to @agent-{one_line(after.agent) if after else 'nobody'} for:",
        *_bullets([_about(after) if after else f"Nothing more: pullcord show {view.run}"]),
        "",
        f"Context: {cut('; '.join(map(one_line, context)), 1_000) or 'no considerations noted'}",
        *_noted(view),
    ]
    return "\n".join(lines) + "\n"


def final(view: RunView) -> str:
    """SPEC.md's final summary, then the criteria, Measuring Success, the choice of agents and what
    must not be missed."""
    tests = "1 test added" if view.tests_added == 1 else f"{view.tests_added} tests added"
    lines = [
        f"Feature: {_line(view.title) or 'untitled'} - {_HEADLINES[view.state]}",
        "",
        "Agents Involved:",
        *(
            f"{number}. @agent-{one_line(task.agent)}: {_contribution(task)}"
            for number, task in enumerate(view.tasks, 1)
        ),
        "",
        "Deliverables:",
        *_bullets(view.deliverables),
        f"- {tests}",
        "",
        "Quality Validation:",
        *_final_checks(view),
        "",
        *(_bullets(view.follow_ups) or ["- No follow-up items"]),
    ]
    for title, body in _appendix(view):
        lines += ["", f"{title}:", *body]
    return "\n".join(lines) + "\n"


REPORTS: dict[str, Callable[[RunView], str]] = {
    "progress": progress,
    "handoff": handoff,
    "final": final,
}
"""The values of `pullcord show RUN --as`."""


def _appendix(view: RunView) -> Iterable[tuple[str, list[str]]]:
    criteria = [
        f"- {_mark(c.covered)} {_line(c.text)} ({_line(c.by) or 'nothing covers it'})"
        for c in view.criteria
    ]
    success = [
        f"- {_mark(s.met)} {_line(s.text)}" + (f" ({_line(s.why)})" if _line(s.why) else "")
        for s in view.success
    ]
    choice = dict.fromkeys(
        f"- @agent-{one_line(t.agent)}: {_line(t.reason)}"
        + (f" If it fails: {_line(t.recovery)}" if _line(t.recovery) else "")
        for t in view.tasks
        if _line(t.reason)
    )
    parts = (
        ("Acceptance Criteria", criteria),
        ("Measuring Success", success),
        ("Why These Agents", list(choice)),
        ("Cost", _bullets((f"In all: {view.cost}", *view.costs) if view.cost else ())),
        ("Notes", _bullets(view.notes)),
    )
    return ((title, body) for title, body in parts if body)


def _noted(view: RunView) -> list[str]:
    """What no report may keep quiet: waivers, a missing sandbox, a repository that was touched."""
    notes = _bullets(view.notes)
    return ["", "Notes:", *notes] if notes else []


def _line(text: str) -> str:
    return cut(one_line(text), _WIDTH)


def _about(task: TaskView) -> str:
    return _line(task.description) or "untitled task"


def _bullets(items: Iterable[str]) -> list[str]:
    return [f"- {line}" for item in items if (line := _line(item))]


def _mark(good: bool) -> str:
    return "✅" if good else "❌"


def _done(task: TaskView) -> str:
    if task.state == "skipped":
        return f"{one_line(task.agent)} - {_about(task)} {_skipped(task)}"
    return f"{one_line(task.agent)} - {_line(task.contribution) or _about(task)}"


def _current(task: TaskView) -> str:
    state = {
        "waiting": f"waits for you: {_line(task.waits_for) or 'see pullcord inbox'}",
        "failed": "failed",
    }.get(task.state, "")
    if not state and task.round > 1:
        state = f"round {task.round}"
    return f"{one_line(task.agent)} - {_about(task)}" + (f" ({state})" if state else "")


def _next(queued: Sequence[TaskView]) -> str:
    if not queued:
        return "nobody - no task is left"
    more = f" (then {len(queued) - 1} more)" if len(queued) > 1 else ""
    return f"{one_line(queued[0].agent)} - {_about(queued[0])}{more}"


def _achieved(task: TaskView) -> list[str]:
    achievements = [a for a in map(_line, task.achievements[:8]) if a] or [
        _line(task.contribution) or _about(task)
    ]
    closed = [r.verdict for r in task.receipts if r.verdict.outcome != "pass"]
    if closed or not task.receipts:
        words = ", ".join(f"{v.gate} {v.outcome}" for v in closed) or "no receipts"
        return [*achievements, f"Not all validations passing: {words}"]
    return [*achievements, "All validations passing"]


def _contribution(task: TaskView) -> str:
    if task.state == "passed":
        return _line(task.contribution) or _about(task)
    if task.state == "skipped":
        return f"{_about(task)} {_skipped(task)}"
    return f"{_about(task)} ({task.state})"


def _skipped(task: TaskView) -> str:
    return f"(skipped: {_line(task.skipped)})" if task.skipped else "(skipped)"


def _checks(view: RunView) -> list[str]:
    lines = quality_lines(view.receipts, view.skipped)
    return [f"- {check}: {line}" for check, line in lines.items()]


def _final_checks(view: RunView) -> list[str]:
    """The checks in the words of SPEC.md's final summary where they are green."""
    lines = quality_lines(view.receipts, view.skipped)
    judged = [r.verdict for r in reversed(view.receipts)]
    counts = next((r.counts for r in judged if r.gate == "tests"), {})
    green = {
        "mypy": "✅ No errors",
        "ruff": "✅ All rules pass",
        "OpenAPI": "✅ generated/verified/published",
    }
    shown = []
    for check, line in lines.items():
        said = green.get(check, line) if line.startswith("✅") else line
        if check == "pytest" and line.startswith("✅") and counts.get("coverage", 0) >= 80:
            said = f"{line.split(',')[0]} (≥ 80% coverage), {counts['coverage']:.1f} % covered"
        shown.append(f"- {'tests' if check == 'pytest' else check}: {said}")
    return shown
