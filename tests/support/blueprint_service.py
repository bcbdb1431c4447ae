"""A service of its own for each test of the offline agents, and briefs for them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pullcord.blueprint.roles import ROLES
from pullcord.briefs import summary as summaries
from pullcord.model.quality import Finding
from pullcord.model.report import Report
from pullcord.model.request import Request
from pullcord.model.summary import Summary
from pullcord.model.task import Task
from pullcord.model.work import Brief, Environment, Previous, Workspace
from pullcord.process import Completed, Limits
from pullcord.protocols import Box
from pullcord.scaffold import files

HERE = Environment(path=Path(sys.prefix), key="tests")
EXAMPLE = """\
resource: workout
owner: user
fields:
  title:            {type: string, min: 1, max: 120}
  performed_on:     {type: date}
  duration_minutes: {type: integer, min: 1, max: 1440}
  distance_km:      {type: number, min: 0, optional: true}
  effort:           {type: enum, values: [easy, moderate, hard], default: moderate}
  tags:             {type: list, of: string, max_items: 10, optional: true}
  plan_id:          {type: reference, to: plan, optional: true}
unique:             [[title, performed_on]]
operations:         [create, list, get, update, delete]
list: {filters: [effort, performed_on], sort: [performed_on, title], page_size: 20}
"""


def write_service(folder: Path) -> Path:
    """The files of a new service, without git."""
    for name, content in files(name="workout-tracker", today=date(2026, 11, 22)).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def request(
    feature: str | None = EXAMPLE,
    *,
    title: str = "Log workouts",
    criteria: tuple[str, ...] = ("An athlete creates a workout and gets 201.",),
) -> Request:
    return Request(
        title=title, criteria=criteria, feature=feature, feature_line=10, source="REQUEST.md"
    )


def brief(
    agent: str,
    asked: Request,
    *,
    round: int = 1,
    previous: Sequence[Previous] = (),
    findings: Sequence[Finding] = (),
    answers: Sequence[str] = (),
) -> Brief:
    return Brief(
        run="r1",
        text="",
        task=Task(subagent_type=agent, description="Log workouts", prompt="…", id=agent),
        round=round,
        request=asked,
        written_at="2026-11-22 12:00:00",
        summary_path=f"docs/temp/agent_20261122_120000_{agent}_log-workouts.md",
        previous=tuple(previous),
        findings=tuple(findings),
        answers=tuple(answers),
    )


def previous(agent: str, summary: Summary) -> Previous:
    task = Task(subagent_type=agent, description="Log workouts", prompt="…", id=agent)
    read = summaries.parse(summaries.render(summary))
    return Previous(task=task, commit="c0ffee", summary_path="docs/temp/x.md", summary=read)


class NoCommands:
    """A sandbox in which every command succeeds and does nothing."""

    name = "no commands"

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    async def run(self, argv: Sequence[str], box: Box, limits: Limits) -> Completed:
        self.asked.append(tuple(argv))
        return Completed(tuple(argv), 0, "", "", 0.0)


async def work(agent: str, told: Brief, root: Path, sandbox: object) -> tuple[Report, Summary]:
    workspace = Workspace(path=root, base="0" * 40, environment=HERE)
    return await ROLES[agent](told, workspace, sandbox)  # type: ignore[arg-type] # fakes too
