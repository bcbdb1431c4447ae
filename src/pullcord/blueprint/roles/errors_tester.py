"""python-test-engineer in the workflow `errors`: tests of how every operation answers errors."""

from __future__ import annotations

from pathlib import Path

from pullcord.blueprint import errortests
from pullcord.blueprint.finish import Unfinished, tidy
from pullcord.blueprint.house import OPENAPI, UnknownLayout, look
from pullcord.blueprint.roles.saying import asked, blocked, report
from pullcord.blueprint.roles.tester import lost_tests, of_others
from pullcord.model.report import Report
from pullcord.model.summary import Summary
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox


async def work(brief: Brief, workspace: Workspace, sandbox: Sandbox) -> tuple[Report, Summary]:
    """Write the tests from the published contract, or say what keeps them from being written."""
    root, path = workspace.path, errortests.PATH
    try:
        text = errortests.write(root, look(root))
    except (UnknownLayout, ValueError, KeyError) as error:
        return blocked(
            brief,
            f"No requests can be made from {OPENAPI}: {error}",
            "These tests need a person or an agent with a model.",
        )
    if lost := lost_tests(root, {path: text}):
        return asked(brief, of_others(brief, lost))
    before = _bytes(root / path)
    (root / path).write_text(text, "utf-8")
    try:
        await tidy(workspace, sandbox, (path,))
    except Unfinished as error:
        return blocked(brief, error.message, "A person has to look at the workspace.")
    if before == _bytes(root / path):
        return _as_before(brief, text)
    return _done(brief, text)


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _as_before(brief: Brief, text: str) -> tuple[Report, Summary]:
    wrong = [finding.message for finding in brief.findings if finding.gate != "agent"]
    if wrong:
        return blocked(
            brief,
            f"{errortests.PATH} says what the contract says; writing it anew changes nothing "
            f"about: {'; '.join(wrong)}",
            "The implementation has to answer so: return this to python-backend-engineer.",
        )
    return report(
        brief,
        f"Verified how {_said(text)}; nothing was to be added.",
        handoff=["The error tests hold for the service as it is now; see the receipt."],
    )


def _said(text: str) -> str:
    operations, tests = text.count(": Operation("), text.count("def test_")
    return (
        f"{operations} operations of {OPENAPI} answer errors: {tests} tests in {errortests.PATH}, "
        "each for every operation that documents the error"
    )


def _done(brief: Brief, text: str) -> tuple[Report, Summary]:
    return report(
        brief,
        f"Wrote tests of how {_said(text)}.",
        decisions=[
            (
                "Repositories are replaced by one that fails",
                "whatever an operation does with an error of its repository is then seen",
            ),
            (
                "A whole problem document is compared, not only the status",
                "a client that reads `detail` or `title` meets every operation",
            ),
        ],
        assumptions=["An error that the contract does not document is not asked for."],
        details=[f"{errortests.PATH}: cases from {OPENAPI}, not from the code"],
        handoff=[
            "Each red test names the operation and the status that it should answer; mend the "
            "operation, not the test.",
        ],
    )
