"""Globs: what they match is said by the scope gate's tests; here what two of them share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.model.globs import matches, share, within

SCOPE = ("app/**", "openapi.json", "requirements*.txt")
PATHS = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=4).map("/".join)
GLOBS = st.lists(st.sampled_from(["a", "b", "*", "a*", "?", "**"]), min_size=1, max_size=4).map(
    "/".join
)


@pytest.mark.parametrize(
    "glob", ["app/x.py", "app/**", "app/api/*.py", "app/", "openapi.json", "requirements-*.txt"]
)
def test_what_a_scope_covers_is_within_it(glob: str) -> None:
    assert within(glob, SCOPE)


@pytest.mark.parametrize("glob", ["**", "*", "app", "appx/**", "*.json", "**/x.py", "a*/**"])
def test_what_a_scope_does_not_cover_wholly_is_not_within_it(glob: str) -> None:
    assert not within(glob, SCOPE)


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("app/x.py", "app/x.py", True),
        ("app/**", "app/api/x.py", True),
        ("app/*/x.py", "app/api/*.py", True),
        ("app/*.py", "app/api/x.py", False),
        ("app/api/**", "app/**/models.py", True),
        ("tests/test_a*.py", "tests/test_b*.py", False),
        ("docs/", "docs/a/b.md", True),
        ("*a*a*a*a*a*a*a*a*a*a*b", "*a*a*a*a*a*a*a*a*a*a*c", False),
    ],
)
def test_two_globs_share_a_path_or_not(one: str, other: str, shared: bool) -> None:
    assert share(one, other) is shared
    assert share(other, one) is shared


@pytest.mark.parametrize(
    ("glob", "scope"), [("*/a", "?/a"), ("a*", "a?*"), ("**", "?"), ("**/a", "*/**"), ("?", "a")]
)
def test_any_name_is_not_within_a_sign_or_a_longer_name(glob: str, scope: str) -> None:
    assert not within(glob, (scope,))
    assert within(glob, (glob,))


@given(PATHS, GLOBS, GLOBS)
def test_a_path_in_both_globs_is_shared_and_within_means_every_path(
    path: str, one: str, other: str
) -> None:
    if matches(path, (one,)) and matches(path, (other,)):
        assert share(one, other)
    if within(one, (other,)) and matches(path, (one,)):
        assert matches(path, (other,))
