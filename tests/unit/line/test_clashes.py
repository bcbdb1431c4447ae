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


def provider(name: str, kind: str) -> str:
    return f"def {name}(storage: Storage) -> {kind}:\n    return Kept(storage)\n\n\n"


ENDPOINT = "Repo = Annotated[PlanRepository, Depends(plans_of_today)]\n"


@pytest.mark.parametrize(
    ("mine", "theirs", "rule", "said"),
    [
        (
            {"a.py": handler("one", '/x", operation_id="list_plans')},
            {"b.py": handler("two", '/y", operation_id="list_plans')},
            "operation-id",
            "operationId list_plans belongs to another operation already, at a.py:2",
        ),
        (
            {"a.py": handler("one", "/a-b")},
            {"b.py": handler("one", "/a_b")},
            "operation-id",
            "operationId one_a_b_get belongs to another operation already, at a.py:2",
        ),
        (
            {"app/a.py": provider("get_plans", "PlanRepository")},
            {"app/b.py": provider("get_plan_repository", "'PlanRepository'")},
            "provider-twice",
            "get_plan_repository provides PlanRepository, as does get_plans in app/a.py:1: "
            "keep one of them",
        ),
        (
            {"app/a.py": provider("plans_of_today", "Iterator[plans.PlanRepository]") + ENDPOINT},
            {"app/b.py": provider("get_plans", "PlanRepository")},
            "provider-twice",
            "get_plans provides PlanRepository, as does plans_of_today in app/a.py:1: "
            "keep one of them",
        ),
        (
            {"app/a.py": "app.dependency_overrides[get_plans] = one\n"},
            {"app/b.py": "def late(app):\n    app.dependency_overrides[get_plans] = two\n"},
            "override-twice",
            "get_plans is overridden already, at app/a.py:1",
        ),
    ],
)
def test_two_that_answer_to_one_name_are_found(
    mine: dict[str, str], theirs: dict[str, str], rule: str, said: str
) -> None:
    assert [(f.rule, f.message) for f in clashes(mine | theirs, mine, theirs)] == [(rule, said)]
    assert clashes(mine, mine, {}) == clashes(theirs, {}, theirs) == ()


def test_tests_override_what_they_like_and_helpers_are_no_providers() -> None:
    override = "app.dependency_overrides[get_plans] = fake\n"
    files = {
        "tests/test_a.py": override + provider("get_fake", "PlanRepository"),
        "tests/conftest.py": override,
        "app/a.py": provider("get_plans", "PlanRepository"),
        "app/b.py": provider("cached", "PlanRepository") + provider("get_count", "int"),
        "app/c.py": handler("one", "/x") + handler("two", "/y"),
    }

    assert clashes(files, {}, {}) == ()


def test_what_both_sides_had_is_not_new_where_its_lines_have_moved() -> None:
    twice = handler("one", "/x") + handler("two", "/x")
    sides = {"a.py": "\n" + twice}, {"a.py": twice + "X = 1\n"}

    assert clashes({"a.py": "\n" + twice + "X = 1\n"}, *sides) == ()


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
