"""Red work goes back to whoever can mend it, with the document of its failure."""

from __future__ import annotations

from pullcord.briefs import summary as summaries
from pullcord.model.quality import Finding
from pullcord.model.report import Report, Review
from pullcord.model.summary import Summary
from pullcord.model.work import Brief, Workspace
from story import ADD, SUBTRACT, Begin, approve, cover, git, idle, implement, write

WRONG = ADD + SUBTRACT.replace("a - b", "b - a")
SLOW = (
    ADD
    + '''

def subtract(a: int, b: int) -> int:
    """The difference, one step after the other."""
    for _ in range(b):
        a = add(a, -1)
    return a
'''
)
QUICK = SLOW.replace(
    "for _ in range(b):\n        a = add(a, -1)\n    return a", "return add(a, -b)"
)
COUNTED = """\
import pytest

from tiny import sums


def test_a_difference_is_one_addition(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    monkeypatch.setattr(sums, "add", lambda a, b: calls.append(a) or a + b)
    sums.subtract(9, 5)
    assert len(calls) == 1
"""


def wrong(brief: Brief, workspace: Workspace) -> None:
    write(workspace.path, "tiny/sums.py", WRONG)


async def test_what_new_tests_find_is_documented_mended_by_the_engineer_and_verified(
    begin: Begin,
) -> None:
    story = await begin({"implement": [wrong, implement], "test": [cover, idle]})

    status = await story.run("implement", "test", "review")

    assert status.state == "passed", status.model_dump_json(indent=1)
    assert story.paid() == ["implement/1", "test/1", "implement/2", "test/2", "review/1"]
    brief = story.brief("implement", 2)
    assert brief.failure in brief.text
    head = (await story.orchestrator.status(status.run)).head
    kept = git(story.folder, "show", f"{head}:{brief.failure}")
    named = "tests/test_difference.py::test_three_minus_two: assert -1 == 1"
    assert f"`tests/test_difference.py:5` {named}" in kept
    assert kept.count("- docs/temp/agent_") == 1


async def test_what_cannot_be_mended_without_an_ignore_is_asked_about(begin: Begin) -> None:
    def ignores(brief: Brief, workspace: Workspace) -> Report | None:
        write(workspace.path, "tiny/odd.py", f"X: int = 'x{brief.round}'  # type: ignore\n")
        return None

    def asks(brief: Brief, workspace: Workspace) -> Report | None:
        said = (
            "🟡 CLARIFICATION NEEDED:\nRequirement: types hold\n"
            "Ambiguity: the library has no types\nOptions:\n1. Narrow ignore\n2. Write stubs\n"
        )
        return Report(status="blocked", message=said)

    def mends(brief: Brief, workspace: Workspace) -> None:
        (workspace.path / "tiny/odd.py").unlink()

    story = await begin({"implement": [ignores, asks, mends]})
    status = await story.run("implement")
    brief = story.brief("implement", 2)
    assert {f.gate for f in brief.findings} >= {"forbidden"}
    kept = git(
        story.folder, "show", f"{story.refs(status.run)['implement/2/base']}:{brief.failure}"
    )
    assert "No broad `# type: ignore`" in kept
    (question,) = status.open_questions
    assert question.escalation.kind == "clarification"

    await story.orchestrator.answer(status.run, question.id, "2", by="Ada")
    await story.orchestrator.drive(status.run)

    assert story.paid() == ["implement/1", "implement/2", "implement/3"]
    assert any("Write stubs" in answer for answer in story.brief("implement", 3).answers)


async def test_a_slow_function_is_measured_red_then_mended_then_looked_at_again(
    begin: Begin,
) -> None:
    def measures(brief: Brief, workspace: Workspace) -> None:
        if brief.round == 1:
            return
        write(workspace.path, "tests/test_calls.py", COUNTED)
        note = "Reproduces: tests/test_calls.py::test_a_difference_is_one_addition"
        said = Summary(
            agent=brief.task.subagent_type, task=brief.task.description, date=brief.written_at,
            overview="Measured.", details=(note,),
        )  # fmt: skip
        write(workspace.path, brief.summary_path, summaries.render(said))

    def objects_once(brief: Brief, workspace: Workspace) -> Report:
        if brief.round > 1:
            return approve(brief, workspace)
        slow = Finding(
            gate="review", rule="performance", path="tiny/sums.py", message="n additions"
        )
        return Report(status="done", review=Review(decision="object", findings=(slow,)))

    def slow_then_quick(brief: Brief, workspace: Workspace) -> None:
        write(workspace.path, "tiny/sums.py", SLOW if brief.round == 1 else QUICK)
        cover(brief, workspace)

    story = await begin({"implement": slow_then_quick, "test": measures, "review": objects_once})

    status = await story.run("implement", "test", "review")

    assert status.state == "passed", status.model_dump_json(indent=1)
    assert story.paid() == [
        "implement/1", "test/1", "review/1", "test/2", "implement/2", "review/2",
    ]  # fmt: skip
    red, said = story.brief("implement", 2).findings
    assert "test_a_difference_is_one_addition" in red.message
    assert said.message == "n additions"
