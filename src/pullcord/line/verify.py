"""Proof that a run's result is what its agents wrote and its gates judged, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.briefs import summary as summaries
from pullcord.errors import WorkspaceError
from pullcord.ledger.chain import verify as verify_chain
from pullcord.model.fact import Fact
from pullcord.model.run import Opened, Start
from pullcord.workspace.git import Git


async def verify(git: Git, facts: Sequence[Fact]) -> None:
    """Raise WorkspaceError (LedgerError for the ledger itself) at the first thing that is not so:

    every commit from the base to the head is a handoff; its tree is the tree that its agent left
    and its receipts name, but for the closed list of what the engine may write: the Quality
    Validation section of the attempt's summary, or a whole summary where the agent left none
    (SPEC.md: orchestration never implements).
    """
    verify_chain(facts)
    bodies = {fact.key: fact.body for fact in facts}
    parent = Start.model_validate(bodies["run"]).base
    for fact in facts:
        if fact.key.endswith("/handoff"):
            key = fact.key.removesuffix("/handoff")
            commit, merge = fact.body["commit"], fact.body.get("merge", fact.body["commit"])
            opened = Opened.model_validate(bodies[f"{key}/opened"])
            if await _parents(git, commit) != [opened.parent]:
                raise _doubt(key, f"commit {commit[:12]} does not follow {opened.parent[:12]}")
            if merge == commit:
                follows = opened.parent == parent
            else:
                follows = await _parents(git, merge) == [parent, commit]
                follows &= await _clean(git, parent, commit) == await git.tree(merge)
            if not follows:
                raise _doubt(key, f"{merge[:12]} is no merge of it into {parent[:12]}")
            await _same(git, key, bodies[f"{key}/worked"], commit, opened.summary_path)
            trees = {receipt["tree"] for receipt in fact.body["receipts"]}
            if trees != {bodies[f"{key}/worked"]["tree"]}:
                raise _doubt(key, "its receipts are for another tree")
            parent = merge


async def _parents(git: Git, commit: str) -> list[str]:
    return (await git("rev-list", "--parents", "-n", "1", commit)).split()[1:]


async def _clean(git: Git, ours: str, theirs: str) -> str:
    """The tree that git makes of a merge without conflict; '' with one."""
    code, out, _ = await git.attempt("merge-tree", "--write-tree", "--no-messages", ours, theirs)
    return out.strip() if code == 0 else ""


async def _same(git: Git, key: str, worked: dict[str, str], commit: str, summary: str) -> None:
    """The commit's tree differs from the agent's at most in what the engine may write."""
    changed = [change.path for change in await git.changes(worked["tree"], commit)]
    if not set(changed) <= {summary}:
        raise _doubt(key, f"the engine changed {', '.join(changed)}")
    before = await git.read(worked["tree"], summary)
    after = await git.read(commit, summary) or ""
    if before is None or not before.strip():
        return
    if summaries.without_quality(before) != summaries.without_quality(after):
        raise _doubt(key, f"{summary} differs outside of its Quality Validation")


def _doubt(key: str, why: str) -> WorkspaceError:
    return WorkspaceError(
        f"The result of this run cannot be trusted: at {key} {why}.",
        "Look at the run's refs under refs/pullcord/ and run the request again.",
    )
