"""python-test-engineer: writes the tests of the locked contract."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from pullcord.blueprint import block, contract, locked, names, tests
from pullcord.blueprint.feature import Feature
from pullcord.blueprint.finish import Unfinished, tidy
from pullcord.blueprint.house import House, UnknownLayout, look
from pullcord.blueprint.locked import ContractUnreadable, Locked
from pullcord.blueprint.roles.saying import asked, blocked, report
from pullcord.blueprint.settling import settle
from pullcord.blueprint.targets import Unstorable
from pullcord.blueprint.unclear import Unclear
from pullcord.errors import RequestError
from pullcord.model.escalation import Escalation
from pullcord.model.report import Report
from pullcord.model.summary import Summary
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox


async def work(brief: Brief, workspace: Workspace, sandbox: Sandbox) -> tuple[Report, Summary]:
    """Write the tests of the feature, or say what keeps them from being written."""
    root = workspace.path
    try:
        of, house = promised(brief, root)
        files = but_for_shared(root, tests.write(of, house, root))
    except Unclear as question:
        return asked(brief, question.escalation)
    except (ContractUnreadable, Unstorable) as error:
        return blocked(brief, str(error), "Mend the contract with api-designer.")
    if lost := lost_tests(root, files):
        return asked(brief, of_others(brief, lost))
    before = {path: _bytes(root / path) for path in files}
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    try:
        await tidy(workspace, sandbox, tuple(files))
    except Unfinished as error:
        return blocked(brief, error.message, "A person has to look at the workspace.")
    if brief.findings and {path: _bytes(root / path) for path in files} == before:
        return nothing_to_mend(brief)
    return _done(brief, of, root, list(files))


def but_for_shared(root: Path, files: dict[str, str]) -> dict[str, str]:
    """The files to write: those that all features share stay as they are once they are there."""
    return {
        path: text
        for path, text in files.items()
        if path not in tests.SHARED or not (root / path).is_file()
    }


def promised(brief: Brief, root: Path) -> tuple[Locked, House]:
    """The contract that this brief is about, and the repository. Raises Unclear."""
    try:
        settled = settle(brief, root)
        feature, house = settled.feature, settled.house
    except Unclear:
        # What is implemented already is no question any more: now it is to be tested.
        if (found := _implemented(brief, root)) is None:
            raise
        feature, house = found
    path = root / contract.path_of(feature.plural)
    if path.is_file():
        return locked.read(json.loads(path.read_text("utf-8"))), house
    return locked.read(contract.contract(feature, house)), house


def _implemented(brief: Brief, root: Path) -> tuple[Feature, House] | None:
    """The request's feature where the service has it."""
    try:
        feature, house = block.read(brief.request), look(root)
    except (RequestError, UnknownLayout):
        return None
    return (feature, house) if feature.resource in house.resources else None


def lost_tests(root: Path, files: dict[str, str]) -> dict[str, list[str]]:
    """Tests in the present files that are not among ours: writing would delete them."""
    found = {}
    for path, text in files.items():
        if not (root / path).is_file():
            continue
        present = _names((root / path).read_text("utf-8"))
        if gone := sorted(present - _names(text)):
            found[path] = gone
    return found


def _names(text: str) -> set[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return set()
    functions = (each for each in tree.body if isinstance(each, ast.FunctionDef))
    return {each.name for each in functions if each.name.startswith("test_")}


def of_others(brief: Brief, lost: dict[str, list[str]]) -> Escalation:
    places = "; ".join(f"{path}: {', '.join(each)}" for path, each in lost.items())
    return Escalation(
        kind="clarification",
        description="There are tests here that do not come from the contract.",
        fields={
            "Requirement": brief.task.description,
            "Ambiguity": f"Writing the contract's tests would delete {places}.",
        },
        options=(
            "Stop the run and move these tests into a file of their own",
            "Stop the run and use an agent with a model: pullcord run --runtime claude",
        ),
        recommendation="Stop the run and move these tests into a file of their own",
    )


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def nothing_to_mend(brief: Brief) -> tuple[Report, Summary]:
    places = "; ".join(
        f"{finding.path}:{finding.line} {finding.message}".lstrip(":0 ")
        for finding in brief.findings
        if finding.gate != "agent"
    )
    return blocked(
        brief,
        f"The tests say what the contract says; writing them anew changes nothing about: {places}",
        "The implementation has to keep the contract: return this to python-backend-engineer.",
    )


def _done(brief: Brief, of: Locked, root: Path, paths: list[str]) -> tuple[Report, Summary]:
    feature = of.feature
    counts = {path: len(_names((root / path).read_text("utf-8"))) for path in paths}
    total = sum(counts.values())
    again = f"Round {brief.round}: wrote them anew from the contract. " if brief.findings else ""
    return report(
        brief,
        f"{again}Wrote {total} tests of {', '.join(feature.operations)} of {feature.plural} from "
        f"{contract.path_of(feature.plural)}.",
        decisions=_decisions(of),
        assumptions=_assumptions(of),
        details=[
            f"{path}: {count} tests" if count else f"{path}: what they need"
            for path, count in counts.items()
        ],
        handoff=[
            "Every repository test runs in memory and on a real PostgreSQL.",
            f"Judge each criterion by tests/test_{names.module(feature.plural)}.py and the "
            "contract suite; what they do not speak of is not covered.",
        ],
    )


def _decisions(of: Locked) -> list[tuple[str, str]]:
    found = [
        (
            "The cases come from the contract, not from the code",
            "a test that repeats the code agrees with its mistakes",
        ),
        (
            "Lists are tested on rows with known ids and times",
            "order, ties and pages are then the same in every run",
        ),
    ]
    if of.feature.owned:
        why = "the service names the owner in every query and the database has its policy"
        found.append(("Other users are tried over HTTP, on the repository and in SQL", why))
    if of.feature.unique:
        why = "a constraint on fewer fields would refuse rows that the contract accepts"
        found.append(("Unique groups are tried as a whole and in part", why))
    return found


def _assumptions(of: Locked) -> list[str]:
    found = ["The JWT tests of the service cover expiry and algorithms for every operation."]
    if any(field.optional for field in of.feature.sorts):
        found.append("Rows without a value come last in both directions, as the service does it.")
    if len(of.feature.unique) and of.feature.references:
        found.append("References of other users are unknown references: 422.")
    return found
