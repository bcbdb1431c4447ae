"""What a run's reports are made of."""

from __future__ import annotations

from pullcord.line.view import deliverables
from pullcord.model.work import Change


def test_no_change_is_missing_from_the_deliverables() -> None:
    changes = [
        Change(path="app/api/workouts.py", status="added"),
        Change(path="app/core/clock.py", status="added"),
        Change(path="app/old.py", status="deleted"),
        *(Change(path=f"tests/test_{n}.py", status="added") for n in range(6)),
        *(Change(path=f"docs/temp/agent_{n}.md", status="added") for n in range(9)),
        Change(path="docs/temp/failure_r-1_build_round-2.md", status="added"),
        Change(path="docs/temp/notes.md", status="added"),
    ]

    assert deliverables(changes) == (
        "Endpoint: app/api/workouts.py",
        "Tests: tests/test_0.py, tests/test_1.py, tests/test_2.py, tests/test_3.py and 2 more",
        "Also changed: app/core/clock.py, docs/temp/notes.md",
        "Deleted: app/old.py",
        "Summaries of attempts: 9 in docs/temp/",
        "Documents of failures: 1 in docs/temp/",
    )


def test_a_run_without_changes_has_no_deliverables() -> None:
    assert deliverables(()) == ()
