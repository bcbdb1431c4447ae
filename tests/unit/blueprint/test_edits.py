"""Inserts into files that exist already."""

from __future__ import annotations

import pytest

from pullcord.blueprint.edits import add_import, append

ROUTERS = '''"""The resources."""

from fastapi import APIRouter

from app.api import plans

router = APIRouter()  # one for all
router.include_router(plans.router)
'''
PROVIDERS = '''"""Providers."""

from app.core.database import Database


def get_plan_repository(storage: Storage) -> PlanRepository:
    return PlanRepository(storage)
'''
FUNCTION = """def get_workout_repository(storage: Storage) -> WorkoutRepository:
    return WorkoutRepository(storage)
"""


def test_a_router_is_imported_and_included_and_all_else_stays() -> None:
    source = append(
        add_import(ROUTERS, "app.api", "workouts"), "router.include_router(workouts.router)"
    )

    assert source == ROUTERS.replace("import plans", "import workouts, plans") + (
        "router.include_router(workouts.router)\n"
    )


def test_a_function_is_added_behind_two_empty_lines() -> None:
    assert append(PROVIDERS, FUNCTION) == f"{PROVIDERS}\n\n{FUNCTION}"


def test_a_function_of_the_same_name_is_replaced_in_its_place() -> None:
    source = append(append(PROVIDERS, FUNCTION), "def last() -> None: ...")
    changed = FUNCTION.replace("return", "# anew\n    return")

    assert append(source, changed) == source.replace(FUNCTION, changed)


@pytest.mark.parametrize("source", [ROUTERS, PROVIDERS, "", '"""Only words."""\n'])
def test_doing_it_twice_changes_nothing_more(source: str) -> None:
    once = append(add_import(source, "app.api", "workouts"), FUNCTION)
    once = append(once, "router.include_router(workouts.router)")

    twice = append(add_import(once, "app.api", "workouts"), FUNCTION)
    twice = append(twice, "router.include_router(workouts.router)")

    assert twice == once
