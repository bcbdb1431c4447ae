"""The reviewer objects to each planted defect at its line, and approves the change without one."""

from __future__ import annotations

import asyncio
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

import six_steps
from pullcord.blueprint import change
from pullcord.blueprint.change import Changed
from pullcord.blueprint.review import review
from pullcord.model.report import Review

ROUTER, MODEL = "app/api/workouts.py", "app/models/workout.py"
MEMORY, MIGRATION = "app/repositories/memory.py", "supabase/migrations/0002_workouts.sql"
POSTGRES, TESTS = "app/repositories/postgres/workout.py", "tests/test_workouts.py"
CRITERIA = (
    "An athlete creates a workout and gets 201 with the stored workout.",
    "Coaches see the load of a week.",
)


@dataclass(frozen=True)
class Defect:
    """`old` becomes `new` in a file; the line that contains `at` (in the new text) is to be named."""

    rule: str
    path: str
    old: str
    new: str
    at: str


DEFECTS = {
    "missing auth": Defect(
        "missing-auth", ROUTER,
        "def get_workout(user: CurrentUser, repository: Repository, workout_id: UUID) -> Workout:\n    return Workout(**repository.get(user.id, workout_id))",
        "def get_workout(repository: Repository, workout_id: UUID) -> Workout:\n    return Workout(**repository.get(\"ada\", workout_id))",
        "def get_workout(",
    ),
    "wrong error mapping": Defect(
        "error-mapping", ROUTER, "    repository.delete(user.id, workout_id)",
        "    if workout_id.int == 0:\n        raise HTTPException(403)\n    repository.delete(user.id, workout_id)",
        "HTTPException(403)",
    ),
    "an error of the repository is turned into another": Defect(
        "error-mapping", ROUTER, "    repository.delete(user.id, workout_id)",
        "    try:\n        repository.delete(user.id, workout_id)\n    except NotFound as error:\n        raise Conflict('gone') from error",
        "except NotFound",
    ),
    "raw SQL": Defect(
        "raw-sql", POSTGRES, "    table = WORKOUTS",
        "    table = WORKOUTS\n\n    def titled(self, title: str) -> list[WorkoutRow]:\n        with self._database.session('x') as cursor:\n            return cursor.execute(f\"select * from workouts where title = '{title}'\").fetchall()",
        "select * from",
    ),
    "a leaked row in memory": Defect(
        "leaked-row", MEMORY, "        return bool(row.get(\"user_id\", user_id) == user_id)", "        return True", "def _visible(",
    ),
    "a leaked row in a list": Defect(
        "leaked-row", MEMORY, "if self._visible(row, user_id) and", "if", "def find(",
    ),
    "a leaked row in SQL": Defect(
        "leaked-row", "app/repositories/postgres/base.py",
        "sql.SQL(\"id = %s and user_id = %s\" if self.table.owned else \"id = %s\")", "sql.SQL(\"id = %s\")", "id = %s",
    ),
    "a row of nobody": Defect(
        "leaked-row", ROUTER, "repository.find(user.id, query)", "repository.find('', query)", "repository.find(",
    ),
    "an unused import": Defect("unused-import", ROUTER, "from uuid import UUID", "import json\nfrom uuid import UUID", "import json"),
    "a bound that drifted": Defect("contract-drift", MODEL, "le=1440", "le=2000", "le=2000"),
    "a status that drifted": Defect(
        "contract-drift", ROUTER, "    status_code=status.HTTP_201_CREATED,\n", "", "def create_workout(",
    ),
    "a field too many": Defect(
        "contract-drift", MODEL, "    performed_on: Date\n", "    performed_on: Date\n    mood: Text | None = None\n", "mood: Text",
    ),
    "an operation too many": Defect(
        "contract-drift", ROUTER, "@router.delete(",
        "@router.patch(\"/{workout_id}\", operation_id=\"patch_workout\")\ndef patch_workout(user: CurrentUser, repository: Repository, workout_id: UUID) -> Workout:\n    return Workout(**repository.get(user.id, workout_id))\n\n\n@router.delete(",
        "def patch_workout(",
    ),
    "a document that drifted": Defect("contract-drift", "openapi.json", "\"maximum\": 1440", "\"maximum\": 1441", "\"WorkoutCreate\": {"),
    "no policy": Defect(
        "missing-policy", MIGRATION, "create policy", "-- create policy", "create table",
    ),
    "row-level security off": Defect(
        "missing-policy", MIGRATION, "alter table public.workouts enable row level security;\n", "", "create table",
    ),
    "an open policy": Defect(
        "missing-policy", MIGRATION, "using (user_id = (select auth.jwt() ->> 'sub'))", "using (true)", "create policy",
    ),
    "a print": Defect("debug-left", ROUTER, "    row = repository.create(user.id, values)", "    print(values)\n    row = repository.create(user.id, values)", "print(values)"),
    "a breakpoint": Defect("debug-left", ROUTER, "    row = repository.create(user.id, values)", "    breakpoint()\n    row = repository.create(user.id, values)", "breakpoint()"),
    "a secret": Defect(
        "hard-coded-secret", ROUTER, "router = APIRouter(", "API_KEY = \"k3y-9f8a7b6c5d4e\"\n\nrouter = APIRouter(", "API_KEY =",
    ),
    "a broad except": Defect(
        "broad-except", ROUTER, "    repository.delete(user.id, workout_id)",
        "    try:\n        repository.delete(user.id, workout_id)\n    except Exception:\n        return", "except Exception",
    ),
    "a TODO": Defect("unfinished", ROUTER, "    row = repository.create(user.id, values)", "    # TODO: limit how many\n    row = repository.create(user.id, values)", "# TODO"),
    "a dict for a model": Defect(
        "response-model", ROUTER, "workout_id: UUID) -> Workout:\n    return Workout(**repository.get(user.id, workout_id))",
        "workout_id: UUID) -> dict[str, object]:\n    return dict(repository.get(user.id, workout_id))", "def get_workout(",
    ),
    "no response model": Defect(
        "response-model", ROUTER, "workout_id: UUID) -> Workout:\n    return Workout(**repository.get(", "workout_id: UUID):\n    return Workout(**repository.get(", "def get_workout(",
    ),
    "a test without assertion": Defect(
        "no-assertion", TESTS, "def test_a_workout_is_created(",
        "def test_nothing(client: TestClient, headers: Headers) -> None:\n    client.get(PATH, headers=headers)\n\n\ndef test_a_workout_is_created(", "def test_nothing(",
    ),
    "a test that asserts the truth": Defect(
        "no-assertion", TESTS, "def test_a_workout_is_created(",
        "def test_truth() -> None:\n    assert True\n\n\ndef test_a_workout_is_created(", "def test_truth(",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service with the feature as the two engineers left it."""
    root = tmp_path_factory.mktemp("review") / "service"
    root.mkdir()

    async def made() -> None:
        story = await six_steps.story(root)
        for task in six_steps.tasks(story.request)[1:4]:
            report, _ = await story.work(task)
            assert report.status == "done", report.message
        (root.parent / "packet").write_text(await story.packet())

    asyncio.run(made())
    return root


@pytest.fixture
def packet(clean: Path) -> Changed:
    return change.read((clean.parent / "packet").read_text())


def looked_at(root: Path, changed: Changed, *paths: str) -> Review:
    """The review of a change to which these paths were added as a whole."""
    lines = changed.lines | dict.fromkeys(paths)
    return review(root, Changed(lines, changed.gates), CRITERIA)


def test_the_clean_change_is_approved(clean: Path, packet: Changed) -> None:
    found = looked_at(clean, packet)

    assert found.findings == ()
    assert found.decision == "approve"
    assert list(found.criteria.values()) == ["met", "unknown"]
    assert "tests/test_workouts.py::test_a_workout_is_created" in found.evidence[CRITERIA[0]]


@pytest.mark.parametrize("name", list(DEFECTS))
def test_a_planted_defect_is_objected_to_at_its_line(
    clean: Path, packet: Changed, tmp_path: Path, name: str
) -> None:
    defect = DEFECTS[name]
    root = tmp_path / "service"
    shutil.copytree(clean, root, ignore=shutil.ignore_patterns(".git", "__pycache__"))
    target = root / defect.path
    text = target.read_text()
    assert defect.old in text, f"{defect.path} has no {defect.old!r}"
    target.write_text(text.replace(defect.old, defect.new, 1))

    found = looked_at(root, packet, defect.path)

    lines = target.read_text().splitlines()
    expected = next(number for number, line in enumerate(lines, 1) if defect.at in line)
    places = [(finding.rule, finding.path, finding.line) for finding in found.findings]
    assert (defect.rule, defect.path, expected) in places
    assert found.decision == "object"
    assert all(re.search(r"\w+ \w+", finding.message) for finding in found.findings)


def test_what_the_change_did_not_touch_is_not_objected_to(clean: Path, tmp_path: Path) -> None:
    root = tmp_path / "service"
    shutil.copytree(clean, root, ignore=shutil.ignore_patterns(".git", "__pycache__"))
    target = root / "app/api/plans.py"
    target.write_text(target.read_text().replace("    row =", "    print(values)\n    row =", 1))

    assert looked_at(root, Changed({"README.md": None})).decision == "approve"
    (finding,) = looked_at(root, Changed({"app/api/plans.py": None})).findings
    assert finding.rule == "debug-left"
    assert looked_at(root, Changed({"app/api/plans.py": frozenset({1})})).findings == ()
    assert looked_at(root, Changed({"app/api/plans.py": frozenset({finding.line})})).findings
