"""Three texts into one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.blueprint.changing.merging import Clash, merge

TEXTS = st.lists(st.sampled_from("abcde"), max_size=8).map(
    lambda lines: "".join(f"{x}\n" for x in lines)
)
BASE = "class A:\n    one: int\n    two: int\n\n\ndef f() -> int:\n    return 1\n"


@given(base=TEXTS, other=TEXTS)
def test_where_one_side_changed_nothing_the_other_side_stands(base: str, other: str) -> None:
    assert merge(base, base, other) == other
    assert merge(base, other, base) == other
    assert merge(base, other, other) == other


@given(base=TEXTS, ours=TEXTS, theirs=TEXTS)
def test_no_line_of_ours_is_lost_unsaid(base: str, ours: str, theirs: str) -> None:
    try:
        merged = merge(base, ours, theirs)
    except Clash:
        return
    added = [line for line in ours.splitlines() if line not in base.splitlines()]
    assert set(added) <= set(merged.splitlines())


def test_somebodys_lines_stay_beside_what_is_new() -> None:
    ours = BASE.replace("    return 1\n", "    # as the law says\n    return 1\n")
    theirs = BASE.replace("    two: int\n", "    two: int\n    three: int\n")

    assert merge(BASE, ours, theirs) == ours.replace("two: int\n", "two: int\n    three: int\n")


def test_two_entries_at_one_place_both_come_in() -> None:
    ours = BASE.replace("    two: int\n", "    two: int\n    mine: str\n")
    theirs = BASE.replace("    two: int\n", "    two: int\n    three: int\n")

    assert "    two: int\n    mine: str\n    three: int\n" in merge(BASE, ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (BASE.replace("return 1", "return 2"), BASE.replace("return 1", "return 3")),
        (BASE.replace("two: int\n", "two: int\n    new: str\n"),
         BASE.replace("two: int\n", "two: int\n    new: int\n")),
        (BASE.replace("    return 1\n", ""), BASE.replace("return 1", "return 3")),
    ],
)  # fmt: skip
def test_what_both_changed_is_left_to_a_person_with_its_line(ours: str, theirs: str) -> None:
    with pytest.raises(Clash) as clash:
        merge(BASE, ours, theirs)

    assert clash.value.line in (4, 7)
