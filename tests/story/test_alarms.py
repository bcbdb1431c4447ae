"""Secrets and risks for data stop the line; a person's word opens them, for that finding only."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from pullcord.line.verify import verify
from pullcord.model.escalation import Escalation
from pullcord.model.report import Report
from pullcord.model.work import Brief, Workspace
from story import TESTED, Begin, Story, cover, git, implement, summary, write

SLACK = 10.0
"""Seconds from the agent's report to the end of its neighbours; 2 on an idle machine."""
KEY = "AKIA" + "JHTLGMXGEDN73U55"
ALLOW = "2"
LEAKED = f'"""Signing."""\n\nKEY = "{KEY}"\n'


def leak(brief: Brief, workspace: Workspace) -> Report:
    """The key in a test, in the summary of the work and in the last message."""
    write(workspace.path, "tests/test_difference.py", TESTED + f'\n\nKEY = "{KEY}"\n')
    text = summary("python-test-engineer", brief, f"Signed with {KEY}.")
    write(workspace.path, brief.summary_path, text)
    return Report(status="done", message=f"I used {KEY}.")


def drop(brief: Brief, workspace: Workspace) -> None:
    implement(brief, workspace)
    write(workspace.path, "tiny/migrations/0002_next.sql", "alter table sums drop column notes;\n")


def mended(brief: Brief, workspace: Workspace) -> None:
    """Out of the test, and out of the summary of the round before."""
    cover(brief, workspace)
    for path in (workspace.path / "docs/temp").glob("*test-engineer*"):
        path.write_text(path.read_text().replace(KEY, "a key"))


async def told(story: Story, run: str) -> str:
    """Everything that is recorded and shown of a run, and every brief."""
    facts = json.dumps([fact.body for fact in await story.orchestrator.facts(run)])
    briefs = "".join(brief.model_dump_json() for brief in story.runtime.briefs)
    return facts + briefs + await story.report(run)


async def test_a_found_secret_is_a_security_alert_and_is_repeated_nowhere(begin: Begin) -> None:
    story = await begin({"test": [leak, mended]})
    run = await story.start("implement", "test", "review")

    status = await story.orchestrator.drive(run, on_escalation="default")

    assert status.state == "waiting"
    (question,) = status.open_questions
    asked = question.escalation
    assert (asked.kind, asked.raised_by, question.id) == (
        "security",
        "forbidden",
        "test-1-security",
    )
    assert asked.fields["Impact"]
    assert any("tests/test_difference.py" in line and "AKIA…" in line for line in asked.evidence)
    assert story.paid() == ["implement/1", "test/1"]

    await story.orchestrator.answer(run, question.id, "use the fixture", by="Ada")
    status = await story.orchestrator.drive(run)

    assert status.state == "passed", status.open_questions
    assert "use the fixture" in story.brief("test", 2).text
    assert "forbidden/secret" in story.brief("test", 2).text
    assert KEY not in await told(story, run)
    assert KEY not in git(story.folder, "log", "-p", f"{status.base}..{status.head}")


async def test_what_a_person_allows_is_that_finding_alone_and_is_shown(begin: Begin) -> None:
    def more(brief: Brief, workspace: Workspace) -> None:
        path = workspace.path / "tests/test_difference.py"
        path.write_text("# moved down by a line\n" + path.read_text())
        write(workspace.path, "tests/other.py", LEAKED.replace("U55", "U66"))

    def only_allowed(brief: Brief, workspace: Workspace) -> Report:
        write(workspace.path, "tests/test_difference.py", TESTED + f'\n\nKEY = "{KEY}"\n')
        write(workspace.path, brief.summary_path, summary("x", brief))
        return Report(status="done")

    story = await begin({"implement": implement, "test": only_allowed, "extend": more})
    run = await story.start("implement", "test", "extend", "review")
    status = await story.orchestrator.drive(run)
    await story.orchestrator.answer(run, "test-1-security", ALLOW, by="Ada")

    status = await story.orchestrator.drive(run)

    assert "test/1/handoff" in await story.facts(run)
    assert [q.id for q in status.open_questions] == ["extend-1-security"]  # the other one, not it
    (evidence,) = status.open_questions[0].escalation.evidence
    assert "tests/other.py" in evidence

    await story.orchestrator.answer(run, "extend-1-security", ALLOW, by="Bob")
    status = await story.orchestrator.drive(run)
    assert status.state == "passed", status.open_questions
    report = await story.report(run)
    assert "Waived: test-1-security by Ada: allowed forbidden/secret" in report
    assert "by Bob" in report
    await verify(story.orchestrator.repository.git, await story.orchestrator.facts(run))
    assert await story.orchestrator.apply(run) == "main"


async def test_a_dropped_column_is_a_data_risk_and_nothing_but_a_person_opens_it(
    begin: Begin,
) -> None:
    story = await begin({"implement": [drop, drop, drop, drop, drop]})
    run = await story.start("implement", "test", "review")

    status = await story.orchestrator.drive(run, on_escalation="default")

    (question,) = status.open_questions
    assert question.escalation.kind == "data"
    assert "alter table sums drop column notes" in question.escalation.fields["Affected"]
    assert question.escalation.recommendation in question.escalation.options
    assert story.paid() == ["implement/1"]

    # The agent does the same again: the answer stands, and its rounds run out.
    await story.orchestrator.answer(run, question.id, "1", by="Ada")
    status = await story.orchestrator.drive(run, on_escalation="default")
    assert status.state == "waiting"
    assert {q.escalation.kind for q in status.open_questions} == {"rounds"}
    assert len(story.paid()) <= 5


async def test_a_stop_ends_the_run(begin: Begin) -> None:
    story = await begin({"implement": drop})
    run = await story.start("implement", "test", "review")
    await story.orchestrator.drive(run)
    await story.orchestrator.answer(run, "implement-1-data", "3", by="Ada")
    assert (await story.orchestrator.drive(run)).state == "failed"


@pytest.mark.parametrize("kind", ["security", "data", "architecture"])
async def test_a_blocker_stops_the_agents_beside_it_within_two_seconds(
    begin: Begin, kind: str
) -> None:
    begun, stopped, raised = asyncio.Event(), 0.0, 0.0

    async def long(brief: Brief, workspace: Workspace) -> None:
        nonlocal stopped
        if stopped == 0:
            write(workspace.path, "tiny/half.py", "HALF = 1\n")
        begun.set()
        try:
            if stopped == 0:
                await asyncio.sleep(600)
        finally:
            stopped = time.monotonic()

    async def alarmed(brief: Brief, workspace: Workspace) -> Report:
        await begun.wait()
        nonlocal raised
        raised = time.monotonic()
        asked = Escalation.model_validate({"kind": kind, "description": "Stop", "options": ["Go"]})
        return Report(status="blocked", escalation=asked)

    story = await begin({"implement": [alarmed, implement], "extend": long})
    run = await story.start("implement", "extend", "test", "review", pattern="parallel")
    status = await story.orchestrator.drive(run, on_escalation="default")

    assert status.state == "waiting"
    assert "extend/1/worked" not in await story.facts(run)
    assert 0 < stopped - raised < SLACK
    rescued = [name for name in story.refs(run) if name.startswith("rescue/extend-1/")]
    assert rescued
    assert git(story.folder, "show", f"{story.refs(run)[rescued[0]]}:tiny/half.py") == "HALF = 1"

    before = story.paid()
    again = await story.orchestrator.drive(run, on_escalation="default")
    assert again.state == "waiting"
    assert story.paid() == before, "no agent begins while a blocker is open"

    await story.orchestrator.answer(run, "implement-1", "1", by="Ada")
    status = await story.orchestrator.drive(run)
    assert status.state == "passed", status.open_questions
