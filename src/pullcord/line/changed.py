"""What tasks of a run have changed until now, by their handoffs."""

from __future__ import annotations

from collections.abc import Collection

from pullcord.line.parts import Parts
from pullcord.model.task import Task
from pullcord.patterns.graph import before

CONTRACTS = "docs/contracts/"


async def changed_by(parts: Parts, tasks: Collection[str]) -> frozenset[str]:
    """The paths that the handoffs of these tasks changed."""
    commits = [
        str(fact.body["commit"])
        for fact in await parts.facts()
        if fact.key.endswith("/handoff") and fact.key.split("/")[0] in tasks
    ]
    mirror = parts.tree.mirror
    changed = [await mirror.changes(f"{commit}^", commit) for commit in commits]
    return frozenset(change.path for changes in changed for change in changes)


async def elsewhere(parts: Parts, task: Task) -> frozenset[str]:
    """The contracts that other tasks have locked before which this one does not wait: it is not
    for this task to implement them."""
    plan = parts.start.plan
    ours = {task.id, *before(plan, task.id)}
    others = {each.id for each in plan.tasks} - ours
    if not others:
        return frozenset()
    found = await changed_by(parts, others) - await changed_by(parts, ours)
    return frozenset(path for path in found if path.startswith(CONTRACTS))
