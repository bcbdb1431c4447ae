from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.sprints.order import missing, ordered, unfinished
from pullcord.sprints.read import Sprint, read
from pullcord.sprints.shape import SprintUnreadable

DOCUMENT = """\
# **Sprint 4: Workout logging**

**Status:** Active – week 2

## **Objectives**
- Task 1 first, see dependencies_map.md

## **Tasks**

### **TODO**

* [x] **Task 1: Auth guard (COMPLETED - 2026-01-05)**
    * **Dependencies:** None
    * **Current Status:** COMPLETED
    * **Acceptance Criteria:**
        * 401 without a token
        * Status: 401 has a body
    * **Assigned To:** `backend-engineer`
    * **Completed:** 2026-01-05

* ✅ **Task 2a – Plans list**
    * Dependencies: Task 1
    * Acceptance Criteria: pages of 20
* [ ] **Task 2b: Log workouts**
    * **Dependencies:** Tasks 1–2, Sprint 3 Task 9
    * **Current Status:** IN PROGRESS
    * **Acceptance Criteria:**
        * [x] creates a workout, gets 201
          with the stored row
        * [ ] another's is 404
    * **Assigned To:** python-backend-engineer, api-engineer
* [ ] **Task 9a: Charts**
    * Depends on: 2b

## Notes
- Task 2b: was blocked once
```
* [ ] **Task 7: in an example**
```
<!-- * [ ] **Task 8: in a comment** -->
"""


@pytest.fixture
def sprint() -> Sprint:
    return read(DOCUMENT)


def test_tasks_are_found_by_any_of_the_ways_in_which_people_write_them(sprint: Sprint) -> None:
    assert sprint.title == "Sprint 4: Workout logging"
    assert [(task.id, task.title, task.line, task.end) for task in sprint.tasks] == [
        ("1", "Auth guard", 12, 19),
        ("2a", "Plans list", 21, 23),
        ("2b", "Log workouts", 24, 31),
        ("9a", "Charts", 32, 33),
    ]


def test_what_a_task_says_of_itself_counts_more_than_its_section(sprint: Sprint) -> None:
    assert [task.status for task in sprint.tasks] == ["done", "done", "in progress", "todo"]


def test_criteria_come_with_their_lines_and_checkboxes(sprint: Sprint) -> None:
    found = [(c.text, c.line, c.done) for c in sprint.task("2b").criteria]
    assert found == [
        ("creates a workout, gets 201 with the stored row", 28, True),
        ("another's is 404", 30, False),
    ]
    assert [c.text for c in sprint.task("1").criteria] == [
        "401 without a token",
        "Status: 401 has a body",
    ]
    assert [c.text for c in sprint.task("2a").criteria] == ["pages of 20"]


def test_dependencies_know_ranges_and_leave_other_sprints_out(sprint: Sprint) -> None:
    assert sprint.task("2b").dependencies == ("1", "2a")
    assert sprint.task("9a").dependencies == ("2b",)
    assert sprint.task("1").dependencies == ()


def test_assigned_agents_are_a_list_of_names(sprint: Sprint) -> None:
    assert sprint.task("2b").assigned == ("python-backend-engineer", "api-engineer")
    assert sprint.task("1").assigned == ("backend-engineer",)


def test_tasks_may_be_headings_with_paragraphs_below() -> None:
    sprint = read(
        "# Sprint 2\n## Task 1: Base ✅\nText.\n## Task 2: Logging\n**Status**: In Progress (80% done)\n"
        "**Depends on**: Task 1\n#### Acceptance Criteria\n\n- [ ] Status: 200\n"
    )
    one, two = sprint.tasks
    assert (one.title, one.status) == ("Base", "done")
    assert (two.status, two.dependencies) == ("in progress", ("1",))
    assert [(c.text, c.line) for c in two.criteria] == [("Status: 200", 9)]


def test_a_document_that_disagrees_with_itself_says_so() -> None:
    sprint = read("* [x] **Task 1: Base**\n    * Current Status: In Progress\n")
    assert sprint.tasks[0].status == "done"
    assert sprint.notes == (
        "line 1: task 1 is done by its checkbox and in progress by Current Status",
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no task found"),
        ("# Sprint\n- something else", "no task found"),
        ("- Task 1: a\n- Task 2: b\n- Task 1: c", "task 1 stands twice, in lines 1 and 3"),
    ],
)
def test_a_document_that_cannot_be_understood_is_refused_with_the_reason(
    text: str, why: str
) -> None:
    with pytest.raises(SprintUnreadable, match=why):
        read(text)


def test_tasks_come_after_those_they_depend_on() -> None:
    sprint = read(
        "- Task 1: a\n  - Dependencies: 3\n- Task 2: b\n  - Dependencies: Task 7\n- Task 3: c"
    )
    assert [task.id for task in ordered(sprint)] == ["2", "3", "1"]
    assert missing(sprint) == {"2": ("7",)}
    assert [task.id for task in unfinished(sprint, sprint.task("1"))] == ["3"]


def test_a_circle_of_dependencies_is_named() -> None:
    sprint = read("- Task 1: a\n  - Dependencies: 2\n- Task 2: b\n  - Dependencies: 1\n- Task 3: c")
    with pytest.raises(SprintUnreadable, match="circle: 1, 2"):
        ordered(sprint)


PIECES = st.sampled_from(
    [*DOCUMENT.splitlines(), "## Task 3: x", "---", "```", "<!--", "-->", "\r"]
)
TEXTS = st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=20))).map("\n".join))


@given(TEXTS)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        sprint = read(text)
        ordered(sprint)
    except SprintUnreadable:
        return
    count = text.count("\n") + 1
    assert all(1 <= task.line <= task.end <= count for task in sprint.tasks)
