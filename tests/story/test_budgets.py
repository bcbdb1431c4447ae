"""Budgets of runs and tasks: reserved before an agent starts; a spent one pauses and asks."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cli_story import GREEN, cli, said_in_json, scripted, workshop
from pullcord.line import budget
from pullcord.model.budget import Budget, Budgets
from pullcord.model.report import Report, Usage
from pullcord.model.work import Brief, Workspace
from story import FAST, Act, Begin, approve, extend, implement, summary, write


def paying(act: Act, usd: float | None, tokens: int | None = 0) -> Act:
    """An agent that does this and costs so much."""

    def acts(brief: Brief, workspace: Workspace) -> Report:
        said = act(brief, workspace)
        write(workspace.path, brief.summary_path, summary(brief.task.subagent_type, brief))
        usage = Usage(usd=usd, input_tokens=tokens, output_tokens=tokens)
        report = said if isinstance(said, Report) else Report(status="done")
        return report.model_copy(update={"usage": usage})

    return acts


def nothing(brief: Brief, workspace: Workspace) -> None:
    """Costs without doing."""


async def test_a_spent_budget_pauses_before_the_next_agent_and_words_raise_it(
    begin: Begin,
) -> None:
    story = await begin({"design": paying(nothing, 0.8), "review": paying(approve, 0.5)})
    run = await story.start("design", "review", budgets=Budgets(run=Budget(usd=0.8)))

    status = await story.orchestrator.drive(run)

    (question,) = status.open_questions
    assert (question.id, question.escalation.kind) == ("budget-1", "budget")
    assert any(
        "api-designer" in line and "0.8 usd" in line for line in question.escalation.evidence
    )
    assert (status.cost.usd, status.budget.usd, status.cost.attempts) == (0.8, 0.8, 1)
    assert story.paid() == ["design/1"]

    await story.orchestrator.answer(run, "budget-1", "tokens=5", by="Ada")  # not what is lacking
    status = await story.orchestrator.drive(run)
    assert [q.id for q in status.open_questions] == ["budget-2"]
    assert story.paid() == ["design/1"]

    await story.orchestrator.answer(run, "budget-2", "usd=0.1", by="Ada")
    assert (await story.orchestrator.drive(run)).state == "passed"

    assert story.paid() == ["design/1", "review/1"]
    report = await story.report(run)
    assert "- In all: 1.3 of 0.9 usd, 2 attempts" in report


async def test_two_at_a_time_cannot_both_have_what_is_left_for_one(begin: Begin) -> None:
    at_work: list[str] = []

    async def alone(brief: Brief, workspace: Workspace) -> Report:
        assert not at_work
        at_work.append(brief.task.id)
        await asyncio.sleep(0.05)
        at_work.clear()
        done = paying(GOOD_ACTS[brief.task.id], 0.1)(brief, workspace)
        assert isinstance(done, Report)
        return done

    base = {
        **FAST,
        "pullcord.toml": FAST["pullcord.toml"] + "[budget]\nusd=1\n[budget.attempt]\nusd=0.6\n",
    }
    story = await begin({"implement": alone, "extend": alone}, base)
    run = await story.start("implement", "extend", "test", pattern="parallel",
                            budgets=Budgets(run=Budget(attempts=2)))  # fmt: skip

    status = await story.orchestrator.drive(run)

    assert sorted(story.paid()) == ["extend/1", "implement/1"]
    (question,) = status.open_questions  # of the third attempt; the money was enough
    assert "2 of 2 attempts" in question.escalation.description
    facts = await story.facts(run)
    for task in ("implement", "extend"):
        assert facts[f"{task}/1/reserved"].seq < facts[f"{task}/1/opened"].seq


GOOD_ACTS: dict[str, Act] = {"implement": implement, "extend": extend}


async def test_a_killed_attempt_stays_reserved_once_and_needs_no_second_room(
    begin: Begin,
) -> None:
    class Killed(BaseException):
        """Stands for the end of the process: nothing after it is done."""

    def dies(brief: Brief, workspace: Workspace) -> None:
        if len(story.paid()) == 1:
            raise Killed

    story = await begin({"design": dies})
    run = await story.start("design", budgets=Budgets(task=Budget(attempts=1, usd=1)))
    with pytest.raises(Killed):
        await story.orchestrator.drive(run)

    status = await story.orchestrator.drive(run)

    assert story.paid() == ["design/1", "design/1"]
    assert {q.escalation.kind for q in status.open_questions} == {"approval"}
    assert status.cost.attempts == 1
    assert "reports no usd" in await story.report(run)  # said once, and attempts still count


async def test_what_a_killed_later_task_had_reserved_is_asked_for_and_not_waited_for(
    begin: Begin,
) -> None:
    class Killed(BaseException):
        """Stands for the end of the process: nothing after it is done."""

    def dies(brief: Brief, workspace: Workspace) -> None:
        raise Killed

    story = await begin({"design": paying(nothing, 0.5), "review": dies})
    run = await story.start("design", "review", budgets=Budgets(run=Budget(attempts=2)))
    with pytest.raises(Killed):
        await story.orchestrator.drive(run)
    await story.orchestrator.retry(run, "design", by="Ada")

    async with asyncio.timeout(60):
        status = await story.orchestrator.drive(run)

    assert [q.id for q in status.open_questions] == ["budget-1"]
    assert story.paid() == ["design/1", "review/1"]


async def test_time_ends_an_attempt_keeps_its_work_and_counts_what_killed_ones_had(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "MINUTE_S", 0.3)
    begun = asyncio.Event()

    async def slow(brief: Brief, workspace: Workspace) -> None:
        write(workspace.path, "docs/half.md", "Half done.")
        begun.set()
        await asyncio.sleep(60)

    story = await begin({"design": slow})
    run = await story.start("design", budgets=Budgets(task=Budget(minutes=4)))
    driving = asyncio.create_task(story.orchestrator.drive(run))
    await begun.wait()
    while "design/1/minute/2" not in await story.facts(run):
        await asyncio.sleep(0.05)
    driving.cancel()
    await asyncio.wait({driving})

    status = await story.orchestrator.drive(run)

    facts = await story.facts(run)
    report = facts["design/1/worked"].body["report"]
    assert (report["limit"], report["exit"]) == ("budget", None)
    assert report["usage"]["seconds"] < 8 * 0.3
    assert facts["design/1/closed"].body["findings"][0]["rule"] == "budget"
    assert story.paid() == ["design/1", "design/1"]
    (question,) = status.open_questions
    assert (question.task, question.escalation.kind) == ("design", "budget")
    assert "docs/half.md" in await story.orchestrator.diff(run, "design")


def test_on_the_command_line_a_spent_budget_is_exit_code_4(tmp_path: Path) -> None:
    repo = workshop(tmp_path)
    asked = ("-f", tmp_path / "plan.py", "--runtime", scripted(tmp_path, GREEN), "-C", repo)
    wrong = cli("run", *asked, "--budget", "euro=3")
    assert wrong.code == 2
    assert "there is no unit 'euro'" in wrong.err

    first = said_in_json("run", *asked, "--budget", "attempts=1")

    assert first[-1]["exit_code"] == 4
    assert first[-1]["status"]["budget"]["attempts"] == 1
    assert cli("answer", "-C", repo, "@last", "go on").code == 2
    assert cli("answer", "-C", repo, "@last", "attempts=1").code == 0
    assert cli("resume", "-C", repo).code == 0
    shown = cli("show", "-C", repo, "@last").out
    assert "cost so far: unknown usd, unknown tokens, 2 of 2 attempts" in shown
