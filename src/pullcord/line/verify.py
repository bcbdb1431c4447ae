"""Proof that a run's result is what its agents wrote and its gates judged, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pullcord.briefs import summary as summaries
from pullcord.briefs.decision import FOLDER
from pullcord.errors import WorkspaceError
from pullcord.ledger.chain import verify as verify_chain
from pullcord.line.again import body_of
from pullcord.line.alarms import allowed
from pullcord.model.fact import Fact
from pullcord.model.quality import Receipt
from pullcord.model.run import Opened, Start
from pullcord.workspace.git import Git

Bodies = Mapping[str, Any]


async def verify(git: Git, facts: Sequence[Fact]) -> None:
    """Raise WorkspaceError (LedgerError for the ledger itself) at the first thing that is not so:

    every attempt's work stands where it was published; every commit from the base to the head is a
    handoff, or adds the record of one answer; a handoff's tree is the tree that its agent left and
    its receipts name, but for the closed list of what the engine may write: the Quality Validation
    section of the attempt's summary, or a whole summary where the agent left none (SPEC.md:
    orchestration never implements); its receipts are those of its judgement, green, or waived or
    allowed by a recorded person; the last gates judged the head.
    """
    verify_chain(facts)
    bodies = {fact.key: fact.body for fact in facts}
    run, head = facts[0].run, Start.model_validate(bodies["run"]).base
    for fact in facts:
        key, _, what = fact.key.rpartition("/")
        if what == "worked":
            await _published(git, run, key, fact.body)
        elif what == "handoff":
            head = await _handed_off(git, bodies, key, head, allowed(facts))
        elif key == "recorded":
            head = await _recorded(git, bodies, what, head)
    if (body_of(facts, "run/finished") or {}).get("state") == "passed":
        if await git.resolve(f"refs/pullcord/{run}/head") != head:
            raise _doubt("its head", f"the ref does not stand at {head[:12]}")
        result = [key for key in bodies if key.startswith("result/") and key.endswith("/judged")]
        receipts = _receipts(bodies[result[-1]] if result else {})
        if {receipt.tree for receipt in receipts} != {await git.tree(head)}:
            raise _doubt("its result", "the last gates judged another tree")


async def _published(git: Git, run: str, key: str, worked: Bodies) -> None:
    """An attempt's work stands under its ref."""
    if await git.resolve(f"refs/pullcord/{run}/{key}/work") != worked["commit"]:
        raise _doubt(key, "the ref of the agent's work was moved")
    if await git.tree(worked["commit"]) != worked["tree"]:
        raise _doubt(key, "the recorded tree is not that of the agent's work")


async def _recorded(git: Git, bodies: Bodies, question: str, parent: str) -> str:
    """A commit that adds the record of an answered question, and nothing else; the head after."""
    body, place = bodies[f"recorded/{question}"], f"recorded/{question}"
    commit, path = str(body["commit"]), str(body["path"])
    if f"ask/{question}/answer" not in bodies:
        raise _doubt(place, "nobody answered that question")
    if await _parents(git, commit) != [parent]:
        raise _doubt(place, f"commit {commit[:12]} does not follow {parent[:12]}")
    changed = [(change.path, change.status) for change in await git.changes(parent, commit)]
    if changed != [(path, "added")] or not path.startswith(f"{FOLDER}/"):
        raise _doubt(place, f"it is more than a record: {', '.join(name for name, _ in changed)}")
    if (await git("rev-parse", f"{commit}:{path}")).strip() != body["blob"]:
        raise _doubt(place, f"{path} is another text")
    return commit


async def _handed_off(
    git: Git, bodies: Bodies, key: str, parent: str, allowed: Mapping[str, str]
) -> str:
    """A handoff that follows the head before it; the head after it. `allowed` names the findings
    that people allowed, and whom."""
    body, opened = bodies[f"{key}/handoff"], Opened.model_validate(bodies[f"{key}/opened"])
    commit, merge = body["commit"], body.get("merge", body["commit"])
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
    receipts = _receipts(body)
    if {receipt.tree for receipt in receipts} != {bodies[f"{key}/worked"]["tree"]}:
        raise _doubt(key, "its receipts are for another tree")
    said = [*_receipts(bodies[f"{key}/judged"]), *_receipts(bodies.get(f"{key}/rest/judged", {}))]
    if not all(_true(receipt, said, bodies, allowed) for receipt in receipts):
        raise _doubt(key, "its receipts are not what its gates and a person said")
    return str(merge)


def _receipts(body: Mapping[str, Any]) -> list[Receipt]:
    return [Receipt.model_validate(receipt) for receipt in body.get("receipts", [])]


def _true(
    receipt: Receipt, said: Sequence[Receipt], bodies: Bodies, allowed: Mapping[str, str]
) -> bool:
    """Whether a receipt opens because its gate passed, or a person's waiver is recorded."""
    verdict = receipt.verdict
    if verdict.outcome != "waived":
        return verdict.outcome == "pass" and receipt in said
    if verdict.findings and {finding.id for finding in verdict.findings} <= allowed.keys():
        return True
    return any(
        key.startswith("waive/") and key.endswith(f"/{verdict.gate}")
        for key, body in bodies.items()
        if body.get("by") == verdict.waived_by
    )


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
