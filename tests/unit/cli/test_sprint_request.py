"""From a task in a sprint document to the request of its chain."""

from __future__ import annotations

import pytest

from pullcord.agents import load
from pullcord.cli.sprint_request import Document, linked, request_of
from pullcord.errors import UsageError
from pullcord.model.request import Request
from pullcord.requests.sprint import Wanted, sprint_plan
from pullcord.sprints.read import read
from pullcord.sprints.ready import ready
from pullcord.sprints.shape import SprintUnreadable

PATH = "docs/planning/sprints/sprint_04.md"
TEXT = """\
# Sprint 4: Logging
## Tasks
* [ ] **Task 1: Log workouts**
  * **Description:** Athletes log workouts, see [the decision](../../adr.md).
  * **Dependencies:** None
  * **Acceptance Criteria:**
    * gets 201
  * **Constraints:** No breaking change.

    ```feature
    resource: workout
    fields: {}
    ```
* [ ] **Task 2: Log sleep**
  * **Request:** [sleep](../requests/sleep.md)
* [ ] **Task 3: Charts**
  * **Dependencies:** Tasks 1-2
  * **Acceptance Criteria:** TBD
* [ ] **Task 4: Export**
  * **Dependencies:** Task 3
  * **AC:** gets 200
* [ ] **Task 5: Import**
  * **Dependencies:** Task 9
  * **AC:** gets 200
* [ ] **Task 6: Share**
  * **Status:** Blocked by legal
  * **AC:** gets 200

```feature
resource: share
```
"""
SLEEP = """\
# Sleep
Nights count.

## Acceptance criteria
- a night gets 201

```feature
resource: night
```
"""
FILES = {"docs/planning/requests/sleep.md": SLEEP, "docs/adr.md": "# Decision\nNo criteria.\n"}


def document(text: str = TEXT) -> Document:
    return Document(PATH, text, read(text))


def asked(id: str, text: str = TEXT, files: dict[str, str] = FILES) -> Request:
    told = document(text)
    return request_of(told, told.sprint.task(id), files)


def test_a_task_becomes_a_request_with_its_feature_block() -> None:
    request = asked("1")
    assert (request.title, request.criteria) == ("Log workouts", ("gets 201",))
    assert request.constraints == ("No breaking change.",)
    assert request.feature == "resource: workout\nfields: {}\n"
    assert (request.feature_line, request.source) == (11, PATH)
    assert "Athletes log workouts" in request.text
    assert "resource:" not in request.text


def test_a_block_behind_the_last_task_belongs_to_it() -> None:
    assert asked("6").feature == "resource: share\n"


def test_a_linked_request_gives_what_the_task_leaves_out() -> None:
    request = asked("2")
    assert (request.title, request.criteria) == ("Log sleep", ("a night gets 201",))
    assert (request.feature, request.source) == ("resource: night\n", next(iter(FILES)))
    assert request.feature_line == 8
    assert "Nights count." in request.text
    assert set(FILES) <= set(linked(document()))


def test_a_linked_request_may_leave_the_criteria_to_its_task() -> None:
    text = TEXT.replace("sleep.md)", "sleep.md)\n  * **AC:** counts nights", 1)
    bare = {**FILES, "docs/planning/requests/sleep.md": "# Sleep\nNights.\n"}
    assert asked("2", text, bare).criteria == ("counts nights",)


@pytest.mark.parametrize(
    ("id", "files", "why"),
    [
        ("3", FILES, r"Task 3 \(Charts\) has no acceptance criteria: .*, line 16"),
        ("2", {}, r"line 15: \.\./requests/sleep\.md is not in the last commit"),
        ("2", {"docs/planning/requests/sleep.md": "# Sleep\n"}, "no acceptance criteria"),
    ],
)
def test_what_is_missing_is_said_with_its_line(id: str, files: dict[str, str], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        asked(id, files=files)


def test_two_feature_blocks_are_refused() -> None:
    own = "  ```feature\n  resource: a\n  ```\n"
    with pytest.raises(UsageError, match="several feature blocks"):
        asked("2", TEXT.replace("* [ ] **Task 3", f"{own}* [ ] **Task 3"))
    with pytest.raises(SprintUnreadable, match="task 6 has 2 feature blocks"):
        asked("6", TEXT + "\n" + own)


def test_open_tasks_are_ready_in_dependency_order_and_the_others_say_why() -> None:
    found = ready(document().sprint, {"3": "it has no acceptance criteria"})
    assert [task.id for task in found.tasks] == ["1", "2"]
    assert found.left == {
        "3": "it has no acceptance criteria",
        "4": "it depends on task 3, which is left out",
        "5": "it depends on task 9, which this document lacks",
        "6": "it says of itself: Blocked by legal",
    }


def test_chains_come_after_those_they_depend_on_and_beside_the_others() -> None:
    request = Request(title="x", criteria=("c",))
    wanted = [Wanted("1", request), Wanted("1.1", request), Wanted("1-1", request, ("1", "1.1"))]
    plan = sprint_plan(wanted, PATH, "Sprint 4", load(None))
    after = {task.id: task.after for task in plan.tasks}
    assert list(plan.chains) == ["t1", "t1-1", "t1-1-2"]
    assert plan.sprint == PATH
    assert after["t1-requirements"] == after["t1-1-requirements"] == ()
    assert after["t1-tests"] == ("t1-implementation",)
    assert after["t1-1-2-requirements"] == ("t1-update-docs", "t1-1-update-docs")
    assert [task.optional for task in plan.tasks[:3]] == [False, True, False]
    assert plan.tasks[0].description == "Review Sprint 4 Task 1"
