"""A sprint worked through in one run: chains side by side, the document edited line by line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pullcord.app import Orchestrator
from pullcord.line.verify import verify
from pullcord.model.report import Report
from pullcord.model.task import Plan
from pullcord.model.work import Brief, Workspace
from sprint_story import FILES, PATH, SPRINT, acts, folder_of, lean, planned
from story import Begin, Story, git

NOTES = """\
        * api-designer: Did it.
        * python-backend-engineer: Did it.
        * python-test-engineer: Did it.
        * code-reviewer: Did it.
        * Blockers: none"""
SKIPPED = (
    "        * Skipped t1-contract: openapi.json describes GET /sums already: "
    "no contract change is needed\n"
)


async def started(
    begin: Begin, shape: Callable[[Plan], Plan] = lean, **others: Any
) -> tuple[Story, str]:
    """A story with a run of the whole sprint; `others` are acts by task id with underscores."""
    request, plan = planned()
    plan = shape(plan)
    told = {name.replace("_", "-"): act for name, act in others.items()}
    story = await begin(acts(plan, told), FILES)
    run = await story.orchestrator.start(
        request, plan, runtime="acting", script=folder_of(story.folder), unsafe=True
    )
    return story, run


async def test_a_sprint_is_done_in_one_run_and_its_document_changed_line_by_line(
    begin: Begin,
) -> None:
    story, run = await started(begin, shape=lambda plan: plan)

    status = await story.orchestrator.drive(run)

    assert status.state == "passed", status.model_dump_json(indent=1)
    after = git(story.folder, "show", f"{status.head}:{PATH}")
    gone = {line.strip() for line in set(SPRINT.splitlines()) - set(after.splitlines())}
    assert gone == {
        "**Progress:** 0 of 3 tasks", "* **Current Status:** TODO", "* [ ] **Task 1: List sums**",
        "* [ ] **Task 2: List differences**", "* [ ] **Task 3: List both**",
    }  # fmt: skip
    assert "**Progress:** 3 of 3 tasks" in after
    assert after.count("* [x] **Task") == 3
    assert after.count(NOTES) == 2
    assert after.count(SKIPPED) == 1
    facts = await story.orchestrator.facts(run)
    keys = [fact.key for fact in facts]
    assert keys.index("t3-requirements/1/opened") > keys.index("t1-update-docs/1/handoff")
    assert keys.index("t2-requirements/1/opened") < keys.index("t1-update-docs/1/handoff")
    assert not [key for key in keys if key.endswith("/closed")], "nothing conflicts needlessly"
    await _saw_its_own(story)
    report = await story.report(run)
    assert "✅ List sums: GET /sums answers 200. (reviewer: met)" in report
    assert "✅ List both: GET /both answers 200. (reviewer: met)" in report
    assert "(skipped: openapi.json describes GET /sums already" in report


async def _saw_its_own(story: Story) -> None:
    """Each chain was told of its own request and change."""
    brief = story.brief("t2-review", 1)
    assert brief.request.title == "List differences"
    assert brief.request.criteria == ("GET /differences answers 200.",)
    assert "docs/t2.md" in brief.packet
    assert "docs/t1.md" not in brief.packet
    assert {each.task.chain for each in brief.own} == {"t2"}
    assert brief.previous[-1].task.id == "t2-tests"
    assert brief.sprint_document == PATH


async def test_a_chain_that_waits_holds_up_what_depends_on_it_and_nothing_else(
    begin: Begin,
) -> None:
    def asks(brief: Brief, workspace: Workspace) -> Report:
        return Report(status="needs_context", message="Which sums?")

    story, run = await started(begin, t1_implementation=asks)

    status = await story.orchestrator.drive(run)

    states = {task.id: task.state for task in status.tasks}
    assert status.state == "waiting"
    assert states["t1-implementation"] == "waiting"
    assert states["t2-update-docs"] == "passed"
    assert states["t3-requirements"] == "queued"
    after = git(story.folder, "show", f"{status.head}:{PATH}")
    assert "* [x] **Task 2" in after
    assert "**Progress:** 1 of 3 tasks" in after


class Killed(BaseException):
    """Stands for the end of the process."""


class Mortal:
    """A ledger whose process dies just before its nth new fact."""

    def __init__(self, ledger: Any, left: int) -> None:
        self._ledger, self._left = ledger, left

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    async def append(self, run: str, key: str, body: dict[str, Any], *, epoch: int) -> Any:
        self._left -= await self._ledger.get(run, key) is None
        if self._left <= 0:
            raise Killed(key)
        return await self._ledger.append(run, key, body, epoch=epoch)


async def test_a_sprint_whose_process_dies_again_and_again_ends_as_if_it_had_not(
    begin: Begin,
) -> None:
    story, run = await started(begin)
    deaths = 0
    while True:
        living = Orchestrator(
            story.orchestrator.repository, clock=story.orchestrator.clock,
            cache=story.folder.parent / "cache",
        )  # fmt: skip
        ledger = living.ledger
        living.__dict__["ledger"] = Mortal(ledger, 9)
        try:
            status = await living.drive(run)
            break
        except BaseException as died:
            if not _killed(died):
                raise
            deaths += 1
        finally:
            ledger.close()

    assert deaths > 4
    assert status.state == "passed"
    await verify(story.orchestrator.repository.git, await story.orchestrator.facts(run))
    after = git(story.folder, "show", f"{status.head}:{PATH}")
    assert "**Progress:** 3 of 3 tasks" in after
    assert after.count("* [x] **Task") == 3
    assert after.count("**Outcomes:**") == 3
    assert after.count("**Breakdown:**") == 3
    assert {task.id for task in status.tasks} == {paid.split("/")[0] for paid in story.paid()}


def _killed(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return any(map(_killed, error.exceptions))
    return isinstance(error, Killed)
