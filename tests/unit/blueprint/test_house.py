"""What a repository is found to be like."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from blueprint_service import write_service
from pullcord.blueprint.house import Known, UnknownLayout, look


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_service(tmp_path)


def test_a_new_service_is_known(root: Path) -> None:
    house = look(root)

    assert house.resources == {"plan": Known("plan", "plans", owned=True)}
    assert (house.prefix, house.router_prefix) == ("", "")
    assert house.security == [{"HTTPBearer": []}]
    assert set(house.errors) == {"401", "404", "409", "422", "default"}
    assert house.migration("workouts") == "0002_workouts.sql"
    assert house.migration("plans") == "0001_plans.sql"


def test_the_prefix_of_paths_is_found_where_routers_write_it(root: Path) -> None:
    router = root / "app/api/plans.py"
    router.write_text(router.read_text().replace('prefix="/plans"', 'prefix="/v1/plans"'))
    _move(root, "/v1")

    assert (look(root).prefix, look(root).router_prefix) == ("/v1", "/v1")


def test_the_prefix_of_paths_is_found_where_the_application_adds_it(root: Path) -> None:
    _move(root, "/v1")

    assert (look(root).prefix, look(root).router_prefix) == ("/v1", "")


def _move(root: Path, prefix: str) -> None:
    document = json.loads((root / "openapi.json").read_text())
    document["paths"] = {prefix + path: item for path, item in document["paths"].items()}
    (root / "openapi.json").write_text(json.dumps(document))


def test_names_of_other_schemas_are_taken_and_the_resources_own_are_not(root: Path) -> None:
    house = look(root)

    assert {"Plan", "PlanCreate", "Problem"} <= house.taken("/workouts")
    assert "Plan" not in house.taken("/plans")


def test_migrations_numbered_by_time_go_on_by_time(root: Path) -> None:
    (root / "supabase/migrations/0001_plans.sql").rename(
        root / "supabase/migrations/20260101120000_plans.sql"
    )

    assert look(root).migration("workouts") == "20260101120001_workouts.sql"


@pytest.mark.parametrize(
    ("path", "content", "why"),
    [
        ("app/core/providers.py", None, "There is no app/core/providers.py"),
        ("openapi.json", "{", "openapi.json is not JSON"),
        ("openapi.json", "[]", "is not an OpenAPI document"),
        ("openapi.json", "{}", "has no schema Problem"),
        ("app/repositories/plan.py", "class", "plan.py cannot be read"),
        ("app/core/providers.py", "def", "providers.py cannot be read"),
    ],
)
def test_what_is_not_known_is_said(root: Path, path: str, content: str | None, why: str) -> None:
    if content is None:
        (root / path).unlink()
    else:
        (root / path).write_text(content)

    with pytest.raises(UnknownLayout, match=why):
        look(root)


def test_a_service_without_documented_errors_is_not_known(root: Path) -> None:
    document = json.loads((root / "openapi.json").read_text())
    document["paths"] = {}
    (root / "openapi.json").write_text(json.dumps(document))

    with pytest.raises(UnknownLayout, match="documents the error 401, 404, 409, 422, default"):
        look(root)


def test_lines_are_as_long_as_the_target_says(root: Path) -> None:
    assert look(root).line_length == 100
    (root / "pyproject.toml").write_text("[tool.ruff]\n")
    assert look(root).line_length == 88
