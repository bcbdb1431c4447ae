"""Sprint documents as people write them: each is read and edited in the expected lines only, or
refused with its line. Nothing is ever rendered anew."""

from __future__ import annotations

import difflib
from datetime import date

import pytest

from pullcord.sprints.edit import mark_complete, mark_in_progress
from pullcord.sprints.read import read
from pullcord.sprints.shape import SprintUnreadable, Status

HEAD = "# Sprint 2\n## Tasks\n"
READ: dict[str, tuple[str, Status, str]] = {
    # name: (document, status of task 2, what closing it replaces and adds)
    "bold, in a section it has left": (
        "# **Sprint 2: Goal**\n\n**Status:** Active – week 2\n\n## **Tasks**\n\n### **TODO**\n\n"
        "* [ ] **Task 2: Plans**\n    * **Current Status:** TODO\n"
        "    * **Acceptance Criteria:**\n        * gets 201\n    * **Completed:** -\n\n### **DONE**\n",
        "todo",
        "-* [ ] **Task 2: Plans**\n+* [x] **Task 2: Plans**\n"
        "-    * **Current Status:** TODO\n+    * **Current Status:** COMPLETED\n"
        "-    * **Completed:** -\n+    * **Completed:** 2026-11-22\n",
    ),
    "the habit of dates behind titles": (
        HEAD + "* [x] **Task 1: Auth (COMPLETED - 2026-01-05)**\n* [ ] **Task 2: Plans**\n"
        "    * AC: gets 201\n",
        "todo",
        "-* [ ] **Task 2: Plans**\n+* [x] **Task 2: Plans (COMPLETED - 2026-11-22)**\n"
        "+    * Completed: 2026-11-22\n",
    ),
    "a dash for a colon": (
        HEAD + "- **Task 2 – Plans**\n  - Acceptance Criteria: gets 201\n  - Status: Not started\n",
        "todo",
        "-  - Status: Not started\n+  - Status: Completed\n+  - Completed: 2026-11-22\n",
    ),
    "check marks for boxes": (
        HEAD + "- ✅ **Task 1: Auth**\n- 🔲 **Task 2: Plans**\n  - AC:\n    - gets 201\n",
        "todo",
        "-- 🔲 **Task 2: Plans**\n+- ✅ **Task 2: Plans (COMPLETED - 2026-11-22)**\n"
        "+  - Completed: 2026-11-22\n",
    ),
    "a half-done box": (
        HEAD + "- [~] Task 2: Plans\n  - AC: gets 201\n",
        "in progress",
        "-- [~] Task 2: Plans\n+- [x] Task 2: Plans\n+  - Completed: 2026-11-22\n",
    ),
    "headings and paragraphs": (
        HEAD + "### Task 2: Plans\n\n**Status**: 🔄 In Progress (80%)\n\n"
        "**Acceptance Criteria**:\n- [ ] gets 201\n\n---\n\n### Task 3: Export\n",
        "in progress",
        "-**Status**: 🔄 In Progress (80%)\n+**Status**: Completed\n"
        "-- [ ] gets 201\n+- [x] gets 201\n+\n+**Completed**: 2026-11-22\n",
    ),
    "a numbered list": (
        HEAD + "1. **Task 2: Plans** (TODO)\n   - Acceptance Criteria:\n     - gets 201\n",
        "todo",
        "-1. **Task 2: Plans** (TODO)\n+1. **Task 2: Plans** (COMPLETED - 2026-11-22)\n"
        "+   - Completed: 2026-11-22\n",
    ),
    "brackets": (
        HEAD + "### Task 2: Plans [IN PROGRESS]\n- Acceptance Criteria: gets 201\n",
        "in progress",
        "-### Task 2: Plans [IN PROGRESS]\n+### Task 2: Plans [COMPLETED - 2026-11-22]\n"
        "+- Completed: 2026-11-22\n",
    ),
    "names of fields without a colon": (
        HEAD + "- [ ] **Task 2**: Plans\n  - **Acceptance criteria**\n    - gets 201\n"
        "  - **Completed**\n",
        "todo",
        "-- [ ] **Task 2**: Plans\n+- [x] **Task 2**: Plans\n"
        "-  - **Completed**\n+  - **Completed**: 2026-11-22\n",
    ),
    "another's ends of lines, tabs, no last one": (
        "# Sprint 2\r\n## Tasks\r\n* [ ] Task #2: Plans\r\n\t* Status: TODO\r\n\t* AC: gets 201",
        "todo",
        "-* [ ] Task #2: Plans\n+* [x] Task #2: Plans\n-\t* Status: TODO\n+\t* Status: COMPLETED\n"
        "+\t* Completed: 2026-11-22\n",
    ),
    "only sections tell": (
        "# Sprint 2\n## DONE\n- Task 1: Auth\n## Doing\n- Task 2. Plans\n  - AC: gets 201\n",
        "in progress",
        "-- Task 2. Plans\n+- Task 2. Plans (COMPLETED - 2026-11-22)\n+  - Completed: 2026-11-22\n",
    ),
}


@pytest.mark.parametrize(("text", "status", "edits"), READ.values(), ids=READ.keys())
def test_it_is_read_and_edited_in_the_expected_lines_only(
    text: str, status: Status, edits: str
) -> None:
    task = read(text).task("2")
    assert (task.title, task.status) == ("Plans", status)
    assert [criterion.text for criterion in task.criteria] == ["gets 201"]
    after = mark_complete(text, "2", date(2026, 11, 22), (), ["gets 201"])
    assert read(after).task("2").status == "done"
    rows = difflib.ndiff(text.splitlines(), after.splitlines())
    changed = sorted(f"{row[0]}{row[2:]}" for row in rows if row[0] in "+-")
    assert changed == sorted(edits.splitlines())
    assert mark_complete(after, "2", date(2026, 11, 23), (), ["gets 201"]) == after
    ends = {line[-2:] == "\r\n" for line in after.splitlines(keepends=True)[:-1]}
    assert ends == {"\r\n" in text}
    assert read(mark_in_progress(text, "2")).task("2").status == "in progress"


REFUSED = {
    "a table": (HEAD + "| Task | State |\n|---|---|\n| Task 2: Plans | TODO |\n", "no task found"),
    "boxes without ids": (HEAD + "- [ ] Plans\n- [ ] Export\n", "no task found"),
    "stories for tasks": (HEAD + "- [ ] US-12: Plans\n", "no task found"),
    "paragraphs for tasks": (HEAD + "**Task 2: Plans**\n- Status: TODO\n", "no task found"),
    "quoted": (HEAD + "> - [ ] Task 2: Plans\n", "no task found"),
    "folded": (HEAD + "<summary>Task 2: Plans</summary>\n", "no task found"),
    "one of two stricken": (
        HEAD + "- [ ] Task 1: Auth\n- [ ] ~~Task 2: Plans~~\n",
        "line 4 looks like a task and is none: - \\[ \\] ~~Task 2: Plans~~",
    ),
    "a box of another kind": (HEAD + "- [ ] Task 1: A\n- [-] Task 2: Plans\n", "line 4 looks"),
    "a fence left open": (HEAD + "- [ ] Task 2: Plans\n```\n", "fence opened in line 4"),
    "a comment left open": (HEAD + "- [ ] Task 2: Plans\n<!-- x\n", "comment opened in line 4"),
    "an id twice": (HEAD + "- Task 2: Plans\n- Task 2: Export\n", "twice, in lines 3 and 4"),
}


@pytest.mark.parametrize(("text", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused_with_the_reason_and_never_edited(text: str, why: str) -> None:
    for call in (read, lambda t: mark_complete(t, "2", date(2026, 11, 22))):
        with pytest.raises(SprintUnreadable, match=why):
            call(text)
