"""The workflow `errors` (SPEC.md, Example 2) by its agents, on the service that the demo plants."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from blueprint_service import HERE, brief, previous, request, write_service
from pullcord import process
from pullcord.blueprint import errortests
from pullcord.blueprint.roles import role_of
from pullcord.briefs.packet import packet
from pullcord.cli.demos.errors import plant
from pullcord.model.quality import Finding, Receipt, Verdict
from pullcord.model.report import Report
from pullcord.model.summary import Summary
from pullcord.model.work import Brief, Workspace
from pullcord.process import Limits
from pullcord.protocols import Sandbox
from six_steps import Bare
from story import git

TESTER, ENGINEER, REVIEWER = "python-test-engineer", "python-backend-engineer", "code-reviewer"
ASKED = request(None, title="Consistent errors", criteria=("An unexpected failure is a 500.",))

PASSED = [Receipt(verdict=Verdict(gate="tests", outcome="pass"), tree="t", policy="p")]


async def work(told: Brief, root: Path, sandbox: Sandbox | None = None) -> tuple[Report, Summary]:
    role = role_of(told.task.subagent_type, "errors")
    assert role is not None
    workspace = Workspace(path=root, base="0" * 40, environment=HERE)
    return await role(told, workspace, sandbox or Bare())


def asked(agent: str, findings: tuple[Finding, ...] = (), **more: object) -> Brief:
    return brief(agent, ASKED, findings=findings).model_copy(update=more)


async def red(root: Path, *paths: str) -> set[str]:
    """The cases of these tests that are red."""
    done = await process.run(
        [sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=line", "-p", "no:cacheprovider",
         "-p", "no:asyncio", *paths],
        cwd=root, env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        limits=Limits(wall_s=200),
    )  # fmt: skip
    assert done.exit in (0, 1), done.stdout[-2000:]
    return set(re.findall(r"^FAILED \S+?::test_(\S+)", done.stdout, re.M))


@pytest.fixture
def service(tmp_path: Path) -> Path:
    root = write_service(tmp_path / "service")
    (root / ".venv").symlink_to(sys.prefix)
    git(root, "init", "-q")
    return root


async def test_planted_errors_are_shown_by_tests_mended_and_approved(service: Path) -> None:
    await plant(service)
    planted = (service / "app/api/plans.py").read_text()

    report, _ = await work(asked(TESTER), service)
    assert report.status == "done"
    failing = await red(service, errortests.PATH)
    as_it_is, unknown = "an_error_of_the_repository_is_answered_as_it_is", "an_unknown_row_is_ans"
    assert {case for case in failing if case.startswith(as_it_is)} == {
        f"{as_it_is}[{case}]"
        for case in ("list_goals-422", "list_goals-503", "create_goal-409", "create_goal-422",
                     "get_goal-404", "update_goal-404", "delete_goal-404")
    }  # fmt: skip
    assert sum(case.startswith(unknown) for case in failing) == 3
    assert any(case.startswith("the_same_row_twice") for case in failing)
    assert any(case.startswith("an_unexpected_failure") for case in failing)
    assert all("goal" in case for case in failing)

    finding = Finding(gate="tests", rule="failed", message="red", path=errortests.PATH)
    report, mended = await work(asked(ENGINEER, (finding,)), service)
    assert report.status == "done", report.message
    assert await red(service, errortests.PATH, "tests/test_goals.py") == set()
    assert (service / "app/api/plans.py").read_text() == planted
    assert "exception_handler" not in (service / "app/main.py").read_text()

    told = asked(REVIEWER, previous=(previous(ENGINEER, mended),))
    report, _ = await work(told, service)
    assert report.review is not None
    assert {"error-mapping", "broad-except"}.isdisjoint(e.rule for e in report.review.findings)


async def test_a_consistent_service_gets_tests_and_nothing_else(service: Path) -> None:
    before = {path: path.read_bytes() for path in (service / "app").rglob("*.py")}

    report, _ = await work(asked(TESTER), service)
    again, _ = await work(asked(TESTER), service)
    nothing, _ = await work(asked(ENGINEER), service)
    approved, _ = await work(asked(REVIEWER, packet=packet("", PASSED, ASKED.criteria)), service)

    assert (report.status, again.status, nothing.status) == ("done", "done", "done")
    assert "nothing was to be added" in again.message
    assert "Nothing to do" in nothing.message
    assert approved.review is not None
    assert (approved.review.decision, {*approved.review.criteria.values()}) == ("approve", {"met"})
    assert {path: path.read_bytes() for path in (service / "app").rglob("*.py")} == before


UNKNOWN = '\n\ndef pay() -> None:\n    raise HTTPException(402, "Pay first.")\n'


async def test_what_is_not_certain_is_asked_and_stays_if_that_is_the_answer(service: Path) -> None:
    router = service / "app/api/plans.py"
    router.write_text(router.read_text() + UNKNOWN)

    report, _ = await work(asked(ENGINEER), service)
    assert report.escalation is not None
    assert report.escalation.kind == "clarification"
    line = router.read_text().splitlines().index('    raise HTTPException(402, "Pay first.")') + 1
    assert (
        f"app/api/plans.py:{line} HTTPException with 402" in report.escalation.fields["Ambiguity"]
    )

    leave = report.escalation.options[1]
    report, left = await work(asked(ENGINEER, answers=(leave,)), service)
    assert report.status == "done"

    objected, _ = await work(asked(REVIEWER), service)
    approved, _ = await work(asked(REVIEWER, previous=(previous(ENGINEER, left),)), service)
    assert objected.review is not None
    assert approved.review is not None
    assert ("app/api/plans.py", line) in {(e.path, e.line) for e in objected.review.findings}
    assert [e for e in approved.review.findings if e.path == "app/api/plans.py"] == []


async def test_red_tests_without_an_error_by_hand_are_no_work_for_the_engineer(
    service: Path,
) -> None:
    finding = Finding(gate="tests", rule="failed", message="test_a is red", path="tests/test_a.py")

    report, _ = await work(asked(ENGINEER, (finding,)), service)

    assert report.status == "blocked"
    assert "test_a is red" in report.message


async def test_tests_of_others_in_the_file_are_not_written_over(service: Path) -> None:
    theirs = "def test_of_mine() -> None:\n    assert True\n"
    (service / errortests.PATH).write_text(theirs)

    report, _ = await work(asked(TESTER), service)

    assert report.escalation is not None
    assert (service / errortests.PATH).read_text() == theirs


async def test_a_contract_that_no_request_is_known_of_is_said(service: Path) -> None:
    contract = service / "openapi.json"
    contract.write_text(contract.read_text().replace('"type": "integer"', '"type": "file"'))

    report, _ = await work(asked(TESTER), service)

    assert report.status == "blocked"
    assert "file" in report.message
