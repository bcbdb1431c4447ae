"""A person lets a closed gate pass: recorded with the name, shown, and for that gate only."""

from __future__ import annotations

from pathlib import Path

import pytest

from pullcord.briefs.reports import final
from pullcord.errors import NotFound, UsageError
from pullcord.model.work import Brief, Workspace
from story import ADD, SUBTRACT, Acting, Story, approve, idle, write


def outside(brief: Brief, workspace: Workspace) -> None:
    """Nobody but a person writes a Makefile."""
    write(workspace.path, "Makefile", f"all:  # {brief.round}\n")


def untested(brief: Brief, workspace: Workspace) -> None:
    lines = "".join(f"    a += {brief.round}\n" for _ in range(9))
    write(
        workspace.path, "tiny/sums.py", ADD + SUBTRACT.replace("    return", f"{lines}    return")
    )


async def waiting(story: Story, *ids: str) -> str:
    run = await story.start(*ids)
    assert (await story.orchestrator.drive(run)).state == "waiting"
    return run


async def test_after_a_waived_scope_the_other_gates_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await Story.begin(tmp_path, monkeypatch, {"implement": outside, "review": approve})
    run = await waiting(story, "implement", "review")

    with pytest.raises(UsageError, match="three words"):
        await story.orchestrator.waive(run, "scope", "because", by="Ada")
    with pytest.raises(NotFound, match="lint is not closed"):
        await story.orchestrator.waive(run, "lint", "it is not closed", by="Ada")
    await story.orchestrator.waive(run, "scope", "the Makefile is wanted", by="Ada")
    status = await story.orchestrator.drive(run)

    facts = await story.facts(run)
    rest = {
        receipt["verdict"]["gate"]: receipt["verdict"]["outcome"]
        for receipt in facts["implement/3/rest/judged"].body["receipts"]
    }
    assert rest["tests"] == "pass"
    assert status.state == "passed", status.model_dump_json(indent=1)
    report = final(await story.orchestrator.view(run))
    assert "Waived: implement/3/scope by Ada: the Makefile is wanted" in report
    assert story.paid() == ["implement/1", "implement/2", "implement/3", "review/1"]
    assert await story.orchestrator.apply(run) == "main"
    assert (story.folder / "Makefile").exists()


async def test_what_is_red_in_the_result_opens_by_a_waiver_and_by_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await Story.begin(
        tmp_path, monkeypatch, {"implement": untested, "test": idle, "review": approve}
    )
    run = await waiting(story, "implement", "test", "review")
    # The tester's handoff: coverage is due there.
    await story.orchestrator.waive(run, "tests", "coverage comes next week", by="Ada")

    status = await story.orchestrator.drive(run)

    assert status.state == "passed", status.model_dump_json(indent=1)
    report = final(await story.orchestrator.view(run))
    assert "waived by Ada" in report
    assert isinstance(story.runtime, Acting)
