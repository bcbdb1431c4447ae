"""Every question of an attempt is asked, none twice in a run, and what was decided is recorded."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pullcord.app import Orchestrator
from pullcord.briefs import decision
from pullcord.line.verify import verify
from pullcord.model.escalation import Answer, Escalation
from pullcord.model.report import Report
from pullcord.model.work import Brief, Workspace
from story import Act, Begin, Story, extend, git, implement

ORDER = "🟡 CLARIFICATION NEEDED:\nRequirement: Lists are sorted\nAmbiguity: By what\nOptions:\n1. Date\n2. Title\nRecommendation: Date\n"  # fmt: skip
LEAK = "🔴 SECURITY ALERT: Tokens are logged\nImpact: Accounts can be taken\nOptions:\n1. Redact\n2. Stop logging\n"  # fmt: skip


def says(*texts: str) -> Act:
    def act(brief: Brief, workspace: Workspace) -> Report:
        return Report(status="blocked", message="\n\n".join(texts))

    return act


async def decided(story: Story, head: str) -> dict[str, str]:
    names = git(story.folder, "ls-tree", "-r", "--name-only", head, "docs/decisions").split()
    return {name: git(story.folder, "show", f"{head}:{name}") for name in names}


async def test_all_questions_of_one_message_are_asked_the_halting_ones_first(begin: Begin) -> None:
    story = await begin({"implement": [says(ORDER, LEAK), implement]})
    run = await story.start("implement", "test", "review")

    status = await story.orchestrator.drive(run)

    asked = [(q.id, q.escalation.kind) for q in status.open_questions]
    assert asked == [("implement-1", "security"), ("implement-1-2", "clarification")]
    # Neither the recommendation of the other one nor its answer opens the blocker.
    status = await story.orchestrator.drive(run, on_escalation="default")
    assert [q.id for q in status.open_questions] == ["implement-1"]
    assert story.paid() == ["implement/1"]

    await story.orchestrator.answer(run, "implement-1", "2", by="Ada")
    status = await story.orchestrator.drive(run)
    assert status.state == "passed"
    told = story.brief("implement", 2).text
    assert "Tokens are logged: Stop logging" in told
    assert "Lists are sorted: Date" in told
    records = await decided(story, status.head)
    assert list(records) == [
        "docs/decisions/0001-tokens-are-logged.md",
        "docs/decisions/0002-lists-are-sorted.md",
    ]
    assert "Answered by: Ada" in records["docs/decisions/0001-tokens-are-logged.md"]
    assert "Nobody answered in person" in records["docs/decisions/0002-lists-are-sorted.md"]


async def test_the_inbox_has_a_question_while_others_still_work(begin: Begin) -> None:
    seen: list[str] = []

    async def waits(brief: Brief, workspace: Workspace) -> Report:
        while not seen:
            seen.extend(question.id for _, question in await story.orchestrator.inbox())
            await asyncio.sleep(0.05)
        return Report(status="needs_context", message="Which?")

    story = await begin({"extend": waits, "implement": says(ORDER)})
    run = await story.start("extend", "implement", "review", pattern="parallel")
    await story.orchestrator.drive(run)

    assert seen == ["implement-1"]


async def test_questions_under_one_title_are_told_apart_by_their_fields(begin: Begin) -> None:
    titled = ORDER.replace("NEEDED:", "NEEDED: order")
    other = titled.replace("Lists are", "A page is")
    story = await begin({"implement": says(titled, other, titled)})

    status = await story.run("implement")

    asked = [q.escalation.fields["Requirement"] for q in status.open_questions]
    assert asked == ["Lists are sorted", "A page is sorted"]


async def test_fifty_questions_are_one_that_lists_them_all(begin: Begin) -> None:
    many = [ORDER.replace("Lists", f"Lists {n}") for n in range(49)]
    story = await begin({"implement": [says(*many, LEAK), implement]})
    run = await story.start("implement", "test", "review")

    status = await story.orchestrator.drive(run, on_escalation="default")

    (question,) = status.open_questions
    assert (status.state, question.escalation.kind) == ("waiting", "security")
    assert len(question.escalation.evidence) == 50
    assert any("Lists 48 are sorted" in line for line in question.escalation.evidence)
    await story.orchestrator.answer(run, question.id, "by date, always", by="Ada")
    assert (await story.orchestrator.drive(run)).state == "passed"


async def test_the_same_question_is_not_asked_twice_in_a_run(begin: Begin) -> None:
    again = ORDER.replace("Lists are sorted", "lists are   SORTED").replace("1. Date", "1. Day")
    story = await begin({"implement": [says(ORDER), implement], "extend": [says(again), extend]})
    run = await story.start("implement", "extend", "test", "review")
    status = await story.orchestrator.drive(run)
    await story.orchestrator.answer(run, status.open_questions[0].id, "Title", by="Ada")

    status = await story.orchestrator.drive(run)

    assert status.state == "passed", status.open_questions
    assert "lists are SORTED: Title" in story.brief("extend", 2).text
    answer = (await story.facts(run))["ask/extend-1/answer"].body
    assert (answer["by"], answer["reuses"]) == ("Ada", "implement-1")
    assert len(await decided(story, status.head)) == 1


async def test_two_that_ask_the_same_at_once_wait_for_one_answer(begin: Begin) -> None:
    story = await begin({"implement": [says(ORDER), implement], "extend": [says(ORDER), extend]})
    run = await story.start("implement", "extend", "test", "review", pattern="parallel")

    status = await story.orchestrator.drive(run)

    (question,) = status.open_questions
    await story.orchestrator.answer(run, question.id, "1", by="Ada")
    assert (await story.orchestrator.drive(run)).state == "passed"


async def test_who_asks_the_same_for_ever_comes_to_an_end(begin: Begin) -> None:
    story = await begin({"implement": says(ORDER)})
    run = await story.start("implement")
    status = await story.orchestrator.drive(run)
    await story.orchestrator.answer(run, status.open_questions[0].id, "1", by="Ada")

    status = await story.orchestrator.drive(run, on_escalation="default")

    assert status.state == "waiting"
    assert [q.escalation.kind for q in status.open_questions] == ["rounds"]
    assert len(story.paid()) <= 5


async def test_questions_of_another_version_are_shown_and_have_no_default(begin: Begin) -> None:
    story = await begin({"implement": says(ORDER)})
    run = await story.start("implement")
    body = {
        "task": "implement",
        "since": 9,
        "escalation": {
            "kind": "weather", "description": "It rains", "recommendation": "Wait", "mood": "low",
        },
    }  # fmt: skip
    await story.orchestrator.ledger.append(run, "ask/implement-0", body, epoch=0)

    status = await story.orchestrator.drive(run, on_escalation="default")

    (question,) = status.open_questions
    assert "weather" in question.escalation.fields["Kind"]
    assert not question.has_default
    assert story.paid() == []
    given = {"text": "go on", "option": 0, "by": "Ada", "mood": "high"}
    await story.orchestrator.ledger.append(run, "ask/implement-0/answer", given, epoch=0)
    status = await story.orchestrator.drive(run)
    assert [q.id for q in status.open_questions] == ["implement-1"]


class Killed(BaseException):
    """Stands for the end of the process."""


class Mortal:
    """A ledger whose process dies just before, or just after, one fact."""

    def __init__(self, ledger: Any, fatal: str, after: bool) -> None:
        self._ledger, self._fatal, self._after = ledger, fatal, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    async def append(self, run: str, key: str, body: dict[str, Any], *, epoch: int) -> Any:
        if key == self._fatal and not self._after:
            raise Killed(key)
        fact = await self._ledger.append(run, key, body, epoch=epoch)
        if key == self._fatal:
            raise Killed(key)
        return fact


@pytest.mark.parametrize(
    ("fatal", "after"),
    [
        ("ask/extend-1/answer", True),
        ("recorded/implement-1", False),
        ("recorded/implement-1", True),
    ],
)
async def test_killed_at_the_reused_answer_or_the_record_it_ends_the_same(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, fatal: str, after: bool
) -> None:
    story = await begin({"implement": [says(ORDER), implement], "extend": [says(ORDER), extend]})
    run = await story.start("implement", "extend", "test", "review")
    await story.orchestrator.drive(run)
    await story.orchestrator.answer(run, "implement-1", "2", by="Ada")
    with monkeypatch.context() as patch:
        mortal = Mortal(story.orchestrator.ledger, fatal, after)
        patch.setattr(story.orchestrator, "ledger", mortal)
        patch.setattr(story.orchestrator.driver, "_ledger", mortal)
        with pytest.raises(BaseException) as died:  # noqa: PT011 - of any group
            await story.orchestrator.drive(run)
        assert died.type is Killed

    again = Orchestrator(
        story.orchestrator.repository, clock=story.orchestrator.clock,
        cache=story.folder.parent / "cache",
    )  # fmt: skip
    status = await again.drive(run)

    assert status.state == "passed", status.open_questions
    (record,) = (await decided(story, status.head)).values()
    assert "## Answer\n\nTitle" in record
    subjects = git(story.folder, "log", "--format=%s", f"{status.base}..{status.head}")
    assert subjects.count("Record a decision") == 1
    await verify(again.repository.git, await again.facts(run))
    assert await again.apply(run) == "main"
    again.ledger.close()


def test_a_record_is_numbered_after_those_that_are_there_and_keeps_secrets_to_itself() -> None:
    key = "AKIA" + "JHTLGMXGEDN73U55"
    asked = Escalation(kind="debt", description=f"Keep {key}?\n# no", evidence=(f"a: {key}",))
    place = decision.path(decision.title(asked), ["docs/decisions/007-old.md", "docs/x.md"])
    text = decision.render(
        place, asked, Answer(text=f"yes, {key}", by="Ada"), at="2026-11-22", where="run r"
    )
    assert place.startswith("docs/decisions/008-keep-akia")
    assert key not in text
    assert text.count("\n# ") == 0
    assert "Answered by: Ada" in text
