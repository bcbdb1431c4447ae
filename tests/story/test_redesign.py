"""The design turns out wrong: the designer adjusts it, and who built on it follows."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from pullcord.line import redesign
from pullcord.line.redesign import ADJUST
from pullcord.model.escalation import Escalation
from pullcord.model.quality import Finding
from pullcord.model.report import Report
from pullcord.model.task import Plan, Task
from pullcord.model.work import Brief, Workspace
from pullcord.patterns.review import owed
from pullcord.protocols import Flow
from story import FAST, QUICK, Begin, Story, cover, git, implement, write

CONFLICT = Escalation(
    kind="architecture",
    description="Differences need a sign of their own",
    fields={"Current Design": "one number", "Required Change": "number and sign"},
    options=("Leave it",),
)


def raises_once(brief: Brief, workspace: Workspace) -> Report | None:
    if brief.round == 1:
        return Report(status="blocked", escalation=CONFLICT)
    cover(brief, workspace)
    return None


def unsure_in_round_2(brief: Brief, workspace: Workspace) -> Report | None:
    if brief.round == 2:
        return Report(status="needs_context", message="Which sign?")
    implement(brief, workspace)
    return None


async def answered(story: Story, run: str, text: str) -> str:
    """The state of the run after its only question was answered."""
    (question,) = (await story.orchestrator.status(run)).open_questions
    await story.orchestrator.answer(run, question.id, text, by="Ada")
    return (await story.orchestrator.drive(run)).state


async def test_a_person_lets_the_design_be_adjusted_and_it_cascades(begin: Begin) -> None:
    story = await begin({"test": raises_once, "implement": unsure_in_round_2})
    status = await story.run("design", "implement", "test", "review")
    (question,) = status.open_questions
    assert question.escalation.options == ("Leave it", ADJUST)

    # The implementer asks in turn: the drive after that finds designer and implementer again.
    assert await answered(story, status.run, "2") == "waiting"
    assert story.paid()[3:] == ["design/2", "implement/2"]
    assert await answered(story, status.run, "1") == "passed"

    assert story.paid()[5:] == ["implement/3", "test/2", "review/1"]
    (conflict,) = story.brief("design", 2).findings
    assert "sign of their own. Current Design: one number" in conflict.message
    assert "Ada decided: adjust the design" in conflict.message
    for task, round in (("implement", 2), ("test", 2)):
        (mend,) = story.brief(task, round).findings
        design = (await story.facts(status.run))["design/2/opened"].body["summary_path"]
        assert (mend.rule, mend.path) == ("changed", design)
    head = (await story.orchestrator.status(status.run)).head
    kept = git(story.folder, "show", f"{head}:{story.brief('design', 2).failure}")
    assert "Differences need a sign of their own" in kept
    assert (await story.facts(status.run))["test/1/redesign"].body["tasks"] == ["implement"]


async def test_another_answer_goes_to_the_task_that_raised_it_alone(begin: Begin) -> None:
    story = await begin({"test": raises_once})
    status = await story.run("design", "implement", "test", "review")

    assert await answered(story, status.run, "Leave it") == "passed"

    assert story.paid()[3:] == ["test/2", "review/1"]


async def test_without_a_designer_in_the_plan_the_design_cannot_be_adjusted(begin: Begin) -> None:
    story = await begin({"test": raises_once})
    status = await story.run("implement", "test", "review")

    assert status.open_questions[0].escalation.options == ("Leave it",)
    assert await answered(story, status.run, ADJUST) == "passed"
    assert story.paid()[2:] == ["test/2", "review/1"]


async def test_what_the_designer_did_before_the_power_failed_is_not_done_again(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(
        flow: Flow, plan: Plan, designer: Task, findings: Sequence[Finding], built: Sequence[Task]
    ) -> Finding:
        await flow.work(designer, findings=findings, obligations=owed(plan, 0))
        raise OSError("the power is gone")

    story = await begin({"test": raises_once})
    run = (await story.run("design", "implement", "test", "review")).run
    with monkeypatch.context() as patch:
        patch.setattr(redesign, "redesigned", dies)
        with pytest.raises(OSError, match="the power"):
            await answered(story, run, "2")

    assert (await story.orchestrator.drive(run)).state == "passed"
    assert story.paid()[3:] == ["design/2", "implement/2", "test/2", "review/1"]


SERVICE = {
    **FAST,
    "pullcord.toml": f'app = "tiny.main:app"\n{QUICK}[gates.openapi]\noff = "no service here"\n',
    "openapi.json": json.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "T", "version": "1.0.0"},
            "paths": {"/a": {"get": {"responses": {"200": {"description": "ok"}}}}},
        }
    ),
}


def locks(path: str, brief: Brief, workspace: Workspace) -> None:
    item = {"get": {"responses": {"200": {"description": "ok"}}}}
    text = json.dumps({"paths": {path: item}})
    write(workspace.path, "docs/contracts/differences.openapi.json", text)


async def test_a_contract_that_is_not_kept_a_second_time_is_reconciled(begin: Begin) -> None:
    def half(brief: Brief, workspace: Workspace) -> None:
        implement(brief, workspace)
        cover(brief, workspace)

    story = await begin(
        {
            "design": [lambda b, w: locks("/b", b, w), lambda b, w: locks("/a", b, w)],
            "implement": half,
        },
        SERVICE,
    )

    status = await story.run("design", "implement")

    assert [task.state for task in status.tasks] == ["passed", "passed"]
    assert story.paid() == ["design/1", "implement/1", "implement/2", "design/2", "implement/3"]
    (unkept,) = story.brief("design", 2).findings
    assert (unkept.gate, unkept.message) == ("contract", "GET /b is not implemented")
    assert [f.gate for f in story.brief("implement", 3).findings] == ["contract", "design"]
