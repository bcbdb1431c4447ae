"""What every plan repository does, whatever it keeps its rows in."""

from typing import Any
from uuid import uuid4

import pytest

from app.core.database import Database
from app.core.errors import Conflict, NotFound
from app.core.providers import get_plan_repository
from app.models.plan import PlanCreate, PlanQuery
from app.repositories.memory import Memory
from app.repositories.plan import PlanRepository


@pytest.fixture
def plans(storage: Database | Memory) -> PlanRepository:
    return get_plan_repository(storage)


def plan(**changes: Any) -> PlanCreate:
    return PlanCreate.model_validate(
        {"title": "Base", "starts_on": "2027-01-04", "weeks": 8} | changes
    )


def found(plans: PlanRepository, **query: Any) -> list[str]:
    rows, _ = plans.find("ada", PlanQuery.model_validate(query))
    return [row["title"] for row in rows]


def test_a_row_is_stored_as_it_was_given(plans: PlanRepository) -> None:
    values = plan(title="é 🏃 'quoted'; %s", description="two\nlines")

    row = plans.create("ada", values)

    assert row == dict(row) | values.model_dump()
    assert row["user_id"] == "ada"
    assert row["created_at"] == row["updated_at"]
    assert row["created_at"].utcoffset() is not None
    assert plans.get("ada", row["id"]) == row


def test_rows_of_others_do_not_exist(plans: PlanRepository) -> None:
    row = plans.create("ada", plan())

    with pytest.raises(NotFound):
        plans.get("grace", row["id"])
    with pytest.raises(NotFound):
        plans.replace("grace", row["id"], plan())
    with pytest.raises(NotFound):
        plans.delete("grace", row["id"])
    assert plans.find("grace", PlanQuery()) == ([], 0)
    assert plans.get("ada", row["id"]) == row


def test_replacing_keeps_the_row_its_own(plans: PlanRepository) -> None:
    row = plans.create("ada", plan(description="old"))

    replaced = plans.replace("ada", row["id"], plan(title="Build"))

    assert (replaced["title"], replaced["description"]) == ("Build", None)
    assert replaced["id"] == row["id"]
    assert replaced["created_at"] == row["created_at"]
    assert replaced["updated_at"] > row["updated_at"]
    assert plans.get("ada", row["id"]) == replaced


def test_deleting_removes_one_row(plans: PlanRepository) -> None:
    row = plans.create("ada", plan(title="a"))
    plans.create("ada", plan(title="b"))

    plans.delete("ada", row["id"])

    assert found(plans) == ["b"]
    with pytest.raises(NotFound):
        plans.delete("ada", row["id"])


def test_a_title_is_unique_per_owner(plans: PlanRepository) -> None:
    plans.create("ada", plan(title="a"))
    other = plans.create("ada", plan(title="b"))
    plans.create("grace", plan(title="a"))

    with pytest.raises(Conflict, match="same title"):
        plans.create("ada", plan(title="a"))
    with pytest.raises(Conflict, match="same title"):
        plans.replace("ada", other["id"], plan(title="a"))
    assert found(plans, sort="title") == ["a", "b"]


def test_unknown_rows_are_not_found(plans: PlanRepository) -> None:
    with pytest.raises(NotFound):
        plans.get("ada", uuid4())
    with pytest.raises(NotFound):
        plans.replace("ada", uuid4(), plan())


def test_pages_are_newest_first(plans: PlanRepository) -> None:
    for title in "abc":
        plans.create("ada", plan(title=title))

    assert found(plans, per_page=2) == ["c", "b"]
    assert found(plans, per_page=2, page=2) == ["a"]
    assert found(plans, per_page=2, page=3) == []
    assert plans.find("ada", PlanQuery(per_page=2))[1] == 3


def test_text_is_sorted_by_code_point(plans: PlanRepository) -> None:
    for title in ("b", "B", "ä", "a"):
        plans.create("ada", plan(title=title))

    assert found(plans, sort="title") == ["B", "a", "b", "ä"]
    assert found(plans, sort="-title") == ["ä", "b", "a", "B"]


def test_ties_are_sorted_by_id(plans: PlanRepository) -> None:
    ids = sorted(plans.create("ada", plan(title=title))["id"] for title in "abcdef")

    for sort in ("starts_on", "-starts_on"):
        rows, _ = plans.find("ada", PlanQuery.model_validate({"sort": sort}))
        assert [row["id"] for row in rows] == ids


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"level": "advanced"}, ["b"]),
        ({"starts_on": "2027-02-01"}, ["a"]),
        ({"starts_on_from": "2027-02-01"}, ["a", "b"]),
        ({"starts_on_to": "2027-02-01"}, ["a", "c"]),
        ({"weeks": 4}, ["c"]),
        ({"weeks_from": 4, "weeks_to": 8}, ["a", "c"]),
        ({"weeks_from": 2**53 - 1}, []),
    ],
)
def test_filters_include_their_bounds(
    plans: PlanRepository, query: dict[str, Any], expected: list[str]
) -> None:
    plans.create("ada", plan(title="a", starts_on="2027-02-01", weeks=8))
    plans.create("ada", plan(title="b", starts_on="2027-03-01", weeks=12, level="advanced"))
    plans.create("ada", plan(title="c", starts_on="2027-01-01", weeks=4))

    assert found(plans, sort="title", **query) == expected
