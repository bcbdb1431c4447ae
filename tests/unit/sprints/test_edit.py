from __future__ import annotations

import difflib
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.sprints.edit import add_breakdown, add_task, mark_complete, mark_in_progress
from pullcord.sprints.read import read
from pullcord.sprints.shape import SprintUnreadable

DAY = date(2026, 11, 22)
DOCUMENT = """\
# **Sprint 4: Workout logging**

## **Tasks**

* [x] **Task 1: Auth guard (COMPLETED - 2026-01-05)**
    * **Completed:** 2026-01-05

* [ ] **Task 2: Log workouts**
    * **Current Status:** TODO
    * **Acceptance Criteria:**
        * [ ] gets 201
        * [ ] another's is 404
    * **Completed:** -

## Notes
"""


def changed(before: str, after: str) -> list[str]:
    rows = difflib.ndiff(before.splitlines(), after.splitlines())
    return [row for row in rows if row[0] in "+-"]


def test_a_task_in_progress_is_one_changed_line() -> None:
    assert changed(DOCUMENT, mark_in_progress(DOCUMENT, "2")) == [
        "-     * **Current Status:** TODO",
        "+     * **Current Status:** IN PROGRESS",
    ]


def test_a_complete_task_has_checkbox_status_date_and_outcomes() -> None:
    after = mark_complete(DOCUMENT, "2", DAY, ["Blockers: none", "12 tests added"], ["gets 201"])
    assert changed(DOCUMENT, after) == [
        "- * [ ] **Task 2: Log workouts**",
        "+ * [x] **Task 2: Log workouts (COMPLETED - 2026-11-22)**",
        "-     * **Current Status:** TODO",
        "+     * **Current Status:** COMPLETED",
        "-         * [ ] gets 201",
        "+         * [x] gets 201",
        "-     * **Completed:** -",
        "+     * **Completed:** 2026-11-22",
        "+     * **Outcomes:**",
        "+         * Blockers: none",
        "+         * 12 tests added",
    ]
    assert read(after).task("2").status == "done"


def test_a_breakdown_stands_below_its_task_and_grows_only_by_new_steps() -> None:
    once = add_breakdown(DOCUMENT, "2", ["api-designer: contract"])
    assert changed(DOCUMENT, once) == [
        "+     * **Breakdown:**",
        "+         * api-designer: contract",
    ]
    more = add_breakdown(once, "2", ["api-designer: contract", "code-reviewer: review"])
    assert changed(once, more) == ["+         * code-reviewer: review"]


def test_a_new_task_takes_the_next_number_and_the_manner_of_the_others() -> None:
    after, id = add_task(DOCUMENT, "Log sleep", "Athletes log sleep.", ["gets 201"])
    assert id == "3"
    assert changed(DOCUMENT, after) == [
        "+ * [ ] **Task 3: Log sleep**",
        "+     * **Description:** Athletes log sleep.",
        "+     * **Acceptance Criteria:**",
        "+         * gets 201",
        "+     * **Current Status:** TODO",
        "+ ",
    ]
    assert read(after).task("3").criteria[0].text == "gets 201"
    assert add_task(after, "Log Sleep", "again", []) == (after, "3")


def test_headings_keep_their_manner() -> None:
    text = "# Sprint\r\n## Task 1: Base\r\n**Status**: Not Started\r\n\r\n## Task 2: More\r\n"
    after = mark_complete(text, "1", DAY, ["done well"])
    assert after == (
        "# Sprint\r\n## Task 1: Base\r\n**Status**: Completed\r\n\r\n**Completed**: 2026-11-22\r\n"
        "\r\n**Outcomes**:\r\n- done well\r\n\r\n## Task 2: More\r\n"
    )


def test_a_task_without_fields_or_checkbox_gets_its_status_behind_the_title() -> None:
    assert mark_in_progress("- 🔲 Task 1: Base", "1") == "- 🔄 Task 1: Base (IN PROGRESS)"
    after = mark_complete("- 🔄 Task 1: Base (IN PROGRESS)", "1", DAY)
    assert after == ("- ✅ Task 1: Base (COMPLETED - 2026-11-22)\n  - **Completed:** 2026-11-22")


def test_notes_cannot_become_markup() -> None:
    after = add_breakdown(DOCUMENT, "2", ["a\n## b", "<!-- c", "---", "```", "\x00"])
    assert changed(DOCUMENT, after) == [
        "+     * **Breakdown:**",
        "+         * a ## b",
        "+         * &lt;!-- c",
    ]


@pytest.mark.parametrize("edit", [mark_in_progress, lambda t, i: mark_complete(t, i, DAY)])
def test_an_unknown_task_is_refused(edit: Callable[[str, str], str]) -> None:
    with pytest.raises(SprintUnreadable, match="no task 9; it has: 1, 2"):
        edit(DOCUMENT, "9")


MANNERS = ["* [ ] **Task {}: Title**", "- Task {} – Title", "1. **Task {}: Title** (TODO)", "## Task {}: Title",
           "### ✅ **Task {}: Title**", "  * [ ] ⏳ Task {}: Title", "* [x] **Task {}: T (COMPLETED - 2026)**"]  # fmt: skip
BODY = ["    * **Current Status:** TODO", "  - Status: In Progress", "**Status**: Not Started", "",
        "    * **Completed:**", "**Completed:** 2026-01-01", "#### Completed", "#### Status", "\tprose",
        "    * **Acceptance Criteria:**", "        * [ ] gets 201", "  - **Status**", "**Completed**", "#### Acceptance Criteria", "- [ ] x",
        "    * **Breakdown:**", "```", "<!-- x", "-->", "    * **Outcomes:** fine", "---"]  # fmt: skip
NOTES = st.lists(st.one_of(st.text(max_size=12), st.sampled_from(BODY)), max_size=3)
ENDS = st.sampled_from(["\n", "\r\n"])


@st.composite
def documents(draw: st.DrawFn) -> str:
    rows = ["# Sprint 1", *draw(st.sampled_from([[], ["", "## Tasks"]]))]
    for number in range(1, draw(st.integers(2, 4))):
        rows.append(draw(st.sampled_from(MANNERS)).format(number))
        rows += draw(st.lists(st.one_of(st.sampled_from(BODY), st.text(max_size=9)), max_size=6))
    return draw(ENDS).join(rows) + draw(st.sampled_from(["", "\n"]))


@given(documents(), NOTES)
def test_an_edit_made_twice_is_made_once_and_touches_only_its_task(
    text: str, notes: list[str]
) -> None:
    try:
        task = read(text).task("1")
    except SprintUnreadable:
        return
    rows = text.split("\n")
    head, tail = rows[: task.line - 1], rows[task.end :]
    edits: list[Callable[[str], str]] = [
        lambda text: mark_in_progress(text, "1"),
        lambda text: add_breakdown(text, "1", notes),
        lambda text: mark_complete(text, "1", DAY, notes, [c.text for c in task.criteria]),
    ]
    for edit in edits:
        once = edit(text)
        assert edit(once) == once
        after = once.split("\n")
        assert after[: len(head)] == head
        assert after[len(after) - len(tail) :] == tail
        kept = after[len(head) : len(after) - len(tail)]
        assert len(kept) >= task.end - task.line + 1
    assert read(mark_complete(text, "1", DAY, notes)).task("1").status == "done"


@given(documents(), st.text(max_size=20), NOTES)
def test_a_task_is_added_once_and_no_line_is_lost(
    text: str, title: str, criteria: list[str]
) -> None:
    try:
        after, id = add_task(text, title, "words", criteria)
    except SprintUnreadable:
        return
    assert add_task(after, title, "words", criteria) == (after, id)
    assert read(after).task(id)
    lost = [row for row in difflib.ndiff(text.splitlines(), after.splitlines()) if row[0] == "-"]
    assert not lost
