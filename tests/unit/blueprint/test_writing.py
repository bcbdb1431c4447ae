"""The pages of a feature: they compile, and the target's own linter has nothing to say."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from blueprint_service import EXAMPLE, write_service
from feature_strategies import features, sample
from pullcord import process
from pullcord.blueprint import block
from pullcord.blueprint.feature import Feature
from pullcord.blueprint.house import House, look
from pullcord.blueprint.roles import backend
from pullcord.blueprint.settling import Settled
from pullcord.blueprint.writing import without_unused_imports, write


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_service(tmp_path_factory.mktemp("service"))


@pytest.fixture(scope="module")
def house(root: Path) -> House:
    return look(root)


def test_the_files_of_a_feature_lie_where_those_of_the_house_lie(house: House) -> None:
    assert sorted(write(block.parse(EXAMPLE), house)) == [
        "app/api/workouts.py",
        "app/models/workout.py",
        "app/repositories/postgres/workout.py",
        "app/repositories/workout.py",
        "supabase/migrations/0002_workouts.sql",
    ]


def test_the_migration_protects_the_rows_of_their_owner(house: House) -> None:
    sql = write(block.parse(EXAMPLE), house)["supabase/migrations/0002_workouts.sql"]

    assert "alter table public.workouts force row level security;" in sql
    assert "using (user_id = (select auth.jwt() ->> 'sub'))" in sql
    assert "unique (user_id, title, performed_on)" in sql
    assert "references public.plans (user_id, id) on delete set null (plan_id)" in sql
    assert "check (duration_minutes between 1 and 1440)" in sql


def test_shared_rows_have_no_owner(house: House) -> None:
    feature = block.parse("resource: gym\nowner: none\nfields: {name: {type: string}}")

    files = write(feature, house)

    assert all("user_id" not in files[path] for path in files if path.endswith(".sql"))
    assert "class Gym(Stored):" in files["app/models/gym.py"]
    assert "to authenticated\n    using (true)" in files["supabase/migrations/0002_gyms.sql"]


def test_a_name_that_python_keeps_stays_on_the_wire_only(house: House) -> None:
    feature = block.parse(
        "resource: class\nfields: {from: {type: date}, json: {type: text, default: x}}"
    )

    model = write(feature, house)["app/models/class_.py"]

    assert 'from_: Date = Field(alias="from")' in model
    assert 'json_: Text = Field(default="x", alias="json")' in model


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(feature=features())
def test_every_page_compiles(house: House, feature: Feature) -> None:
    for path, text in write(feature, house).items():
        if path.endswith(".py"):
            compile(text, path, "exec", ast.PyCF_ONLY_AST)


async def test_the_linter_of_the_target_has_nothing_to_say(tmp_path: Path) -> None:
    root = write_service(tmp_path)
    for feature in sample(12, seed=7):
        settled = Settled(feature, look(root), "here")
        files = write(feature, settled.house) | backend.edit(root, settled)
        for path, text in files.items():
            (root / path).write_text(text)

    for arguments in (["format"], ["check", "--fix-only"], ["format"]):
        await _ruff(root, *arguments)
    done = await _ruff(root, "check", "--output-format", "concise")

    assert done.exit == 0, done.stdout


async def _ruff(root: Path, *arguments: str) -> process.Completed:

    ruff = Path(sys.prefix) / "bin" / "ruff"
    return await process.run([str(ruff), *arguments, "--no-cache"], cwd=root)


def test_edits_are_made_once(root: Path) -> None:
    settled = Settled(block.parse(EXAMPLE), look(root), "here")
    for path, text in backend.edit(root, settled).items():
        (root / path).write_text(text)

    again = backend.edit(root, settled)

    assert again == {path: (root / path).read_text() for path in again}


def test_imports_that_are_not_used_are_dropped() -> None:
    source = "import os\nfrom a import (\n    b,\n    c,\n)\nfrom d import e\nimport f as g\n\nprint(c, g)\n"

    assert without_unused_imports(source) == "from a import c\nimport f as g\n\nprint(c, g)\n"
