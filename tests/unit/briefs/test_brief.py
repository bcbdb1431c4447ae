"""The context given to an agent."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.briefs import brief as briefs
from pullcord.briefs.packet import LIMIT, packet
from pullcord.model.agent import Agent
from pullcord.model.quality import Finding, Receipt, Verdict
from pullcord.model.request import Request
from pullcord.model.summary import Decision, Summary
from pullcord.model.task import Task
from pullcord.model.work import Brief, Previous

AGENT = Agent(name="python-backend-engineer", description="Implements", write=("app/**",))
TASK = Task(
    subagent_type="python-backend-engineer",
    description="Implement workout logging",
    prompt="Follow repository pattern + DI.",
    id="implementation",
)
PATH = "docs/temp/agent_20261122_090507_python-backend-engineer_implement-workout-logging.md"


def make(**more: object) -> Brief:
    fields = {
        "run": "r-1",
        "text": "",
        "task": TASK,
        "round": 1,
        "request": Request(
            title="Log workouts",
            text="Athletes log.",
            criteria=("201 with the workout",),
            constraints=("No breaking change",),
            feature="resource: workout",
        ),
        "written_at": "2026-11-22 09:05:07",
        "summary_path": PATH,
        "sprint_document": "docs/planning/sprints/sprint_04.md",
        "sprint_revision": "abc123",
    }
    return Brief.model_validate(fields | more)


def earlier(number: int, words: str = "decided things ") -> Previous:
    task = TASK.model_copy(update={"subagent_type": "api-designer", "id": f"t{number}"})
    path = f"docs/temp/agent_20261122_08{number:04}_api-designer_design.md"
    summary = Summary(
        agent="api-designer",
        task="Design",
        date="2026-11-22 08:00:00",
        overview="The contract is locked.",
        decisions=(Decision(decision="Pages from 1", rationale="as plans"),),
    )
    return Previous(task=task, commit="c", summary_path=path, summary=summary, digest=words * 40)


INITIAL = [
    "Please ensure you:",
    "1. Read @CLAUDE.md for project conventions",
    "2. Read @docs/00_project_brief.md for overview",
    "3. Follow the repository pattern + DI conventions",
    "4. Use OpenAPI workflow (generate → verify → publish)",
    "5. Follow testing best practices (repo-based fixtures)",
    "Documentation Requirement:",
    f"Create summary in {PATH}",
    "Escalation Protocol:",
    "STOP and alert user for security issues, architectural conflicts, or high-debt workarounds.",
    "Use project tasks (poe): fix, test, generate-openapi, verify-openapi, publish-openapi.",
    "Ensure mypy, ruff, and tests all pass (coverage ≥ 80%).",
]
HANDOFF = [
    "The previous agent (@agent-api-designer) has completed:",
    "The contract is locked.",
    f"Previous agent's documentation: {earlier(1).summary_path}",
    "Key decisions made: Pages from 1",
    "Now please:",
    f"Create your own summary: {PATH}",
    "Build upon previous work ensuring compatibility.",
    "Alert if previous decisions conflict with best practices.",
]
PARALLEL = [
    "Working in parallel on related components.",
    "Your specific task: Implement workout logging",
    "Ensure your work integrates with: Add list (@agent-python-test-engineer)",
    f"Document in: {PATH}",
    "Note any integration assumptions for other agents.",
]
OTHER = Task(subagent_type="python-test-engineer", description="Add list", prompt="p")


@pytest.mark.parametrize(
    ("lines", "brief", "alongside"),
    [
        (INITIAL, make(), ()),
        (HANDOFF, make(previous=[earlier(1)]), ()),
        (PARALLEL, make(previous=[earlier(1)]), (OTHER,)),
    ],
)
def test_each_context_has_the_specifications_lines_in_order(
    lines: list[str], brief: Brief, alongside: tuple[Task, ...]
) -> None:
    text = briefs.compose(brief, AGENT, alongside).split("\n")
    places = [text.index(line) for line in lines]
    assert places == sorted(places)


@pytest.mark.parametrize("alongside", [(), (OTHER,)])
def test_whatever_the_shape_the_ground_of_the_task_is_there(alongside: tuple[Task, ...]) -> None:
    finding = Finding(gate="types", rule="arg-type", message="int", path="app/a.py", line=3)
    brief = make(previous=[earlier(1)], findings=[finding], answers=["Sort by date"], round=2)
    text = briefs.compose(brief, AGENT, alongside)
    for expected in (
        "Follow repository pattern + DI.",
        "- 201 with the workout",
        "- No breaking change",
        "- app/a.py:3 types/arg-type: int",
        "round 2 of 3",
        "- Sort by date",
        "resource: workout",
        "docs/planning/sprints/sprint_04.md at revision abc123",
        "2026-11-22 09:05:07 UTC",
        f"Summaries of this run so far:\n- {earlier(1).summary_path}",
        "You may change only: app/**",
    ):
        assert expected in text


@pytest.mark.parametrize(("model", "there"), [("sonnet", 1), ("claude-Sonnet-5", 1), ("opus", 0)])
def test_sonnet_is_told_to_ultrathink(model: str, there: int) -> None:
    agent = AGENT.model_copy(update={"model": model})
    assert briefs.compose(make(), agent).count("ultrathink") == there


def test_a_brief_stays_as_long_over_fifty_tasks() -> None:
    sizes = {}
    for count in (10, 50, 500):
        previous = [earlier(n) for n in range(count)]
        text = briefs.compose(make(previous=previous), AGENT)
        sizes[count] = len(text)
        if count <= 50:
            assert all(p.summary_path in text for p in previous)
        assert previous[-1].summary_path in text
    assert sizes[50] <= sizes[10] * 1.5
    assert sizes[500] <= sizes[50] * 1.1
    assert "before these: docs/temp/agent_*.md" in text


def test_nothing_makes_a_brief_longer_than_its_limit() -> None:
    huge = "word " * 100_000
    task = TASK.model_copy(update={"prompt": huge, "description": huge, "criteria": (huge,) * 99})
    request = Request(title=huge, text=huge, criteria=(huge,) * 99, feature=huge)
    finding = Finding(gate="g", rule="r", message=huge)
    brief = make(
        task=task, request=request, findings=[finding] * 99, answers=[huge] * 9, packet=huge
    )
    text = briefs.compose(brief, AGENT)
    assert len(text) < briefs.LIMIT
    assert text.endswith("(coverage ≥ 80%).\n")


@given(st.text(alphabet="abc \n.", max_size=80), st.text(alphabet="abc \n.", max_size=80))
def test_no_bracket_of_a_template_is_left(prompt: str, overview: str) -> None:
    task = TASK.model_copy(update={"prompt": prompt, "description": overview})
    last = earlier(1)
    last = last.model_copy(
        update={"summary": last.summary.model_copy(update={"overview": overview})}
    )
    for previous, alongside in (([], ()), ([last], ()), ([last], (OTHER,))):
        text = briefs.compose(make(task=task, previous=previous), AGENT, alongside)
        assert not re.search(r"\[[^\]]*\]", text)


def receipts() -> list[Receipt]:
    verdict = Verdict(gate="types", outcome="pass", detail="24 files")
    return [Receipt(verdict=verdict, tree="t", policy="p")]


def file_diff(name: str, lines: int) -> str:
    body = "".join(f"+line {n} of {name}\n" for n in range(lines))
    return (
        f"diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n@@ -0,0 +1,{lines} @@\n{body}"
    )


def test_the_packet_holds_receipts_criteria_and_the_change() -> None:
    text = packet(file_diff("app/a.py", 3), receipts(), ["Lists are paged"])
    assert "- types: pass, 24 files" in text
    assert "- Lists are paged" in text
    assert "- app/a.py +3 -0" in text
    assert "+line 2 of app/a.py" in text


def test_a_long_diff_is_cut_in_the_longest_file_only() -> None:
    diff = file_diff("big.py", 20_000) + file_diff("small.py", 5)
    text = packet(diff, receipts(), ["c"])
    assert len(text) <= LIMIT
    assert "- big.py +20000 -0" in text
    assert "+line 4 of small.py" in text
    assert "cut:" in text


@given(st.text(max_size=300), st.lists(st.text(max_size=30), max_size=5))
def test_any_diff_makes_a_packet(diff: str, criteria: list[str]) -> None:
    assert len(packet("diff --git " + diff, receipts(), criteria)) <= LIMIT


def test_a_packet_of_very_many_files_keeps_its_size() -> None:
    diff = "".join(file_diff(f"f{n}.py", 50) for n in range(2_000))
    assert len(packet(diff, receipts(), [])) <= LIMIT
