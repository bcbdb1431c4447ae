"""Gates that could not judge say nothing about anybody's work."""

from __future__ import annotations

from pathlib import Path

import pytest

from pullcord.gates.tests import Tests
from pullcord.model.quality import Verdict
from pullcord.protocols import Case
from story import Story


async def test_gates_that_cannot_judge_ask_a_person_and_cost_no_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await Story.begin(tmp_path, monkeypatch)
    judging, broken = Tests.judge, [True]

    async def judge(self: Tests, case: Case) -> Verdict:
        if broken[0]:
            raise OSError(28, "No space left on device")
        return await judging(self, case)

    monkeypatch.setattr(Tests, "judge", judge)
    run = await story.start("design", "review")

    status = await story.orchestrator.drive(run, on_escalation="default")
    assert [q.escalation.kind for q in status.open_questions] == ["unavailable"]
    assert status.tasks[0].round == 1

    broken[0] = False
    await story.orchestrator.answer(run, status.open_questions[0].id, "1", by="Ada")
    status = await story.orchestrator.drive(run)
    assert status.state == "passed", status.model_dump_json(indent=1)
    assert story.paid() == ["design/1", "review/1"]
