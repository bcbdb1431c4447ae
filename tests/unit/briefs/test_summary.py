"""The documentation protocol's file."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.briefs import summary as doc
from pullcord.model.summary import Blocker, Decision, Summary

AT = datetime(2026, 11, 22, 9, 5, 7, tzinfo=UTC)
SAMPLE = Summary(
    agent="python-backend-engineer",
    task="Implement workout logging",
    date="2026-11-22 09:05:07",
    overview="Endpoints and repository.",
    decisions=(Decision(decision="TypedDict rows", rationale="as the plans do"),),
    assumptions=("One user per token",),
    details=("`app/api/workouts.py`: the router",),
    blockers=(Blocker(blocker="No migration tool", resolution="plain SQL"),),
    handoff=("Write tests for page boundaries",),
    quality={"mypy": "✅ No errors", "ruff": "✅ All rules pass", "pytest": "✅ 40/40 passing"},
)
EXACT = """\
# Agent Summary: python-backend-engineer - Implement workout logging
Date: 2026-11-22 09:05:07

## Task Overview
Endpoints and repository.

## Key Decisions
1. **TypedDict rows**: as the plans do

## Assumptions Made
- One user per token

## Implementation Details
- `app/api/workouts.py`: the router

## Blockers & Resolutions
- **Blocker**: No migration tool
  **Resolution**: plain SQL

## Handoff Notes
- Write tests for page boundaries

## Quality Validation
- mypy: ✅ No errors
- ruff: ✅ All rules pass
- pytest: ✅ 40/40 passing
"""

hostile = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="#-*:`~ \n\\.1ab[]", max_size=40),
    st.sampled_from(
        ["## Handoff Notes", "```", "None.", "**Resolution**: x", "- a\n  - b", "[Task]", "a\n\nb"]
    ),
)
summaries = st.builds(
    Summary,
    agent=hostile,
    task=hostile,
    date=st.dates(min_value=AT.date()).map(lambda d: f"{d} 09:05:07"),
    overview=hostile,
    decisions=st.lists(st.builds(Decision, decision=hostile, rationale=hostile), max_size=3),
    assumptions=st.lists(hostile, max_size=3),
    details=st.lists(hostile, max_size=3),
    blockers=st.lists(st.builds(Blocker, blocker=hostile, resolution=hostile), max_size=3),
    handoff=st.lists(hostile, max_size=3),
    quality=st.dictionaries(st.sampled_from(doc.CHECKS), st.sampled_from(["✅ ok", "❌ no"])),
)


def test_the_file_is_exactly_as_the_specification_writes_it() -> None:
    assert doc.render(SAMPLE) == EXACT


@given(summaries)
def test_what_is_rendered_is_read_back(summary: Summary) -> None:
    assert doc.parse(doc.render(summary)) == doc.tidy(summary)


@given(summaries)
def test_tidy_changes_nothing_the_second_time(summary: Summary) -> None:
    assert doc.tidy(doc.tidy(summary)) == doc.tidy(summary)


@given(summaries)
def test_no_placeholder_of_the_template_is_left(summary: Summary) -> None:
    text = doc.render(summary)
    assert not re.search(r"^(- |\d+\. )?\[[A-Za-z ]+\]$", text, re.M) or "[Task]" in text
    assert "✅/❌" not in doc.render(SAMPLE.model_copy(update={"quality": {}}))


@given(st.text())
def test_any_text_is_a_summary_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert doc.render(doc.parse(text))


@given(st.text(alphabet="#- \n`*ab:", max_size=200))
def test_any_body_under_the_right_headings_is_a_summary_or_a_value_error(body: str) -> None:
    text = EXACT.replace("- One user per token", body)
    with suppress(ValueError):
        assert doc.render(doc.parse(text))


@pytest.mark.parametrize("section", doc.SECTIONS)
def test_a_missing_section_is_named(section: str) -> None:
    with pytest.raises(ValueError, match=f"'## {section}' is missing"):
        doc.parse(EXACT.replace(f"## {section}\n", ""))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("# Agent Summary: ", "# Summary: ", "first line"),
        ("2026-11-22 09", "2026-13-22 09", "is not YYYY"),
        ("Endpoints and repository.", "[Brief description]", "Task Overview"),
        ("- Write tests for page boundaries", "- [Next steps]", "Handoff Notes"),
        ("## Handoff Notes", "## Notes\n\n## Handoff Notes", "not part"),
        ("## Assumptions Made\n- One user per token\n\n", "", "missing"),
    ],
)
def test_what_departs_from_the_structure_is_refused(old: str, new: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        doc.parse(EXACT.replace(old, new))


def test_sections_in_another_order_are_refused() -> None:
    a, b = "## Assumptions Made\n", "## Implementation Details\n"
    with pytest.raises(ValueError, match="order"):
        doc.parse(EXACT.replace(a, "x").replace(b, a).replace("x", b))


def test_reasonable_whitespace_and_line_ends_are_forgiven() -> None:
    loose = "\ufeff\r\n" + EXACT.replace("\n", "\r\n").replace("## Key", "## Key") + "\r\n\r\n"
    assert doc.parse(loose.replace("Notes\r\n", "Notes\r\n\r\n")) == SAMPLE


def test_a_heading_inside_a_code_block_is_code() -> None:
    text = EXACT.replace(
        "Endpoints and repository.", "Try:\n```sh\n## Handoff Notes\npoe test\n```"
    )
    assert "## Handoff Notes" in doc.parse(text).overview


def test_only_the_quality_section_is_replaced_and_only_once() -> None:
    lines = {"mypy": "✅ No errors", "ruff": "❌ 2 findings", "pytest": "✅ 3/3", "OpenAPI": "✅"}
    once = doc.with_quality(EXACT, lines)
    assert once == doc.with_quality(once, lines)
    assert doc.without_quality(once) == doc.without_quality(EXACT)
    assert once.endswith("- mypy: ✅ No errors\n- ruff: ❌ 2 findings\n- pytest: ✅ 3/3\n")


@given(st.text(), st.dictionaries(st.sampled_from(doc.CHECKS), st.text()))
def test_replacing_quality_is_idempotent_for_any_text(text: str, lines: dict[str, str]) -> None:
    once = doc.with_quality(text, lines)
    assert doc.with_quality(once, lines) == once


def test_the_name_has_time_agent_and_a_short_ascii_slug() -> None:
    name = doc.filename("Python Backend", "Füge „Übungen“ hinzu: " + "sehr " * 20, AT, ())
    assert name == "agent_20261122_090507_python-backend_fuge-ubungen-hinzu-sehr-sehr-sehr-sehr.md"


@given(st.text(), st.integers(min_value=1, max_value=15))
def test_names_of_one_run_are_unique_and_short(brief: str, count: int) -> None:
    taken: list[str] = []
    for _ in range(count):
        taken.append("docs/temp/" + doc.filename("code-reviewer", brief, AT, taken))
    assert len(set(taken)) == count
    for path in taken:
        match = re.fullmatch(
            r"docs/temp/agent_20261122_090507_code-reviewer_([a-z0-9-]+)\.md", path
        )
        assert match
        assert len(match[1]) <= 40


def test_the_engine_marks_what_it_writes_itself() -> None:
    summary = doc.fallback("code-reviewer", "Review", AT, "The attempt timed out.", ["a.py"] * 50)
    text = doc.render(summary)
    assert "Written by pullcord" in text
    assert "10 further paths" in text
    assert doc.parse(text) == summary


def test_a_digest_is_one_short_line() -> None:
    line = doc.digest(SAMPLE.model_copy(update={"overview": "word\n" * 500}))
    assert "\n" not in line
    assert len(line) <= 400
    assert "TypedDict rows" in doc.digest(SAMPLE)
