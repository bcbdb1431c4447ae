from __future__ import annotations

import pytest

from pullcord.model.words import terms
from pullcord.sprints.find import find
from pullcord.sprints.read import Sprint, read
from pullcord.sprints.shape import SprintUnreadable


@pytest.fixture
def sprint() -> Sprint:
    return read(
        "# Sprint 4: Logging\n## Tasks\n- [x] Task 1: Plans detail endpoint\n"
        "- [ ] Task 2: Workout logging\n- [ ] Task 3: Sleep logging for athletes\n"
    )


@pytest.mark.parametrize(
    ("title", "said", "id"),
    [
        ("Log workouts", "", "2"),
        ("Athletes log their sleep", "", "3"),
        ("Anything", "Mark Task 3 as complete with notes", "3"),
        ("Anything", "Review Sprint 4 Task 2", "2"),
        ("Export to a spreadsheet", "Break down requirements", None),
        ("Logging", "", None),
    ],
)
def test_work_finds_its_task_by_name_or_by_title(
    sprint: Sprint, title: str, said: str, id: str | None
) -> None:
    task = find(sprint, title, said)
    assert (task.id if task else None) == id


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("Mark Task 9 as complete", "no task 9"),
        ("Review Sprint 5 Task 2", "the document is of Sprint 4"),
        ("Mark Task 2 and Task 3 as complete", "one task must be named, not 2"),
    ],
)
def test_a_task_that_cannot_be_meant_is_refused(sprint: Sprint, said: str, why: str) -> None:
    with pytest.raises(SprintUnreadable, match=why):
        find(sprint, "Anything", said)


def test_two_titles_that_fit_equally_are_refused() -> None:
    sprint = read("- [ ] Task 1: Log workouts fast\n- [ ] Task 2: Log workouts well\n")
    with pytest.raises(SprintUnreadable, match=r"fits the tasks 1 .* and 2"):
        find(sprint, "Log workouts")


def test_terms_know_a_word_by_its_stem() -> None:
    assert terms("Logging workouts") == terms("an athlete logs the workout") - {"athlet"}
    assert terms("Lists are paged") == terms("list of pages")
    assert terms("categories, boxes, classes") == terms("category box class")
