"""Bringing a judged attempt into the run's result: one by one, judged again where it is new."""

from __future__ import annotations

from dataclasses import dataclass

from pullcord.line.alarms import without_allowed
from pullcord.line.attempt import Tried
from pullcord.line.blame import RESOLVE, attributed, met, unmerged
from pullcord.line.clashes import Files, clashes, hunks, lost_lines
from pullcord.line.judge import judge_merge
from pullcord.line.parts import Parts
from pullcord.model.quality import Finding, Receipt

_TEXT = (".py", ".sql")


@dataclass(frozen=True)
class Merged:
    """How a merge ended. `commit` shall be the run's head after `onto`, or with `findings` is the
    commit from which they are mended; `receipts` are those of the merge result, () for a
    fast-forward. `met` are the tasks whose handoffs do not fit to this one, `agent` is who mends,
    '' for the task's own."""

    commit: str
    onto: str
    findings: tuple[Finding, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    met: tuple[str, ...] = ()
    agent: str = ""


async def merge(parts: Parts, tried: Tried, commit: str) -> Merged:
    """Merge an attempt's judged commit with the run's head, which stays where it is. The caller
    sees to it that merges of a run come one after the other; a repeat after a kill gives the same
    commits."""
    head = await parts.tree.head()
    if head == tried.opened.parent:
        return Merged(commit, head)
    tree, conflicts = await parts.tree.merge(head, commit)
    message = f"Merge {tried.task.description}\n\nPullcord-Run: {parts.drive.run}\n"
    merged = await parts.tree.commit(
        tree, head, message, agent="pullcord", at=tried.opened.at, merged=commit
    )
    merged = await parts.tree.publish(f"{tried.key}/merge/{head[:12]}", merged)
    if conflicts:
        others = await met(parts, head, commit, conflicts)
        return Merged(merged, head, unmerged(parts, conflicts, others), met=others)
    if found := await _unseen(parts, tried, (head, commit, merged)):
        others = await met(parts, head, commit, [finding.path for finding in found])
        return Merged(merged, head, found, met=others)
    name = f"{tried.key}/merge/{head[:12]}"
    receipts = await judge_merge(parts, name, (head, merged))
    receipts = without_allowed(receipts, name, await parts.facts())
    closed = tuple(
        finding
        for verdict in (receipt.verdict for receipt in receipts)
        if not verdict.opens
        for finding in verdict.findings
        or [Finding(gate=verdict.gate, rule=verdict.outcome, message=verdict.detail or "closed")]
    )
    if not closed:
        return Merged(merged, head, receipts=receipts)
    closed, agent = await attributed(parts, tried.task, merged, closed)
    others = await met(parts, head, commit)
    return Merged(merged, head, closed, receipts, others, agent)


async def marks(parts: Parts, tried: Tried, commit: str) -> tuple[Finding, ...]:
    """Conflict marks that a round which was to resolve them left: no gate reads every file, and
    what gates find in a marked one only follows from it."""
    if tried.opened.base == tried.opened.parent:
        return ()
    git = parts.tree.mirror
    changes = await git.changes(tried.opened.parent, commit)
    paths = [change.path for change in changes if change.status != "deleted"]
    texts = await git.read_all([(commit, path) for path in paths])
    return tuple(
        Finding(gate="merge", rule="conflict", path=path, message=f"still unmerged: {RESOLVE}")
        for path, text in zip(paths, texts, strict=True)
        if hunks(text or "")
    )


async def _unseen(parts: Parts, tried: Tried, commits: tuple[str, str, str]) -> tuple[Finding, ...]:
    """Clashes that git did not see and lines that it lost, of the head, an attempt's commit and
    their merge. The head has grown from what the attempt's commit follows."""
    head, commit, merged = commits
    git, base = parts.tree.mirror, tried.opened.parent
    ours = {change.path for change in await git.changes(base, head)}
    theirs = {change.path for change in await git.changes(base, commit)}
    found: list[Finding] = []
    for path in sorted(ours & theirs):
        texts = [await git.read(c, path) or "" for c in (base, head, commit, merged)]
        found += lost_lines(path, texts[0], texts[1:3], texts[3])
    if not all(any(path.endswith(_TEXT) for path in side) for side in (ours, theirs)):
        return tuple(found)  # code that only one side has changed is as that side had it
    sides = [await _files(parts, c) for c in (merged, head, tried.commit)]
    return (*found, *clashes(*sides))


async def _files(parts: Parts, commit: str) -> Files:
    folder = await parts.tree.exported(commit)
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8", "replace")
        for path in sorted(folder.rglob("*"))
        if path.suffix in _TEXT and path.is_file() and not path.is_symlink()
    }
