"""The doctor's findings for people."""

from __future__ import annotations

import pytest

from pullcord.cli.checkup import Check
from pullcord.cli.render_doctor import examined

GIT = Check("git", True, "2.39.5")
SANDBOX = Check("sandbox", False, "There is no bubblewrap.", "Install the package bubblewrap.")


def test_each_check_is_ok_or_missing_with_its_cure() -> None:
    assert examined([GIT, SANDBOX]) == [
        "✓  git      ok       2.39.5",
        "✗  sandbox  missing  There is no bubblewrap.",
        "                     cure: Install the package bubblewrap.",
    ]


def test_outside_of_a_repository_that_is_said() -> None:
    assert examined([GIT], "x is not in a git repository.")[-1].startswith("-  x is not")


@pytest.mark.parametrize("width", [60, 80])
def test_nothing_is_cut_and_nothing_is_too_wide(width: int) -> None:
    told = Check("tools", True, "a word " * 40)
    lines = examined([told], width=width)
    assert max(map(len, lines)) <= width
    assert " ".join(lines).count("word") == 40
