"""The six steps of a feature request by the offline agents, on a real repository without a sandbox."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pullcord import process
from pullcord.blueprint.roles import ROLES
from pullcord.briefs import summary as summaries
from pullcord.briefs.packet import packet
from pullcord.model.quality import Finding, Receipt, Verdict
from pullcord.model.report import Report
from pullcord.model.request import Request
from pullcord.model.summary import Summary
from pullcord.model.task import Task
from pullcord.model.work import Brief, Previous, Workspace
from pullcord.process import Completed, Limits
from pullcord.protocols import Box
from pullcord.requests import markdown
from pullcord.requests.workflows.feature import STEPS
from pullcord.scaffold import files

BIN = Path(sys.executable).parent
GATES = ("format", "lint", "types", "tests", "openapi", "contract")
REQUEST = """\
# Log workouts

Athletes log each workout, so that coaches can see the load of a week.

## Acceptance criteria
- An athlete creates a workout and gets 201 with the stored workout.
- Another athlete's workout is answered with 404, never with 403.
- Lists are paged, newest first; a page size over 100 is refused with 422.

## Constraints
- No breaking change of the published contract.

```feature
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
list:               {filters: [effort, performed_on], sort: [performed_on, title]}
```
"""


class Bare:
    """A sandbox that is none: the tools of this environment, in the workspace."""

    name = "bare"

    async def run(self, argv: Sequence[str], box: Box, limits: Limits) -> Completed:
        tool = BIN / argv[0]
        found = [str(tool) if tool.exists() else argv[0], *argv[1:]]
        env = {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(box.repo),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return await process.run(found, cwd=box.repo, env=env, limits=limits)


@dataclass
class Story:
    """A service under git in which agents work one after another."""

    root: Path
    request: Request
    previous: tuple[Previous, ...] = ()
    reports: list[tuple[Task, Report, Summary]] = field(default_factory=list)

    async def git(self, *arguments: str) -> str:
        names = {
            f"GIT_{who}_{what}": "a@b"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        env = {"PATH": os.environ["PATH"], "HOME": str(self.root), **names}
        done = await process.run(["git", *arguments], cwd=self.root, env=env)
        assert done.exit == 0, done.stderr
        return done.stdout

    async def begin(self) -> None:
        for path, data in files(name="workout-tracker", today=date(2026, 11, 1)).items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_bytes(data)
        await self.git("init", "-q")
        await self.commit("base")
        await self.git("tag", "base")

    async def commit(self, message: str) -> None:
        await self.git("add", "-A")
        await self.git("commit", "-q", "--allow-empty", "-m", message)

    async def work(self, task: Task, findings: Sequence[Finding] = ()) -> tuple[Report, Summary]:
        """Let the task's agent work, and hand off what it did."""
        number = len(self.previous)
        brief = Brief(
            run="r",
            text="",
            task=task,
            round=2 if findings else 1,
            request=self.request,
            written_at=f"2026-11-22 10:0{number}:00",
            summary_path=f"docs/temp/agent_20261122_100{number}00_{task.subagent_type}_{task.id}.md",
            sprint_document="docs/planning/sprints/sprint_01_2026-11-01.md",
            previous=self.previous,
            findings=tuple(findings),
            packet=await self.packet(),
        )
        workspace = Workspace(path=self.root, base="base")
        report, summary = await ROLES[task.subagent_type](brief, workspace, Bare())
        path = self.root / brief.summary_path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(summaries.render(summary), "utf-8")
        await self.commit(task.description)
        parsed = summaries.parse(path.read_text("utf-8"))
        handed = Previous(task=task, commit="c", summary_path=brief.summary_path, summary=parsed)
        self.previous += (handed,)
        self.reports.append((task, report, summary))
        return report, summary

    async def packet(self) -> str:
        diff = await self.git("diff", "base", "HEAD")
        passed = [
            Receipt(verdict=Verdict(gate=gate, outcome="pass"), tree="t", policy="p")
            for gate in GATES
        ]
        return packet(diff, passed, (*self.request.criteria, *self.request.constraints))


def tasks(request: Request) -> tuple[Task, ...]:
    """SPEC.md's Example 1 for the request."""
    return tuple(
        Task(id=step.id, subagent_type=step.agent, description=f"{step.description}: {request.title}",
             prompt=step.prompt, criteria=request.criteria)
        for step in STEPS
    )  # fmt: skip


async def story(root: Path, text: str = REQUEST) -> Story:
    """A service, ready for the first step."""
    told = Story(root, markdown.parse(text, "REQUEST.md"))
    await told.begin()
    return told
