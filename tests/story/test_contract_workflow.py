"""The workflow `contract` (SPEC.md, Example 3): by its agents on the service that the demo plants,
and by a command line that must stop."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from blueprint_service import HERE, brief, previous, write_service
from cli_story import cli, said_in_json
from contract_service import CONTRACT, DESIGNER, ENGINEER, REVIEWER, TESTER, asking
from pullcord import process
from pullcord.blueprint.roles import role_of
from pullcord.briefs.packet import packet
from pullcord.cli.demos.contract import plant
from pullcord.model.report import Report
from pullcord.model.summary import Summary
from pullcord.model.work import Workspace
from pullcord.process import Limits
from six_steps import Bare
from story import git

WITHOUT_WEEKS = """\
---
workflow: contract
---
# Plans without weeks

## Acceptance criteria
- A plan without weeks is created and gets 201.

```feature
resource: plan
fields:
  title:       {type: string, min: 1, max: 120}
  description: {type: text, optional: true}
  starts_on:   {type: date}
  level:       {type: enum, values: [beginner, intermediate, advanced], default: beginner}
unique: [[title]]
list: {filters: [level, starts_on], sort: [starts_on, title]}
```
"""


async def said(root: Path, *argv: str) -> str:
    """What a command of the service says that succeeds."""
    done = await process.run(
        [sys.executable, *argv], cwd=root, limits=Limits(wall_s=200),
        env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.exit == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


async def test_the_service_follows_somebodys_addition_and_the_schema_is_approved(
    tmp_path: Path,
) -> None:
    root = write_service(tmp_path / "service")
    (root / ".venv").symlink_to(sys.prefix)
    git(root, "init", "-q")
    await plant(root)
    after: list[tuple[str, Summary]] = []
    reports: list[Report] = []
    for agent in (DESIGNER, ENGINEER, TESTER, REVIEWER):
        told = brief(agent, asking(), previous=[previous(*each) for each in after])
        if agent == REVIEWER:
            git(root, "add", "-A")
            shown = packet(git(root, "diff", "--cached") + "\n", [], ())
            told = told.model_copy(update={"packet": shown})
        role = role_of(agent, "contract")
        assert role is not None
        workspace = Workspace(path=root, base="0" * 40, environment=HERE)
        report, summary = await role(told, workspace, Bare())
        after.append((agent, summary))
        reports.append(report)

    assert [report.status for report in reports] == ["done"] * 4
    assert reports[-1].review is not None
    assert reports[-1].review.decision == "approve", reports[-1].review.findings
    assert any("two exports" in each.lower() for each in after[-1][1].details)
    changed = git(root, "diff", "--cached", "--name-only").splitlines()
    assert CONTRACT in changed
    assert "supabase/migrations/0003_workouts_add_notes.sql" in changed
    assert "app/api/workouts.py" not in changed
    removed = [line for line in git(root, "diff", "--cached", "--", "app").splitlines()
               if line.startswith("-") and not line.startswith("---")]  # fmt: skip
    assert removed == []
    assert "up to date" in await said(root, "-m", "scripts.openapi", "verify")
    await said(root, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio",
               "tests/test_workouts.py", "tests/repositories/test_workout_contract.py")  # fmt: skip


def test_a_break_stops_the_run_and_waits_for_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    service, request = tmp_path / "tracker", tmp_path / "request.md"
    request.write_text(WITHOUT_WEEKS)
    said_in_json("new", service)

    told = cli("run", "-C", service, "-f", request, "--on-escalation", "default")

    assert told.code == 3, told.out + told.err
    for words in ("ARCHITECTURE CONFLICT", "Current Design:", "Required Change:", "weeks: is removed",
                  "1  Keep it non-breaking", "2  Make a new version beside it: /plans-v2",
                  "3  Stop the run", "Only a person can answer this one"):  # fmt: skip
        assert words in told.out
    assert git(service, "status", "--porcelain") == ""
    answered = cli("answer", "-C", service, "@last", "3")
    assert answered.code == 0
    assert cli("resume", "-C", service, "@last").code == 1
