"""The few lines at the bottom of a terminal while a run goes on: pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pullcord.cli.events import prefix
from pullcord.cli.render import MARKS, clock, fit, pad
from pullcord.model.fact import Fact

_QUEUED = 3
_BAR = 20
_EIGHTHS = " ▏▎▍▌▋▊▉"


def bottom(facts: Mapping[str, Fact], now: datetime, since: datetime, *, width: int) -> list[str]:
    """What works now, what comes next, and how far the run is. `since` is when this drive began."""
    if "run" not in facts:
        return []
    tasks = facts["run"].body["plan"]["tasks"]
    done = [t for t in tasks if _settled(t["id"], facts)]
    active = [t for t in tasks if t not in done and f"{t['id']}/1/opened" in facts]
    queued = [t for t in tasks if t not in done and t not in active]
    which = {t["id"]: prefix(tasks, t["id"], t["subagent_type"]) for t in tasks}
    lines = [_active(t, facts, now, which[t["id"]], width) for t in active]
    if len(done) == len(tasks):
        lines = [f"  {MARKS['running']} the gates judge the whole result"]
    lines += [_queued(t, which[t["id"]], width) for t in queued[:_QUEUED]]
    if len(queued) > _QUEUED:
        lines.append(f"    and {len(queued) - _QUEUED} more")
    took = clock((now - since).total_seconds())
    count = f" {len(done)}/{len(tasks)} tasks"
    foot = f"{count}  ▕{bar(len(done) / len(tasks))}▏ {took}   Ctrl-C saves and stops"
    return [*lines, "─" * width, fit(foot, width)]


def bar(share: float, length: int = _BAR) -> str:
    """A bar of `length` characters, filled to `share` of 1."""
    eighths = round(min(1.0, max(0.0, share)) * length * 8)
    full, part = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[part] if part else "")).ljust(length)


def _settled(task: str, facts: Mapping[str, Fact]) -> bool:
    last = _round(task, facts)
    return f"{task}/skipped" in facts or f"{task}/{last}/handoff" in facts


def _round(task: str, facts: Mapping[str, Fact]) -> int:
    number = 0
    while f"{task}/{number + 1}/opened" in facts:
        number += 1
    return number


def _queued(task: Mapping[str, str], which: str, width: int) -> str:
    return fit(f"  {MARKS['queued']} {task['subagent_type']:<24}  {which[:-2]}".rstrip(), width)


def _active(
    task: Mapping[str, str], facts: Mapping[str, Fact], now: datetime, which: str, width: int
) -> str:
    number = _round(task["id"], facts)
    key = f"{task['id']}/{number}"
    if f"{key}/judged" in facts:
        doing, since = "handing off", facts[f"{key}/judged"]
    elif f"{key}/worked" in facts:
        doing, since = "the gates judge", facts[f"{key}/worked"]
    else:
        doing, since = task["description"], facts[f"{key}/opened"]
    again = f"round {number}: " if number > 1 else ""
    took = clock((now - datetime.fromisoformat(since.at)).total_seconds())
    room = width - len(took) - 4
    text = f"{MARKS['running']} {task['subagent_type']:<24}  {which}{again}{doing}"
    return f"  {pad(fit(text, room), room)} {took}"
