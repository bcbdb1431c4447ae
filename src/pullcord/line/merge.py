"""Bringing a judged attempt into the run's result: one by one, judged again where it is new."""

from __future__ import annotations

from dataclasses import dataclass

from pullcord.line.attempt import Tried
from pullcord.line.clashes import Files, clashes, lost_lines
from pullcord.line.judge import judge_merge
from pullcord.line.parts import Parts
from pullcord.model.quality import Finding, Receipt

_TEXT = (".py", ".sql")


@dataclass(frozen=True)
class Merged:
    """How a merge ended. `commit` shall be the run's head after `onto`, or with `findings` is the
    commit from which the task's agent mends them; `receipts` are those of the merge result, () for
    a fast-forward."""

    commit: str
    onto: str
    findings: tuple[Finding, ...] = ()
    receipts: tuple[Receipt, ...] = ()


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
        said = "git cannot merge this with what other tasks handed off: resolve its conflict marks"
        found = tuple(
            Finding(gate="merge", rule="conflict", path=p, message=said) for p in conflicts
        )
        return Merged(merged, head, found)
    if found := await _unseen(parts, head, commit, merged):
        return Merged(merged, head, found)
    receipts = await judge_merge(parts, f"{tried.key}/merge/{head[:12]}", (head, merged))
    closed = tuple(
        finding
        for verdict in (receipt.verdict for receipt in receipts)
        if not verdict.opens
        for finding in verdict.findings
        or [Finding(gate=verdict.gate, rule=verdict.outcome, message=verdict.detail or "closed")]
    )
    return Merged(merged, head, closed, receipts)


async def _unseen(parts: Parts, head: str, commit: str, merged: str) -> tuple[Finding, ...]:
    """Clashes that git did not see and lines that it lost."""
    git = parts.tree.mirror
    base = (await git("merge-base", head, commit)).strip()
    ours = {change.path for change in await git.changes(base, head)}
    theirs = {change.path for change in await git.changes(base, commit)}
    found: list[Finding] = []
    for path in sorted(ours & theirs):
        texts = [await git.read(c, path) or "" for c in (base, head, commit, merged)]
        found += lost_lines(path, texts[0], texts[1:3], texts[3])
    sides = [await _files(parts, c) for c in (merged, head, commit)]
    return (*found, *clashes(*sides))


async def _files(parts: Parts, commit: str) -> Files:
    folder = await parts.tree.exported(commit)
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8", "replace")
        for path in sorted(folder.rglob("*"))
        if path.suffix in _TEXT and path.is_file() and not path.is_symlink()
    }
