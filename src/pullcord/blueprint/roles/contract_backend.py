"""python-backend-engineer in the workflow `contract`: the code follows the changed contract."""

from __future__ import annotations

from pathlib import Path

from pullcord.blueprint import house as houses
from pullcord.blueprint import writing
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
from pullcord.blueprint.changing.migration import migration
from pullcord.blueprint.feature import Feature
from pullcord.blueprint.finish import Unfinished, finish, publish
from pullcord.blueprint.roles import backend, contract_tester
from pullcord.blueprint.roles.saying import asked, blocked, report
from pullcord.blueprint.settling import Settled
from pullcord.model.report import Report
from pullcord.model.summary import Summary
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox


async def work(brief: Brief, workspace: Workspace, sandbox: Sandbox) -> tuple[Report, Summary]:
    """Align model, repository, endpoints and table; nobody's own lines are written over."""
    if nothing_to_do(brief):
        return await _published(brief, workspace, sandbox)
    change = following(brief, workspace.path)
    if change is None:
        return await backend.work(brief, workspace, sandbox)
    before = backend.texts(workspace.path)
    try:
        old, new = (_pages(change, each) for each in (change.old, change.new))
        done = await follow(workspace, sandbox, old, new)
        if done.clashes:
            question = asking.edited(brief.task.description, done.clashes)
            return asked(brief, question.escalation)
        added = _migration(workspace.path, change)
        if _serves_more(change):
            added |= await contract_tester.updated(change, workspace, sandbox)
        changed = {
            path: text
            for path, text in (done.texts | added).items()
            if text_of(workspace.path / path) != text
        }
        write(workspace.path, changed)
        await finish(workspace, sandbox, tuple(changed))
    except Unfinished as error:
        return blocked(brief, error.message, "A person has to look at the workspace.")
    settled = Settled(change.new, change.house, change.path)
    if differences := backend.unkept(workspace.path, settled):
        return blocked(
            brief,
            f"The implementation does not keep {change.path}: {'; '.join(differences)}.",
            "Mend the contract with api-designer, or implement it by hand.",
        )
    if brief.findings and backend.texts(workspace.path) == before:
        return backend.cannot_mend(brief)
    return _done(brief, change, done, sorted(changed))


async def _published(
    brief: Brief, workspace: Workspace, sandbox: Sandbox
) -> tuple[Report, Summary]:
    """The code keeps its contracts; only the documents may not be what it exports."""
    before = backend.texts(workspace.path)
    try:
        await publish(workspace, sandbox)
    except Unfinished as error:
        return blocked(brief, error.message, "A person has to look at the workspace.")
    if backend.texts(workspace.path) == before:
        return report(brief, f"{NOTHING}: the code keeps its contracts.")
    return report(
        brief,
        f"Generated {houses.OPENAPI} and published it; the code keeps its contracts.",
        decisions=[("The code stays as it is", "only its documents were not what it exports")],
    )


def _pages(change: Following, feature: Feature) -> dict[str, str]:
    """The feature's Python as it is generated; its migrations are never written again."""
    pages = writing.write(feature, change.house)
    return {path: text for path, text in pages.items() if path.endswith(".py")}


def _serves_more(change: Following) -> bool:
    """Whether tests of before say that an operation is not there: they go along with the code."""
    return bool(set(change.new.operations) - set(change.old.operations))


def _migration(root: Path, change: Following) -> dict[str, str]:
    folder = root / houses.MIGRATIONS
    present = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.sql"))}
    made = migration(change.old, change.new, change.house, present)
    return dict([made]) if made else {}


def _done(
    brief: Brief, change: Following, done: Followed, changed: list[str]
) -> tuple[Report, Summary]:
    more = asking.voted(change.old, change.new)
    plural = change.new.plural
    if not changed:
        return report(
            brief,
            f"{NOTHING}: the code of {plural} keeps {change.path} already.",
            details=[f"Generated {houses.OPENAPI} and published the contract."],
        )
    made = any(path.endswith(".sql") for path in changed)
    return report(
        brief,
        f"Aligned {plural} with {change.path}: {', '.join(more) or 'no difference was left'}.",
        decisions=[
            (
                "A migration of its own adds to the table" if made else "No migration",
                "applied migrations are never changed, and stored rows stay valid"
                if made
                else "what is stored stays the same",
            ),
            *_kept(done),
        ],
        details=[
            *(f"{_verb(path, done)} {path}" for path in changed),
            f"Generated {houses.OPENAPI} and published the contract.",
        ],
        handoff=[
            f"Update the tests of {plural} from {change.path}; those of before still hold.",
            "Row-level security is as it was.",
        ],
    )


def _verb(path: str, done: Followed) -> str:
    if path.endswith(".sql"):
        return "Added"
    return "Merged the change into" if path in done.kept else "Generated anew"


def _kept(done: Followed) -> list[tuple[str, str]]:
    if not done.kept:
        return []
    return [
        (
            f"Somebody's own lines in {', '.join(done.kept)} stay",
            "only what the change of the contract needs was put beside them",
        )
    ]
