"""The migration of a changed contract."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blueprint_service import EXAMPLE, write_service
from pullcord.blueprint import block
from pullcord.blueprint.changing.migration import migration
from pullcord.blueprint.feature import Feature, Field
from pullcord.blueprint.house import House, look

OLD = block.parse(EXAMPLE)
NAME = "supabase/migrations/0002_workouts_add_calories.sql"
NEW = replace(
    OLD,
    fields=(
        replace(OLD.fields[0], max=200),
        *OLD.fields[1:],
        Field("calories", "integer", has_default=True, default=0, min=0),
        Field("backup_id", "reference", optional=True, to="plan"),
    ),
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return look(write_service(tmp_path_factory.mktemp("service")))


def of(house: House, new: Feature, **present: str) -> tuple[str, str] | None:
    return migration(OLD, new, house, {f"{name}.sql": text for name, text in present.items()})


def test_what_is_new_is_added_and_what_is_wider_is_widened(house: House) -> None:
    made = of(house, NEW)

    assert made is not None
    assert made[0] == NAME
    for line in (
        "    add column calories bigint not null default 0,",
        "    add column backup_id uuid,",
        "    drop constraint workouts_title_check,",
        "    add constraint workouts_title_check check (char_length(title) between 1 and 200),",
        "create index workouts_backup_id_idx on public.workouts (user_id, backup_id);",
    ):
        assert line in made[1].splitlines()
    assert "row level security" not in made[1]


def test_a_column_that_somebody_has_added_already_is_not_added_twice(house: House) -> None:
    theirs = "alter table public.workouts\n    add column calories bigint not null default 0;\n"
    made = of(house, NEW, **{"0002_calories": theirs})

    assert made is not None
    assert "add column calories" not in made[1]
    assert "add column backup_id" in made[1]


def test_a_migration_that_says_the_same_is_this_one(house: House) -> None:
    more = replace(OLD, fields=(replace(OLD.fields[0], max=200), *OLD.fields[1:]))
    made = of(house, more)
    assert made is not None

    assert of(house, more, **{"0007_mine": made[1]}) == (
        "supabase/migrations/0007_mine.sql",
        made[1],
    )


def test_operations_filters_and_orders_need_no_migration(house: House) -> None:
    more = replace(OLD, list=replace(OLD.list, filters=("title",), sort=("effort",)))

    assert of(house, more) is None


def test_a_table_is_not_mistaken_for_one_whose_name_ends_alike(house: House) -> None:
    known = replace(house, migrations=("0001_plans.sql", "0002_workouts_add_notes.sql"))

    assert known.migration("notes") == "0003_notes.sql"
    assert known.migration("plans") == "0001_plans.sql"
