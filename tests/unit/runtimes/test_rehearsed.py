"""Offline agents with a rehearsed slip."""

from __future__ import annotations

from pathlib import Path

import pytest

from pullcord.errors import ConfigError
from pullcord.model.agent import Agent
from pullcord.model.report import Report
from pullcord.model.request import Request
from pullcord.model.task import Task
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox
from pullcord.runtimes import runtime_for
from pullcord.runtimes.rehearsed import Rehearsed
from pullcord.runtimes.scripted import Scripted
from pullcord.sandbox import choose

AGENT = Agent(name="python-backend-engineer", description="Builds")
TASK = Task(id="build", subagent_type=AGENT.name, description="Build", prompt="Build it.")
SCRIPT = 'tasks: {build: [{append: {app.py: "slip\\n"}}]}'
PATCH = 'tasks: {build: [{patch: "--- a/none.py\\n+++ b/none.py\\n@@ -1 +1 @@\\n-a\\n+b\\n"}]}'


class Building:
    """Leaves a file and a summary."""

    name = "building"

    async def run(
        self, agent: Agent, brief: Brief, workspace: Workspace, sandbox: Sandbox
    ) -> Report:
        (workspace.path / "app.py").write_text("work\n")
        (workspace.path / brief.summary_path).write_text("I built it.")
        return Report(status="done", message="built")


async def worked(folder: Path, script: str, round: int) -> Report:
    brief = Brief(
        run="r-1", text="", task=TASK, round=round, request=Request(title="Build", criteria=("c",)),
        written_at="2026-11-22 09:05:07", summary_path="summary.md",
    )  # fmt: skip
    runtime = Rehearsed(Building(), Scripted.parse(script, [TASK]))
    place = Workspace(path=folder, base="HEAD")
    return await runtime.run(AGENT, brief, place, await choose(unsafe=True))


async def test_the_slip_comes_after_the_work_and_the_agent_does_not_know_of_it(
    tmp_path: Path,
) -> None:
    report = await worked(tmp_path, SCRIPT, 1)

    assert report.message == "built"
    assert (tmp_path / "app.py").read_text() == "work\nslip\n"
    assert (tmp_path / "summary.md").read_text() == "I built it."


async def test_a_round_without_a_slip_is_the_agents_own(tmp_path: Path) -> None:
    await worked(tmp_path, SCRIPT, 2)

    assert (tmp_path / "app.py").read_text() == "work\n"


async def test_a_slip_that_does_not_fit_is_said(tmp_path: Path) -> None:
    report = await worked(tmp_path, PATCH, 1)

    assert (report.status, report.exit) == ("blocked", 1)
    assert "patch does not apply" in report.message


def test_a_script_for_nobody_is_refused() -> None:
    with pytest.raises(ConfigError, match="there is no task or agent 'other'"):
        runtime_for("rehearsed:slips.yaml", "tasks: {other: []}", [TASK])
