"""A small sprint and the agents that work through it, for stories and command lines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pullcord.agents import load
from pullcord.blueprint.roles import sprint
from pullcord.briefs import summary as summaries
from pullcord.cli.sprint_request import Document, request_of
from pullcord.model.report import Report
from pullcord.model.request import Request
from pullcord.model.task import Plan
from pullcord.model.work import Brief, Workspace
from pullcord.requests.sprint import Wanted, sprint_plan
from pullcord.sprints.read import read
from pullcord.sprints.ready import ready
from story import QUICK, TINY, Act, approve, idle, write

PATH = "docs/planning/sprints/sprint_04_2026-11-22.md"
SPRINT = """\
# **Sprint 4: Sums**

**Progress:** 0 of 3 tasks

## **Tasks**

### **TODO**

* [ ] **Task 1: List sums**
    * **Dependencies:** None
    * **Current Status:** TODO
    * **Acceptance Criteria:**
        * [ ] GET /sums answers 200.
* [ ] **Task 2: List differences**
    * **Dependencies:** None
    * **Current Status:** TODO
    * **Acceptance Criteria:**
        * [ ] GET /differences answers 200.
* [ ] **Task 3: List both**
    * **Dependencies:** Task 1
    * **Current Status:** TODO
    * **Acceptance Criteria:**
        * [ ] GET /both answers 200.
"""
SERVED = """\
{"openapi": "3.1.0", "info": {"title": "tiny", "version": "1"}, "paths": {"/sums": {"get": {}}}}
"""
OFF = "".join(
    f'[gates.{gate}]\noff = "other stories look at it"\n'
    for gate in ("types", "lint", "format", "openapi", "contract")
)
OFF += QUICK[QUICK.index("[gates.tests]") :]
FILES = {**TINY, "pullcord.toml": OFF, "openapi.json": SERVED, PATH: SPRINT}
"""A repository whose OpenAPI document serves what task 1 asks for, and nothing else."""


def planned() -> tuple[Request, Plan]:
    """The request and plan of the whole sprint."""
    document = Document(PATH, SPRINT, read(SPRINT))
    found = ready(document.sprint, {})
    wanted = [
        Wanted(task.id, request_of(document, task, {}), found.after[task.id])
        for task in found.tasks
    ]
    plan = sprint_plan(wanted, PATH, "Sprint 4", load(None))
    criteria = tuple(c for each in wanted for c in each.request.criteria)
    return Request(title="Sprint 4: Sums", criteria=criteria), plan


def lean(plan: Plan) -> Plan:
    """The plan without the steps for contract and tests."""
    dropped = {
        task.id: task.after for task in plan.tasks if task.id.endswith(("contract", "tests"))
    }
    tasks = []
    for task in plan.tasks:
        after = task.after
        while set(after) & set(dropped):
            after = tuple(name for each in after for name in dropped.get(each, (each,)))
        if task.id not in dropped:
            tasks.append(task.model_copy(update={"after": after}))
    return plan.model_copy(update={"tasks": tuple(tasks)})


async def keep(brief: Brief, workspace: Workspace) -> Report:
    """The sprint manager of the offline agents, which needs no command."""
    report, said = await sprint.work(brief, workspace, NOTHING)  # type: ignore[arg-type]
    write(workspace.path, brief.summary_path, summaries.render(said))
    return report


NOTHING = object()
"""Stands for the sandbox of an agent that runs nothing in it."""


def build(brief: Brief, workspace: Workspace) -> None:
    """A document, so that no gate has to run a tool again."""
    write(workspace.path, f"docs/{brief.task.chain}.md", f"# {brief.request.title}\n")


def acts(plan: Plan, others: Mapping[str, Act] | None = None) -> dict[str, Act]:
    """What each task of the plan does; `others` by task."""
    by_role: dict[str, Act] = {
        "sprint-manager": keep, "python-backend-engineer": build, "code-reviewer": approve,
    }  # fmt: skip
    return {
        **{task.id: by_role.get(task.subagent_type, idle) for task in plan.tasks},
        **(others or {}),
    }


def folder_of(story_folder: Path) -> str:
    """The script of the runtime `acting`."""
    return str(story_folder.parent)
