from __future__ import annotations

from pathlib import Path

import pytest

from pullcord.blueprint.clashing import ours, renumber, yield_to_head
from pullcord.model.quality import Finding

MARKED = """\
one
<<<<<<< 0ffee
theirs first
=======
mine first
>>>>>>> c0ffee
two
<<<<<<< 0ffee
=======
mine second
>>>>>>> c0ffee
"""


def test_of_a_conflict_stays_what_others_have_handed_off() -> None:
    assert ours(MARKED) == "one\ntheirs first\ntwo\n"
    assert ours("a\n=======\nb\n") == "a\n=======\nb\n"


def test_only_files_that_are_named_as_conflicts_are_touched(tmp_path: Path) -> None:
    for name in ("named.txt", "other.txt"):
        (tmp_path / name).write_text(MARKED)
    found = (
        Finding(gate="merge", rule="conflict", path="named.txt", message="mend it"),
        Finding(gate="merge", rule="conflict", path="gone.txt", message="mend it"),
        Finding(gate="tests", rule="failed", path="other.txt", message="mend it"),
    )
    yield_to_head(tmp_path, found)
    assert (tmp_path / "named.txt").read_text() == "one\ntheirs first\ntwo\n"
    assert (tmp_path / "other.txt").read_text() == MARKED


@pytest.mark.parametrize(
    ("names", "left"),
    [
        (
            ["0001_plans.sql", "0002_shoes.sql", "0002_workouts.sql"],
            ["0001_plans", "0002_workouts"],
        ),
        (["0001_plans.sql", "0002_shoes.sql"], ["0001_plans", "0002_shoes"]),
        (["0002_old_shoes.sql", "0002_workouts.sql"], ["0002_old_shoes", "0002_workouts"]),
    ],
)
def test_a_migration_leaves_a_number_that_another_has(
    tmp_path: Path, names: list[str], left: list[str]
) -> None:
    for name in names:
        (tmp_path / name).touch()
    assert renumber(tmp_path, "shoes") == (len(left) < len(names))
    assert sorted(path.stem for path in tmp_path.iterdir()) == left
