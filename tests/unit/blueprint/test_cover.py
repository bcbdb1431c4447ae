"""A criterion is bound to the tests that speak of all that it says, and to no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.blueprint.cover import collected, cover

TESTS = {
    "t::test_a_workout_is_created": "def test_a_workout_is_created(): assert post().status_code == 201",
    "t::test_the_row_of_somebody_else_is_not_found": (
        '@parametrize("method", ["GET", "PUT", "DELETE"])\n'
        "def test_the_row_of_somebody_else_is_not_found(): refused(get(D), 404)"
    ),
    "t::test_a_list_comes_in_pages": "def test_a_list_comes_in_pages(): assert page(2) == 'a'",
    "t::test_a_list_has_the_newest_first": "def test_a_list_has_the_newest_first(): assert a",
    "t::test_a_query_outside_the_contract_is_refused": (
        '@parametrize(("parameter", "value"), [("per_page", 101), ("page", 0)])\n'
        "def test_a_query_outside_the_contract_is_refused(): refused(get(), 422)"
    ),
    "t::test_a_value_outside_the_contract_is_refused": (
        '@parametrize(("field", "value"), [("title", "x" * 121), ("weeks", 0)])\n'
        "def test_a_value_outside_the_contract_is_refused(): refused(post(), 422)"
    ),
    "t::test_a_deleted_workout_is_gone": "def test_a_deleted_workout_is_gone(): assert delete() == 204",
    "t::test_nobody_is_served_without_a_valid_token": (
        "def test_nobody_is_served_without_a_valid_token(): refused(get(), 401)"
    ),
    "t::test_what_is_unique_cannot_be_created_twice": (
        '@parametrize("group", [("title", "performed_on")])\n'
        "def test_what_is_unique_cannot_be_created_twice(): refused(post(), 409)"
    ),
}
NOUNS = frozenset({"workout", "workouts"})
DAY = {"day": frozenset({"perform"})}


@pytest.mark.parametrize(
    ("criterion", "names"),
    [
        ("An athlete creates a workout and gets 201 with the stored workout.", ["a_workout_is_created"]),
        ("Another athlete's workout is answered with 404, never with 403.", ["the_row_of_somebody_else_is_not_found"]),
        (
            "Lists are paged, newest first; a page size over 100 is refused with 422.",
            ["a_list_comes_in_pages", "a_list_has_the_newest_first", "a_query_outside_the_contract_is_refused"],
        ),
        ("A title over 120 characters is refused with 422.", ["a_value_outside_the_contract_is_refused"]),
        ("The same title twice on a day is refused with 409.", ["what_is_unique_cannot_be_created_twice"]),
        ("Without a token the answer is 401.", ["nobody_is_served_without_a_valid_token"]),
        ("A workout can be deleted.", ["the_row_of_somebody_else_is_not_found", "a_deleted_workout_is_gone"]),
    ],
)  # fmt: skip
def test_a_criterion_finds_the_tests_that_show_it(criterion: str, names: list[str]) -> None:
    found = cover([criterion], TESTS, NOUNS, DAY)
    assert found == {criterion: tuple(f"t::test_{name}" for name in names)}


@pytest.mark.parametrize(
    "criterion",
    [
        "Coaches see the load of a week.",
        "A deleted workout can be restored for 30 days.",
        "Lists answer in under 200 ms.",
        "A title over 80 characters is refused with 422.",
        "Another athlete's workout is answered with 410.",
        "A workout is created and its coach is notified.",
        "",
        "…",
    ],
)
def test_a_word_that_no_test_knows_leaves_the_criterion_uncovered(criterion: str) -> None:
    assert cover([criterion], TESTS, NOUNS) == {criterion: ()}


@given(st.lists(st.text(max_size=80), max_size=4, unique=True), st.text(max_size=200))
def test_every_criterion_gets_an_answer(criteria: list[str], source: str) -> None:
    found = cover(criteria, {"t::test_it": source, **TESTS})
    assert list(found) == criteria
    assert all(set(ids) <= {"t::test_it", *TESTS} for ids in found.values())


def test_tests_are_collected_with_their_decorators(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(
        "import pytest\n\n@pytest.mark.parametrize('n', [1])\ndef test_one(n):\n    assert n\n\n"
        "class TestMore:\n    def test_two(self):\n        assert True\n\ndef helper(): pass\n"
    )
    (tmp_path / "test_b.py").write_text("def broken(:\n")
    found = collected(tmp_path, ["test_a.py", "test_b.py", "test_c.py"])
    assert list(found) == ["test_a.py::test_one", "test_a.py::TestMore::test_two"]
    assert found["test_a.py::test_one"].startswith("@pytest.mark.parametrize")
