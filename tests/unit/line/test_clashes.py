"""Two changes that git merges without a word, and that do not fit."""

from __future__ import annotations

import pytest

from pullcord.line.clashes import clashes, lost_lines

ROUTER = 'router = APIRouter(prefix="/plans")\n\n\n'


def handler(name: str, path: str, method: str = "get") -> str:
    return f'@router.{method}("{path}")\ndef {name}() -> None: ...\n\n\n'


@pytest.mark.parametrize(
    ("mine", "theirs", "rule", "path"),
    [
        (
            {"supabase/migrations/0002_a.sql": ""},
            {"supabase/migrations/0002_b.sql": ""},
            "migration-number",
            "supabase/migrations/0002_b.sql",
        ),
        (
            {"app/api/a.py": ROUTER + handler("one", "/{id}")},
            {"app/api/b.py": ROUTER + handler("two", "/{plan_id}")},
            "route-twice",
            "app/api/b.py",
        ),
    ],
)
def test_what_fits_alone_and_not_together_is_found(
    mine: dict[str, str], theirs: dict[str, str], rule: str, path: str
) -> None:
    found = clashes(mine | theirs, mine, theirs)

    assert [(f.gate, f.rule, f.path) for f in found] == [("merge", rule, path)]


def test_two_providers_of_one_dependency_are_found() -> None:
    provider = "def get_plans() -> int:\n    return 1\n"

    found = clashes({"app/core/p.py": provider * 2}, {"app/core/p.py": provider}, {})

    assert [(f.rule, f.line) for f in found] == [("defined-twice", 3)]


def test_what_was_wrong_before_is_not_blamed_on_the_merge() -> None:
    twice = {"m/migrations/1_a.sql": "", "m/migrations/1_b.sql": ""}

    assert clashes(twice, twice, {}) == ()


def test_different_methods_paths_and_overloads_are_no_clash() -> None:
    text = ROUTER + handler("one", "/x") + handler("two", "/x", "post") + handler("three", "/y")
    overloads = "@overload\ndef f() -> None: ...\n@overload\ndef f() -> None: ...\n"
    files = {"app/a.py": text, "app/b.py": overloads, "app/c.py": "def broken(:"}

    assert clashes(files, {}, {}) == ()


def test_a_line_that_a_side_added_and_the_merge_lacks_is_found() -> None:
    base, mine, theirs = "a\nb\n", "a\nx = 1\nb\n", "a\nb\ny = 2\n"

    assert lost_lines("f.py", base, (mine, theirs), "a\nx = 1\nb\ny = 2\n") == ()
    found = lost_lines("f.py", base, (mine, theirs), "a\nb\ny = 2\n")
    assert [(f.rule, f.message) for f in found] == [("lost-line", "the merge lost: x = 1")]
