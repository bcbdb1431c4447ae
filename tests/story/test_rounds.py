"""Red rounds, questions and answers: the line stops when it must, and goes on with the answer."""

from __future__ import annotations

import pytest

from pullcord.errors import Conflict, NotFound, UsageError
from pullcord.model.escalation import Escalation
from pullcord.model.quality import Finding
from pullcord.model.report import Report, Review
from pullcord.model.work import Brief, Workspace
from story import (
    ADD,
    CRITERION,
    SUBTRACT,
    Begin,
    approve,
    cover,
    git,
    idle,
    implement,
    summary,
    write,
)


def forbidden(brief: Brief, workspace: Workspace) -> None:
    """Red at the first gate, in another way each time: nobody but a person writes a Makefile."""
    write(workspace.path, "Makefile", f"round:\n\techo {brief.round}\n")


def stubborn(brief: Brief, workspace: Workspace) -> None:
    """Red at the first gate, and the same in every round."""
    write(workspace.path, "Makefile", "all:\n")


def mended(brief: Brief, workspace: Workspace) -> None:
    (workspace.path / "Makefile").unlink(missing_ok=True)
    implement(brief, workspace)


async def test_a_red_round_is_repeated_with_its_findings_on_top_of_its_work(begin: Begin) -> None:
    story = await begin({"implement": [forbidden, mended]})

    status = await story.run("implement", "test")

    assert status.state == "waiting"  # nobody reviewed the criterion
    assert story.paid() == ["implement/1", "implement/2", "test/1"]
    brief = story.brief("implement", 2)
    assert next((f.gate, f.path) for f in brief.findings) == ("scope", "Makefile")
    assert "Makefile scope/protected: is protected; only a person changes it" in brief.text
    assert "round 2 of 3" in brief.text
    refs = story.refs(status.run)
    opened = (await story.facts(status.run))["implement/2/opened"].body
    assert git(story.folder, "rev-parse", f"{opened['base']}^") == refs["implement/1/done"]
    assert "scope/protected: `Makefile` is protected" in git(
        story.folder, "show", f"{opened['base']}:{brief.failure}"
    )
    assert opened["parent"] == refs["base"]


async def test_a_third_red_round_asks_and_an_answer_grants_one_more(begin: Begin) -> None:
    story = await begin({"implement": [forbidden, forbidden, forbidden, mended]})

    status = await story.run("implement", "test")

    assert status.state == "waiting"
    (question,) = status.open_questions
    assert (question.task, question.escalation.kind) == ("implement", "rounds")
    assert any("Makefile" in line for line in question.escalation.evidence)
    assert story.paid() == ["implement/1", "implement/2", "implement/3"]

    await story.orchestrator.answer(status.run, question.id, "1", by="Ada")
    status = await story.orchestrator.drive(status.run)

    assert story.paid()[3:] == ["implement/4", "test/1"]
    assert "Makefile" in story.brief("implement", 4).text
    assert "implement/4/handoff" in await story.facts(status.run)


async def test_an_answer_grants_one_round_and_not_more(begin: Begin) -> None:
    story = await begin({"implement": forbidden})
    status = await story.run("implement")
    await story.orchestrator.answer(status.run, status.open_questions[0].id, "1", by="Ada")

    status = await story.orchestrator.drive(status.run)

    assert status.state == "waiting"
    assert len(story.paid()) == 4


async def test_stopping_the_run_ends_it_failed_and_keeps_the_work(begin: Begin) -> None:
    story = await begin({"implement": forbidden})
    status = await story.run("implement")
    question = status.open_questions[0]
    stop = question.escalation.options.index("Stop the run") + 1

    await story.orchestrator.answer(status.run, question.id, str(stop), by="Ada")
    status = await story.orchestrator.drive(status.run)

    assert status.state == "failed"
    assert "Ada stopped the run" in status.why
    assert "Ada stopped the run" in await story.report(status.run)
    assert git(story.folder, "show", f"{story.refs(status.run)['implement/3/work']}:Makefile")
    assert (await story.orchestrator.drive(status.run)).state == "failed"
    assert len(story.paid()) == 3


async def test_no_default_answers_grant_rounds_without_end(begin: Begin) -> None:
    story = await begin({"implement": forbidden})
    run = await story.start("implement")

    status = await story.orchestrator.drive(run, on_escalation="default")

    assert status.state == "waiting"
    assert len(story.paid()) <= 4


async def test_the_first_answer_wins_and_the_second_hears_whose_it_was(begin: Begin) -> None:
    story = await begin({"implement": forbidden})
    status = await story.run("implement")
    question = status.open_questions[0].id

    await story.orchestrator.answer(status.run, question, "1", by="Ada")
    with pytest.raises(Conflict, match="already answered by Ada: Grant one more round"):
        await story.orchestrator.answer(status.run, question, "2", by="Bob")
    with pytest.raises(UsageError, match="has 2 options"):
        await story.orchestrator.answer(status.run, question, "3", by="Bob")
    with pytest.raises(NotFound):
        await story.orchestrator.answer(status.run, "no-such", "1", by="Bob")

    status = await story.orchestrator.drive(status.run)
    assert len(story.paid()) == 4


# -- waivers ---------------------------------------------------------------------------------------


def untested(brief: Brief, workspace: Workspace) -> None:
    """Without a test too little is covered; every round does it a little differently."""
    more = f"\n\ndef more() -> int:\n    a = {brief.round}\n    return a\n"
    write(workspace.path, "tiny/sums.py", ADD + SUBTRACT + more)


async def test_a_round_that_changes_nothing_asks_at_once(begin: Begin) -> None:
    story = await begin({"implement": [stubborn, stubborn, mended]})
    run = await story.start("implement", "test", "review")

    status = await story.orchestrator.drive(run, on_escalation="default")

    assert status.state == "waiting"
    assert story.paid() == ["implement/1", "implement/2"]
    (question,) = status.open_questions
    assert "changed nothing" in question.escalation.description
    await story.orchestrator.answer(run, question.id, "1", by="Ada")
    assert (await story.orchestrator.drive(run)).state == "passed"


async def test_a_waived_gate_opens_and_the_person_is_named_everywhere(begin: Begin) -> None:
    story = await begin({"implement": untested})
    status = await story.run("implement", "review")
    assert status.open_questions[0].escalation.kind == "rounds"

    with pytest.raises(NotFound, match="scope is not closed"):
        await story.orchestrator.waive(status.run, "scope", "it is not even red", by="Ada")
    with pytest.raises(UsageError, match="three words"):
        await story.orchestrator.waive(status.run, "tests", "no", by="Ada")
    key = await story.orchestrator.waive(status.run, "tests", "tests come next week", by="Ada")
    status = await story.orchestrator.drive(status.run)

    assert key == "implement/3"
    assert story.paid() == ["implement/1", "implement/2", "implement/3", "review/1"]
    assert status.state == "passed"
    receipts = (await story.facts(status.run))["implement/3/handoff"].body["receipts"]
    waived = [r["verdict"] for r in receipts if r["verdict"]["outcome"] == "waived"]
    assert [(v["gate"], v["waived_by"]) for v in waived] == [("tests", "Ada")]
    path = (await story.facts(status.run))["implement/3/opened"].body["summary_path"]
    assert "waived by Ada" in git(story.folder, "show", f"{status.head}:{path}")
    report = await story.report(status.run)
    assert "waived by Ada" in report
    assert "tests come next week" in report


async def test_two_closed_gates_need_two_waivers(begin: Begin) -> None:
    def silent(brief: Brief, workspace: Workspace) -> Report:
        untested(brief, workspace)
        return Report(status="done")

    story = await begin({"implement": silent})
    status = await story.run("implement", "review")

    await story.orchestrator.waive(status.run, "tests", "tests come next week", by="Ada")
    assert (await story.orchestrator.status(status.run)).open_questions
    await story.orchestrator.waive(status.run, "summary", "she told me herself", by="Bob")
    status = await story.orchestrator.drive(status.run)

    assert status.state == "passed"
    assert len(story.paid()) == 4
    report = await story.report(status.run)
    assert "Ada" in report
    assert "Bob" in report


async def test_what_a_waived_gate_kept_from_running_runs_then(begin: Begin) -> None:
    def large(brief: Brief, workspace: Workspace) -> None:
        write(workspace.path, "tiny/sums.py", f"{ADD}{SUBTRACT}\n\nROUND = {brief.round}\n")
        write(workspace.path, "Makefile", "all:\n")

    story = await begin({"implement": large, "test": cover})
    status = await story.run("implement", "test", "review")

    await story.orchestrator.waive(status.run, "scope", "we need that file", by="Ada")
    status = await story.orchestrator.drive(status.run)

    assert status.state == "passed"
    receipts = (await story.facts(status.run))["implement/3/handoff"].body["receipts"]
    outcomes = {r["verdict"]["gate"]: r["verdict"]["outcome"] for r in receipts}
    assert outcomes == {
        "scope": "waived", "forbidden": "pass", "tests": "pass", "summary": "pass"
    }  # fmt: skip
    assert await story.orchestrator.apply(status.run) == "main"


# -- reviewers -------------------------------------------------------------------------------------


def objecting(*findings: Finding) -> Report:
    return Report(status="done", review=Review(decision="object", findings=findings))


WRONG = Finding(gate="review", rule="naming", message="call it minus", path="tiny/sums.py", line=9)


async def test_what_the_reviewer_objects_to_is_mended_and_looked_at_again(begin: Begin) -> None:
    def renamed(brief: Brief, workspace: Workspace) -> None:
        path = workspace.path / "tiny/sums.py"
        path.write_text(path.read_text() + "\n\nminus = subtract\n")

    story = await begin({"implement": [implement, renamed],
                         "review": [lambda brief, workspace: objecting(WRONG), approve]})  # fmt: skip

    status = await story.run("implement", "test", "review")

    assert story.paid() == ["implement/1", "test/1", "review/1", "implement/2", "review/2"]
    assert status.state == "passed"
    assert story.brief("implement", 2).findings == (WRONG,)
    assert "tiny/sums.py:9 review/naming: call it minus" in story.brief("implement", 2).text
    assert "minus = subtract" in story.brief("review", 2).packet


async def test_an_objection_without_findings_still_says_where_to_look(begin: Begin) -> None:
    story = await begin({"review": [lambda brief, workspace: objecting(), approve]})

    status = await story.run("implement", "test", "review")

    assert status.state == "passed"
    (finding,) = story.brief("implement", 2).findings
    assert finding.path == story.brief("review", 1).summary_path


async def test_objections_use_up_the_rounds_of_whoever_mends(begin: Begin) -> None:
    story = await begin({"review": lambda brief, workspace: objecting(WRONG)})

    status = await story.run("implement", "test", "review")

    assert status.state == "waiting"
    (question,) = status.open_questions
    assert question.escalation.kind == "rounds"
    assert story.paid().count("implement/3") == 1
    assert "implement/4" not in story.paid()

    await story.orchestrator.answer(status.run, question.id, "1", by="Ada")
    status = await story.orchestrator.drive(status.run)

    assert story.paid()[-2:] == ["implement/4", "review/4"]
    assert [asked.id for asked in status.open_questions] == ["implement-round-5"]


async def test_a_reviewer_without_a_verdict_opens_nothing(begin: Begin) -> None:
    def wordless(brief: Brief, workspace: Workspace) -> None:
        """Says in words that all is well."""

    story = await begin({"review": wordless})

    status = await story.run("review")

    assert status.state == "waiting"
    assert story.paid() == ["review/1", "review/2"]
    assert any(line.startswith("agent:") and "verdict" in line for line in status.tasks[0].closed)


async def test_a_reviewer_who_escalates_asks_a_person(begin: Begin) -> None:
    def unsure(brief: Brief, workspace: Workspace) -> Report:
        return Report(status="done", review=Review(decision="escalate", findings=(WRONG,)))

    story = await begin({"review": [unsure, approve]})

    status = await story.run("review")

    (question,) = status.open_questions
    assert question.escalation.kind == "approval"
    assert "call it minus" in question.escalation.evidence[0]
    await story.orchestrator.answer(status.run, question.id, "1", by="Ada")
    assert (await story.orchestrator.drive(status.run)).state == "passed"


# -- summaries -------------------------------------------------------------------------------------


async def test_an_agent_without_a_summary_has_a_red_round_and_the_engine_writes_one(
    begin: Begin,
) -> None:
    story = await begin({"design": [lambda brief, workspace: Report(status="done"), idle]})

    status = await story.run("design")

    facts = await story.facts(status.run)
    findings = facts["design/1/closed"].body["findings"]
    assert [f["gate"] for f in findings] == ["summary"]
    path = facts["design/1/opened"].body["summary_path"]
    written = git(story.folder, "show", f"{story.refs(status.run)['design/1/done']}:{path}")
    assert "Written by pullcord, because the agent left no summary." in written
    assert "design/2/handoff" in facts


# -- escalations -----------------------------------------------------------------------------------

UNCLEAR = """\
🟡 CLARIFICATION NEEDED:
Requirement: Compute differences.
Ambiguity: May they be negative?
Options:
1. Yes
2. No, stop at zero
Recommendation: Yes
"""
ASKED = Escalation(
    kind="clarification",
    description="Compute differences.",
    fields={"Requirement": "Compute differences.", "Ambiguity": "May they be negative?"},
    options=("Yes", "No, stop at zero"),
    recommendation="Yes",
)


def by_report(brief: Brief, workspace: Workspace) -> Report:
    return Report(status="blocked", escalation=ASKED)


def by_message(brief: Brief, workspace: Workspace) -> Report:
    return Report(status="done", message=f"I stopped.\n\n{UNCLEAR}")


def by_summary(brief: Brief, workspace: Workspace) -> None:
    text = summary("python-backend-engineer", brief)
    section = "## Blockers & Resolutions\n"
    assert section in text
    text = text.replace(section, f"{section}\n{UNCLEAR}\n")
    write(workspace.path, brief.summary_path, text)


@pytest.mark.parametrize("asks", [by_report, by_message, by_summary])
async def test_an_unclear_requirement_waits_for_a_person_whose_answer_is_told(
    begin: Begin, asks: object
) -> None:
    story = await begin({"implement": [asks, implement]})

    status = await story.run("implement", "test")

    assert status.state == "waiting"
    (question,) = status.open_questions
    assert question.escalation == ASKED.model_copy(update={"raised_by": "python-backend-engineer"})
    assert "implement/1/judged" not in await story.facts(status.run)
    assert "implement/1/documented" in await story.facts(status.run)

    await story.orchestrator.answer(status.run, question.id, "2", by="Ada")
    await story.orchestrator.drive(status.run)

    assert story.paid() == ["implement/1", "implement/2", "test/1"]
    assert [p.task.id for p in story.brief("test", 1).previous] == ["implement"]
    assert "No, stop at zero" in story.brief("implement", 2).text
    assert story.brief("implement", 2).findings == ()


async def test_an_agent_that_needs_context_asks_for_it(begin: Begin) -> None:
    def lost(brief: Brief, workspace: Workspace) -> Report:
        return Report(status="needs_context", message="Which table?")

    story = await begin({"implement": [lost, implement]})

    status = await story.run("implement")

    (question,) = status.open_questions
    assert question.escalation.fields["Ambiguity"] == "Which table?"
    await story.orchestrator.answer(status.run, question.id, "the one of 2019", by="Ada")
    await story.orchestrator.drive(status.run)
    assert "the one of 2019" in story.brief("implement", 2).text


@pytest.mark.parametrize("kind", ["security", "data", "architecture"])
async def test_critical_blockers_have_no_default(begin: Begin, kind: str) -> None:
    def alarmed(brief: Brief, workspace: Workspace) -> Report:
        escalation = Escalation.model_validate(
            {"kind": kind, "description": "Rows leak.", "options": ("Close it",),
             "recommendation": "Close it"}
        )  # fmt: skip
        return Report(status="blocked", escalation=escalation)

    story = await begin({"implement": [alarmed, implement]})
    run = await story.start("implement")

    status = await story.orchestrator.drive(run, on_escalation="default")

    assert status.state == "waiting"
    assert story.paid() == ["implement/1"]


async def test_a_clarification_is_answered_by_its_recommendation_when_the_user_says_so(
    begin: Begin,
) -> None:
    story = await begin({"implement": [by_report, implement]})
    run = await story.start("implement", "test", "review")

    status = await story.orchestrator.drive(run, on_escalation="default")

    assert status.state == "passed"
    assert "Compute differences.: Yes" in story.brief("implement", 2).text
    answer = (await story.facts(run))["ask/implement-1/answer"].body
    assert answer["by"] == "default (recommendation)"


async def test_an_agent_that_asks_for_ever_is_not_answered_for_ever(begin: Begin) -> None:
    story = await begin({"implement": by_report})
    run = await story.start("implement")

    status = await story.orchestrator.drive(run, on_escalation="default")

    assert status.state == "waiting"
    assert len(story.paid()) <= 4


# -- criteria --------------------------------------------------------------------------------------


async def test_a_criterion_that_nothing_covers_is_approved_by_a_person_or_not_at_all(
    begin: Begin,
) -> None:
    story = await begin({"review": lambda brief, workspace: Report(
        status="done", review=Review(decision="approve"))})  # fmt: skip

    status = await story.run("implement", "test", "review")

    assert status.state == "waiting"
    (question,) = status.open_questions
    assert (question.task, question.escalation.kind) == ("", "approval")
    assert CRITERION in question.escalation.description
    with pytest.raises(Conflict, match="only a passed run is applied"):
        await story.orchestrator.apply(status.run)

    await story.orchestrator.answer(status.run, question.id, "I do not think so", by="Ada")
    status = await story.orchestrator.drive(status.run)
    assert status.state == "waiting", "words are no approval"

    await story.orchestrator.answer(status.run, status.open_questions[0].id, "1", by="Ada")
    status = await story.orchestrator.drive(status.run)
    assert status.state == "passed"
    assert "approved by Ada" in await story.report(status.run)


async def test_a_criterion_that_the_reviewer_finds_unmet_is_not_covered_by_a_test(
    begin: Begin,
) -> None:
    def unmet(brief: Brief, workspace: Workspace) -> Report:
        review = Review(
            decision="approve",
            criteria={CRITERION: "unmet"},
            evidence={CRITERION: ("tests/test_difference.py::test_three_minus_two",)},
        )
        return Report(status="done", review=review)

    story = await begin({"review": unmet})

    status = await story.run("implement", "test", "review")

    assert status.state == "waiting"


async def test_a_test_that_the_reviewer_names_counts_when_a_receipt_has_it(begin: Begin) -> None:
    def by_test(brief: Brief, workspace: Workspace) -> Report:
        named = ("tests/test_difference.py::test_three_minus_two",)
        return Report(status="done", review=Review(decision="approve", evidence={CRITERION: named}))

    story = await begin({"review": by_test})

    status = await story.run("implement", "test", "review")

    assert status.state == "passed"
    assert "test_three_minus_two" in await story.report(status.run)
