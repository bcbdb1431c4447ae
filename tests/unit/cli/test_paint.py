"""Colour and control characters."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.cli.paint import paint, visible
from pullcord.cli.render import cells, clock, columns, fit, size, wrapped
from pullcord.cli.render_diff import coloured, stat


@given(st.text())
def test_colour_adds_nothing_but_colour(text: str) -> None:
    plain = visible(text)
    assert re.sub(r"\x1b\[\d+m", "", paint(plain)) == plain


@given(st.text())
def test_what_is_shown_cannot_steer_a_terminal(text: str) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", visible(text))


@given(st.text(alphabet=st.characters(exclude_characters="\r"), max_size=200))
def test_a_coloured_diff_has_no_sequences_but_its_own(text: str) -> None:
    rest = re.sub(r"\x1b\[\d+m", "", coloured(text))
    assert "\x1b" not in rest


@pytest.mark.parametrize(
    ("line", "code"),
    [("✓ done", 32), ("tests  FAIL", 31), ("!! CORD PULLED", 33), ("next: pullcord runs", 1)],
)
def test_states_have_their_colour(line: str, code: int) -> None:
    assert f"\x1b[{code}m" in paint(line)


def test_a_word_that_only_contains_a_state_is_left_alone() -> None:
    assert paint("bypassing the broken token") == "bypassing the broken token"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0:00"), (7.9, "0:07"), (760, "12:40"), (3723, "1:02:03"), (-1, "0:00")],
)
def test_times_are_short(seconds: float, said: str) -> None:
    assert clock(seconds) == said


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (3_400_000, "3.4 MB")]
)
def test_sizes_are_for_people(count: int, said: str) -> None:
    assert size(count) == said


@given(st.text(), st.integers(1, 50))
def test_what_fits_is_never_wider(text: str, width: int) -> None:
    assert cells(fit(text, width)) <= width


def test_columns_stand_below_each_other() -> None:
    assert columns([("a", "bb", "c"), ("aaa", "b", "")]) == ["a    bb  c", "aaa  b"]


DIFF = """\
diff --git a/app/a.py b/app/a.py
index 1..2 100644
--- a/app/a.py
+++ b/app/a.py
@@ -1,2 +1,3 @@
 same
-old
+new
+more
"""


def test_a_diff_in_short_names_files_and_sums() -> None:
    assert stat(DIFF) == ["app/a.py  3  ++-", "1 file, +2 -1"]


def test_a_diff_without_anything_is_no_file() -> None:
    assert stat("") == ["0 files, +0 -0"]


def test_wrapped_lists_hang_below_their_text() -> None:
    assert wrapped(["1. one two three", "- one two three", "one two three"], 11) == [
        "1. one two",
        "   three",
        "- one two",
        "  three",
        "one two",
        "three",
    ]
    assert wrapped(["one two three", ""], 0) == ["one two three", ""]
