"""python-test-engineer in the workflow `contract`: the tests follow the changed contract."""

from __future__ import annotations

import json
from pathlib import Path

from pullcord.blueprint import contract, locked, tests
from pullcord.blueprint.changing import asking
from pullcord.blueprint.changing.following import (
    NOTHING,
    Followed,
    Following,
    follow,
    following,
    nothing_to_do,
    text_of,
    write,
)
from pullcord.blueprint.feature import Feature
from pullcord.blueprint.finish import Unfinished
from pullcord.blueprint.locked import ContractUnreadable, Locked
from pullcord.blueprint.roles import tester
from pullcord.blueprint.roles.saying import asked, blocked, report
from pullcord.blueprint.targets import Unstorable
from pullcord.model.report import Report
from pullcord.model.summary import Summary
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox


async def work(brief: Brief, workspace: Workspace, sandbox: Sandbox) -> tuple[Report, Summary]:
    """Write the cases of what is new; tests and lines of somebody else stay as they are."""
    if nothing_to_do(brief):
        return report(brief, f"{NOTHING}: the tests hold the code to its contracts as before.")
    change = following(brief, workspace.path)
    if change is None:
        return await tester.work(brief, workspace, sandbox)
    root = workspace.path
    try:
        old, new = (_pages(change, each, root) for each in (change.old, change.new))
        done = await _followed(workspace, sandbox, old, new)
    except (ContractUnreadable, Unstorable) as error:
        return blocked(brief, str(error), "Mend the contract with api-designer.")
    except Unfinished as error:
        return blocked(brief, error.message, "A person has to look at the workspace.")
    if done.clashes:
        return asked(brief, asking.edited(brief.task.description, done.clashes).escalation)
    changed = {path: text for path, text in done.texts.items() if text_of(root / path) != text}
    write(root, changed)
    if brief.findings and not changed:
        return tester.nothing_to_mend(brief)
    return _done(brief, change, done, changed)


async def updated(change: Following, workspace: Workspace, sandbox: Sandbox) -> dict[str, str]:
    """The tests as the changed contract has them; {} where somebody's own lines are in the way.
    Raises Unfinished."""
    try:
        old, new = (_pages(change, each, workspace.path) for each in (change.old, change.new))
        done = await follow(workspace, sandbox, old, new)
    except (ContractUnreadable, Unstorable):
        return {}
    return {} if done.clashes else done.texts


async def _followed(
    workspace: Workspace, sandbox: Sandbox, old: dict[str, str], new: dict[str, str]
) -> Followed:
    """The tests where they stand, or beside those of somebody else."""
    done = await follow(workspace, sandbox, old, new)
    theirs = {each.rpartition(":")[0] for each in done.clashes}
    if not theirs or any(not path.rpartition("/")[2].startswith("test_") for path in theirs):
        return done
    was, now = (
        {_beside(path) if path in theirs else path: text for path, text in pages.items()}
        for pages in (old, new)
    )
    return await follow(workspace, sandbox, was, now)


def _beside(path: str) -> str:
    """Where the contract's tests stand when the usual place is somebody's own."""
    return path.removesuffix(".py").removesuffix("_contract") + "_from_contract.py"


def _pages(change: Following, feature: Feature, root: Path) -> dict[str, str]:
    of, before = (_promised(each, change) for each in (feature, change.old))
    return tester.but_for_shared(root, tests.write(of, change.house, root, before.feature))


def _promised(feature: Feature, change: Following) -> Locked:
    """The contract of a feature as it is read from its file."""
    document = json.dumps(contract.contract(feature, change.house), ensure_ascii=False)
    return locked.read(json.loads(document))


def _done(
    brief: Brief, change: Following, done: Followed, changed: dict[str, str]
) -> tuple[Report, Summary]:
    more = ", ".join(asking.voted(change.old, change.new))
    plural = change.new.plural
    decisions = [
        ("The cases come from the contract", "a test that repeats the code agrees with it")
    ]
    if done.kept:
        decisions.append(
            (
                f"Somebody's own lines in {', '.join(done.kept)} stay",
                "nobody else knows their reason",
            )
        )
    if not changed:
        return report(brief, f"{NOTHING}: the tests of {plural} say what {change.path} says.")
    return report(
        brief,
        f"Updated the tests of {plural} from {change.path}: {more or 'no difference was left'}.",
        decisions=decisions,
        details=[f"{path}: updated" for path in changed],
        handoff=["Every test that stood before stands still; the new cases are beside them."],
    )
