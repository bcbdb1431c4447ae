"""python-test-engineer: writes the tests of a feature from its locked contract."""

from __future__ import annotations

import json
from collections import Counter

from pullcord.blueprint import locked, tests
from pullcord.blueprint.finish import Unfinished, tidy
from pullcord.blueprint.roles.saying import asked, blocked, report
from pullcord.blueprint.settling import settle
from pullcord.blueprint.targets import Unstorable
from pullcord.blueprint.unclear import Unclear
from pullcord.model.report import Report
from pullcord.model.summary import Summary
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox


async def work(brief: Brief, workspace: Workspace, sandbox: Sandbox) -> tuple[Report, Summary]:
    """Write the feature's test files; what the application does is never looked at."""
    try:
        settled = settle(brief, workspace.path)
    except Unclear as question:
        return asked(brief, question.escalation)
    contract = workspace.path / settled.contract_path
    try:
        of = locked.read(json.loads(contract.read_text("utf-8")))
        files = tests.write(of, settled.house, workspace.path)
    except (OSError, ValueError, Unstorable) as error:
        return blocked(
            brief,
            f"No tests can be written from {settled.contract_path}: {error}.",
            "The contract has to be locked by api-designer first.",
        )
    before = {path: _text(workspace, path) for path in files}
    for path, text in files.items():
        target = workspace.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    try:
        await tidy(workspace, sandbox, tuple(files))
    except Unfinished as error:
        return blocked(brief, error.message, "A person has to look at the workspace.")
    after = {path: _text(workspace, path) for path in files}
    if brief.findings and before == after:
        places = "; ".join(f"{f.path}:{f.line} {f.message}" for f in brief.findings[:5])
        return blocked(
            brief,
            f"Writing the tests anew from the contract changes nothing about: {places}",
            "If the contract is right, the implementation is not: see the failing tests.",
        )
    return _done(brief, settled.contract_path, of, after)


def _text(workspace: Workspace, path: str) -> str:
    target = workspace.path / path
    return target.read_text("utf-8") if target.is_file() else ""


def _done(
    brief: Brief, contract: str, of: locked.Locked, files: dict[str, str]
) -> tuple[Report, Summary]:
    counts = Counter({path: text.count("\ndef test_") for path, text in files.items()})
    total = sum(counts.values())
    statuses = sorted({status for each in of.statuses.values() for status in each})
    return report(
        brief,
        f"Wrote {total} test functions for {of.feature.plural} from {contract}.",
        decisions=[
            (
                "Expectations come from the locked contract",
                "tests that follow the code can only agree with it",
            ),
            (
                "One contract suite runs over every repository implementation",
                "in memory and on PostgreSQL must not differ",
            ),
        ],
        assumptions=["Rows of other users are out of reach for everybody: 404, never 403."]
        if of.feature.owned
        else ["Rows are shared by all users; a token is needed all the same."],
        details=[
            *(f"Added {path}: {n} test functions" for path, n in sorted(counts.items()) if n),
            f"Statuses under test: {', '.join(map(str, statuses))} and 401",
        ],
        handoff=["Review the acceptance criteria against the names of the tests."],
    )
