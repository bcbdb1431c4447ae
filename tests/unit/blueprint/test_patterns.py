"""Texts for regular expressions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullcord.blueprint import patterns


@pytest.mark.parametrize(
    "pattern",
    ["^[a-z]+$", "^[A-Z]{2}-[0-9]{2,4}$", r"^\d+(\.\d+)?$", "a|b", "^(x|yz)*q$", "[^0-9]", "^.{3}$",
     r"^\w+@\w+\.\w{2,}$", "^#[0-9a-fA-F]{6}$", r"\S", "^(?:GB|DE)$", "^[^ ]{1,5}$", "x*"],
)  # fmt: skip
def test_texts_are_found_that_match(pattern: str) -> None:
    found = patterns.matching(pattern, 0, 100, 4)

    assert found
    assert list(found) == sorted(set(found))
    assert all(patterns.accepts(pattern, text) for text in found)


def test_lengths_are_kept() -> None:
    assert {len(text) for text in patterns.matching("^[a-z]+$", 5, 5, 4)} == {5}
    assert patterns.matching("^[a-z]{3}$", 5, 9, 4) == ()


def test_a_text_that_does_not_match_is_found_when_there_is_one() -> None:
    refused = patterns.refused("^[a-z]+$", 1, 9)

    assert refused is not None
    assert not patterns.accepts("^[a-z]+$", refused)
    assert patterns.refused("", 1, 9) is None


@pytest.mark.parametrize(
    ("pattern", "part"),
    [("(", "not a regular expression"), ("(?=a)", "look-around"), (r"(a)\1", "backreferences")],
)
def test_what_the_service_cannot_check_is_a_problem(pattern: str, part: str) -> None:
    assert part in patterns.problem(pattern)


def test_a_pattern_that_explodes_ends() -> None:
    assert patterns.matching("^((a{100}){100}){10}$", 0, 1000, 4) == ()


@settings(deadline=None)
@given(st.text(st.sampled_from("ab01()[]{}|*+?.^$\\dw-,"), max_size=12))
def test_no_pattern_breaks_the_search(pattern: str) -> None:
    if not patterns.problem(pattern):
        assert all(patterns.accepts(pattern, each) for each in patterns.matching(pattern, 0, 9, 4))
