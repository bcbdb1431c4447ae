"""Whose change a merge met, and whose change a finding in it comes from: by git's own record."""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.line.parts import REVIEWERS, Parts
from pullcord.model.quality import Finding
from pullcord.model.task import Task

STATIC = frozenset({"types", "lint", "format"})
"""Gates whose findings stand at the line that is wrong (SPEC.md, mypy/ruff Failure Recovery). A
test fails where it asserts, whoever broke it."""
RESOLVE = "resolve its conflict marks"
_TASKS = "--format=%(trailers:key=Pullcord-Task,valueonly)"


async def met(parts: Parts, head: str, commit: str, paths: Sequence[str] = ()) -> tuple[str, ...]:
    """The ids of the tasks whose handoffs a merge of `commit` into `head` brings it together with:
    those that changed the paths, all where none of them did."""
    git = parts.tree.mirror
    span = f"{(await git('merge-base', head, commit)).strip()}..{head}"
    for where in (paths, ()):
        found = await git("log", "--reverse", _TASKS, span, "--", *where)
        if ids := tuple(dict.fromkeys(found.split())):
            return ids
    return ()


def unmerged(parts: Parts, paths: Sequence[str], others: Sequence[str]) -> tuple[Finding, ...]:
    """What an agent is told of paths that git cannot merge with what `others` handed off: pure."""
    words = {task.id: task.description for task in parts.start.plan.tasks}
    named = " and ".join(f"{id} ({words.get(id, '')})" for id in others) or "other tasks"
    said = f"git cannot merge this with what {named} handed off: {RESOLVE}"
    return tuple(Finding(gate="merge", rule="conflict", path=path, message=said) for path in paths)


async def introduced(parts: Parts, merged: str, finding: Finding) -> str:
    """The id of the task whose change of this run a finding points at; '' where it is not clear."""
    if finding.gate not in STATIC or not finding.path:
        return ""
    git, span = parts.tree.mirror, f"{parts.start.base}..{merged}"
    if not finding.line:
        tasks = {*(await git("log", _TASKS, span, "--", finding.path)).split()}
        return tasks.pop() if len(tasks) == 1 else ""
    line = f"{finding.line},{finding.line}"
    code, said, _ = await git.attempt("blame", "--porcelain", "-L", line, span, "--", finding.path)
    if code != 0 or "\nboundary\n" in said:
        return ""
    return (await git("log", "-1", _TASKS, said.split(" ", 1)[0])).strip()


async def attributed(
    parts: Parts, task: Task, merged: str, findings: Sequence[Finding]
) -> tuple[tuple[Finding, ...], str]:
    """The findings of a red merge, each with the other task whose change introduced it; and that
    task's agent, where all were introduced by one kind of agent and it is not this task's own.

    What was handed off stays: that agent mends the merge in a round of the later task.
    """
    tasks = {each.id: each for each in parts.start.plan.tasks}
    own = tasks.get(task.id, task)
    named, agents = [], set()
    for finding in findings:
        if finding.rule == "not-run" or finding.gate == "tests":
            named.append(finding)  # what is only a consequence says nothing about who mends it
            continue
        by = tasks.get(await introduced(parts, merged, finding), own)
        agents.add(by.subagent_type)
        said = f"{finding.message} (introduced by {by.id}: {by.description})"
        update = {} if by is own else {"message": said}
        named.append(finding.model_copy(update=update))
    elsewhere = len(agents) == 1 and not agents & {own.subagent_type, *REVIEWERS}
    return tuple(named), agents.pop() if elsewhere else ""
