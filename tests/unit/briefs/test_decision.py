"""A decision as a record of the repository."""

from __future__ import annotations

from pullcord.briefs import decision
from pullcord.model.escalation import Answer, Escalation
from pullcord.model.request import Request

BLOCK = "Build it with delete:\n```feature\nresource: workout\n# no heading\n```"


def test_a_block_that_was_answered_stands_there_whole_and_is_offered_by_its_first_line() -> None:
    asked = Escalation(
        kind="clarification", description="Delete?", options=(BLOCK, "Stop the run"),
        recommendation=BLOCK,
    )  # fmt: skip

    text = decision.render(
        "docs/decisions/0001-delete.md", asked, Answer(text=BLOCK, option=1, by="Ada"),
        at="2026-11-22", where="run r",
    )  # fmt: skip

    assert "\n1. Build it with delete: …\n" in text
    assert text.endswith(
        "## Answer\n\nBuild it with delete:\n\n    resource: workout\n    # no heading\n"
    )


def test_where_a_request_came_from_names_no_folder_of_this_machine() -> None:
    assert Request(title="t", criteria=("c",), source="/home/ada/ask.md").place == "ask.md"
    assert Request(title="t", criteria=("c",), source="docs/ask.md").place == "docs/ask.md"
