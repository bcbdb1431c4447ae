"""What summaries take for granted about the work of others, and who is told of it."""

from __future__ import annotations

from pullcord.briefs.assumptions import assumed, assumptions
from pullcord.briefs.packet import packet
from pullcord.model.summary import Summary
from pullcord.model.task import Task
from pullcord.model.work import Previous

SAID = Summary(
    agent="a",
    task="t",
    date="2026-11-22 12:00:00",
    assumptions=("Rows have an id.", "Integration assumption: Rows have an id."),
    details=("**Integration assumptions**: GET /plans\nstays as it is.", "Added a route."),
    handoff=("integration assumption - the page size is 20", "Integrate it."),
)


def test_assumptions_are_read_wherever_they_stand_and_each_once() -> None:
    assert assumptions(SAID) == (
        "Rows have an id.", "GET /plans stays as it is.", "the page size is 20",
    )  # fmt: skip


def test_the_reviewer_s_packet_names_the_task_of_each_assumption() -> None:
    task = Task(id="list", subagent_type="a", description="List plans", prompt="p")
    said = assumed([Previous(task=task, commit="c", summary_path="s", summary=SAID)])

    text = packet("", [], [], said)

    assert (
        "Assumptions of parallel tasks, to be checked:\n- list (List plans) assumes: Rows" in text
    )
    assert "Assumptions" not in packet("", [], [])
