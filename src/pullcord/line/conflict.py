"""The escalation of tasks whose work does not fit together, with both sides."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pullcord.briefs.assumptions import assumed
from pullcord.line.ask import STOP, Question
from pullcord.line.briefing import sides
from pullcord.line.clashes import hunks
from pullcord.line.cord import ONE_MORE, shown
from pullcord.line.parts import Parts
from pullcord.model.escalation import Escalation
from pullcord.model.fact import Fact
from pullcord.model.quality import Finding
from pullcord.model.task import Task
from pullcord.model.text import cut
from pullcord.model.work import Previous

_SIDE = re.compile(r"Take the side of \S+: (\S+) mends it")
_SHOWN, _LINE = 8, 400
"""Findings, and hunks of each side, that are shown; characters of each."""


async def conflict(
    parts: Parts, task: Task, number: int, wrong: Sequence[Finding], *, again: bool
) -> Escalation | None:
    """What a person decides when the rounds of a task are spent on a red merge; None when none of
    its merges was red. `number` is the last round; `again` that one more was recommended before."""
    round, others = red_merge(task, number, await parts.facts())
    if not round:
        return None
    both = await sides(parts, task, round, others)
    tasks = [each.task for each in both]
    met = [each for each in tasks if each.id != task.id]
    # A gate that did not run because another was red is no evidence of its own.
    wrong = [finding for finding in wrong if finding.rule != "not-run"] or wrong
    paths = sorted({finding.path for finding in wrong if finding.path})
    last = f"{task.id}/{number}"
    commit = str((await parts.drive.find(f"{last}/closed") or {}).get("last", ""))
    told = list(dict.fromkeys(map(shown, wrong)))
    names = " and ".join(each.id for each in met) or "others"
    hunk = [line for p in paths for line in await _hunks(parts, commit, p, (names, task.id))]
    return Escalation(
        kind="conflict",
        description=f"{task.description}: after {number} rounds it still does not fit what {names} "
        "handed off.",
        fields={
            "Between": " and ".join(f"{t.id} ({t.description}, {t.subagent_type})" for t in tasks),
            "Paths": ", ".join(paths[:20]),
        },
        evidence=(*hunk[: 2 * _SHOWN], *told[:_SHOWN], *_decided(both), *assumed(both)),
        options=(ONE_MORE, *map(side, met[:3]), STOP),
        recommendation="" if again else ONE_MORE,
        raised_by="engine",
    )


def red_merge(task: Task, number: int, facts: Sequence[Fact]) -> tuple[int, tuple[str, ...]]:
    """The latest round of a task, up to `number`, whose merge was red, and the tasks that it met;
    (0, ()) for none since its last handoff: pure."""
    bodies = {fact.key: fact.body for fact in facts}
    for round in range(number, 0, -1):
        if f"{task.id}/{round}/handoff" in bodies:
            break
        if met := bodies.get(f"{task.id}/{round}/closed", {}).get("met"):
            return round, tuple(met)
    return 0, ()


def side(task: Task) -> str:
    """The option by which the agent of a task mends what another one made."""
    return f"Take the side of {task.id}: {task.subagent_type} mends it"


def chosen(asked: Sequence[Question], number: int) -> str:
    """The agent that a person chose for a round of the task that asked these; '' for its own, or
    for who worked before: pure."""
    ends = (f"-round-{number}", f"-no-progress-{number - 1}")
    said = [q.answer.text for q in asked if q.answer and q.id in {q.task + end for end in ends}]
    return next((found[1] for text in said if (found := _SIDE.fullmatch(text))), "")


async def _hunks(parts: Parts, commit: str, path: str, names: Sequence[str]) -> list[str]:
    """What each side has, of the places in a file that are still marked as a conflict."""
    text = await parts.tree.user.read(commit, path) or ""
    return [
        f"{path}, {name}: {cut(' ⏎ '.join(filter(None, half.splitlines())) or '(nothing)', _LINE)}"
        for hunk in hunks(text)
        for name, half in zip(names, hunk, strict=True)
    ]


def _decided(both: Sequence[Previous]) -> list[str]:
    return [
        f"{each.task.id} decided: {decision.decision}"
        + (f" ({decision.rationale})" if decision.rationale else "")
        for each in both
        for decision in each.summary.decisions[:_SHOWN]
    ]
