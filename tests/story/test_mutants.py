"""The tests that the test engineer writes find defects: each mutant of the service must fail them."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from pullcord import process
from pullcord.blueprint import block, contract, locked, tests, writing
from pullcord.blueprint.house import look
from pullcord.blueprint.roles import backend
from pullcord.blueprint.settling import Settled
from pullcord.scaffold import files

FEATURE = """
resource: workout
owner: user
fields:
  title:            {type: string, min: 1, max: 120}
  performed_on:     {type: date}
  duration_minutes: {type: integer, min: 1, max: 1440}
  distance_km:      {type: number, min: 0, optional: true}
  effort:           {type: enum, values: [easy, moderate, hard], default: moderate}
  tags:             {type: list, of: string, max_items: 10, optional: true}
  plan_id:          {type: reference, to: plan, optional: true}
unique:             [[title, performed_on]]
operations:         [create, list, get, update, delete]
list:               {filters: [effort, performed_on, tags], sort: [performed_on, title]}
"""
ROUTER, MODEL = "app/api/workouts.py", "app/models/workout.py"
REPOSITORY, MIGRATION = "app/repositories/workout.py", "supabase/migrations/0002_workouts.sql"
MEMORY, PAGES = "app/repositories/memory.py", "app/core/pagination.py"
ERRORS = "app/core/errors.py"
RUNNER = Path(__file__).parent.parent / "support" / "mutant_runner.py"
IN_MEMORY = "not postgres and not row_level and not visitor"
ON_POSTGRES = "postgres or row_level or visitor"


@dataclass(frozen=True)
class Mutant:
    """One defect: in `path`, the `nth` occurrence (from 0) of `old` becomes `new`."""

    name: str
    path: str
    old: str
    new: str
    nth: int = 0

    def of(self, text: str) -> str:
        parts = text.split(self.old)
        assert len(parts) > self.nth + 1, f"{self.name}: {self.path} has no {self.old!r}"
        head, tail = parts[: self.nth + 1], parts[self.nth + 1 :]
        return self.old.join(head) + self.new + self.old.join(tail)


def everybody_is_ada(operation: str, nth: int) -> Mutant:
    user = "CurrentUser.__origin__"
    stranger = f"user: Annotated[{user}, Depends(lambda: {user}(id='ada'))]"
    return Mutant(f"auth removed from {operation}", ROUTER, "user: CurrentUser", stranger, nth)


OPERATIONS = ("create", "list", "get", "update", "delete")
MUTANTS = [
    *(everybody_is_ada(operation, nth) for nth, operation in enumerate(OPERATIONS)),
    Mutant("owner filter dropped everywhere", MEMORY, 'row.get("user_id", user_id) == user_id', "True"),
    Mutant("owner filter dropped from lists", MEMORY, "if self._visible(row, user_id) and", "if"),
    Mutant("owner filter dropped from rows", MEMORY, " or not self._visible(row, user_id)", ""),
    Mutant("owner taken for somebody else", ROUTER, "repository.get(user.id", 'repository.get("ada"'),
    Mutant("references to rows of others", MEMORY, "target is None or not self._visible(target, user_id)", "target is None"),
    Mutant("references not checked", MEMORY, "raise UnknownReference(", "UnknownReference("),
    Mutant("references not declared", REPOSITORY, 'references=(Reference("plan_id", "plans", "plan", optional=True),)', "references=()"),
    Mutant("least length off by one", MODEL, "min_length=1", "min_length=0"),
    Mutant("greatest length too great", MODEL, "max_length=120", "max_length=121"),
    Mutant("greatest length too small", MODEL, "max_length=120", "max_length=119"),
    Mutant("minimum too small", MODEL, "ge=1", "ge=0"),
    Mutant("minimum too great", MODEL, "ge=1", "ge=2"),
    Mutant("maximum too great", MODEL, "le=1440", "le=1441"),
    Mutant("maximum too small", MODEL, "le=1440", "le=1439"),
    Mutant("minimum excluded", MODEL, "ge=0", "gt=0"),
    Mutant("one item too many", MODEL, "max_length=10)", "max_length=11)"),
    Mutant("a choice forgotten", MODEL, '["easy", "moderate", "hard"]', '["easy", "moderate"]'),
    Mutant("another default", MODEL, '= "moderate"', '= "easy"'),
    Mutant("required made optional", MODEL, "performed_on: Date\n", "performed_on: Date = date(2026, 1, 1)\n"),
    Mutant("optional made required", MODEL, "Field(ge=0)] | None = None", "Field(ge=0)]"),
    Mutant("unknown fields let through", "app/models/base.py", 'extra="forbid"', 'extra="ignore"'),
    Mutant("digits taken for numbers", "app/models/base.py", "strict=True", "strict=False"),
    Mutant("409 swallowed", MEMORY, "raise Conflict(self.table.clash(columns))", "continue"),
    Mutant("409 answered as 400", ERRORS, "HTTPStatus.CONFLICT", "HTTPStatus.BAD_REQUEST"),
    Mutant("unique forgotten", REPOSITORY, 'unique=(("title", "performed_on"),)', "unique=()"),
    Mutant("unique by the first field only", REPOSITORY, '"title", "performed_on"', '"title",'),
    Mutant("a row clashes with itself", MEMORY, 'other["id"] != row["id"] and ', ""),
    Mutant("unique over all owners", MEMORY, ' and self._visible(other, user_id)\n        ]', "\n        ]"),
    Mutant("404 answered as 403", ERRORS, "HTTPStatus.NOT_FOUND\n", "HTTPStatus.FORBIDDEN\n"),
    Mutant("unknown reference answered as 409", ERRORS, "class UnknownReference(Invalid)", "class UnknownReference(Conflict)"),
    Mutant("first page skipped", PAGES, "(self.page - 1)", "self.page"),
    Mutant("page 0 accepted", PAGES, "ge=1", "ge=0"),
    Mutant("page size 0 accepted", PAGES, "ge=1", "ge=0", 1),
    Mutant("page size too great", PAGES, "le=100", "le=101"),
    Mutant("page size too small", PAGES, "le=100", "le=99"),
    Mutant("another page size by default", PAGES, "] = 20", "] = 25"),
    Mutant("total of the page", MEMORY, "], len(rows)", "], len(page)"),
    Mutant("page and size exchanged", ROUTER, "page=query.page, per_page=query.per_page", "page=query.per_page, per_page=query.page"),
    Mutant("query not passed on", ROUTER, "repository.find(user.id, query)", "repository.find(user.id, WorkoutQuery())"),
    Mutant("sort ignored", PAGES, "if sort is None", "if sort != ''"),
    Mutant("descending ignored", PAGES, 'descending=sort.startswith("-")', "descending=False"),
    Mutant("a sort forgotten", MODEL, '"title", "-title"', '"title"'),
    Mutant("oldest first", PAGES, 'Order("created_at", descending=True)', 'Order("created_at", descending=False)'),
    Mutant("order by update", PAGES, 'Order("created_at"', 'Order("updated_at"'),
    Mutant("ties not by id", MEMORY, 'sorted(rows, key=lambda row: row["id"])', "rows"),
    Mutant("filters ignored", PAGES, "return found", "return []"),
    Mutant("a filter forgotten", MODEL, "    effort: WorkoutEffort | None = None\n", ""),
    Mutant("a range without its start", MEMORY, "value >= condition.value", "value > condition.value"),
    Mutant("a range without its end", MEMORY, "value <= condition.value", "value < condition.value"),
    Mutant("ranges exchanged", MODEL, 'AtLeast("performed_on")', 'AtMost("performed_on")'),
    Mutant("lists compared as a whole", MODEL, 'Annotated[Text | None, Contains("tags")]', "Text | None"),
    Mutant("Location forgotten", ROUTER, '    response.headers["Location"] = f"{request.url.path}/{row[\'id\']}"\n', ""),
    Mutant("Location of another row", ROUTER, "{row['id']}", "{row['user_id']}"),
    Mutant("200 for a new row", ROUTER, "status_code=status.HTTP_201_CREATED", "status_code=200"),
    Mutant("200 for a deleted row", ROUTER, "status_code=status.HTTP_204_NO_CONTENT", "status_code=200"),
    Mutant("update keeps what was not sent", MEMORY, "old | values.model_dump(by_alias=True)", "old | values.model_dump(by_alias=True, exclude_unset=True)"),
    Mutant("update changes nothing", ROUTER, "repository.replace(user.id, workout_id, values)", "repository.get(user.id, workout_id)"),
    Mutant("update keeps its time", MEMORY, '"updated_at": datetime.now(UTC)}', '"updated_at": old["updated_at"]}'),
    Mutant("update renews the creation", MEMORY, '| {"updated_at"', '| {"created_at": datetime.now(UTC), "updated_at"'),
    Mutant("delete does nothing", ROUTER, "repository.delete(user.id, workout_id)", "repository.get(user.id, workout_id)"),
    Mutant("delete of a target leaves the reference", MEMORY, "row[reference.column] = None", "pass"),
    Mutant("an operation that was not asked for", ROUTER, "@router.put(", '@router.patch("/{workout_id}", operation_id="patch")\n@router.put('),
]  # fmt: skip
POLICY = "user_id = (select auth.jwt() ->> 'sub')"
ON_DATABASE = [
    Mutant("policy shows every row", MIGRATION, f"using ({POLICY})", "using (true)"),
    Mutant("policy lets others write", MIGRATION, f"with check ({POLICY})", "with check (true)"),
    Mutant("row level security off", MIGRATION, "enable row level security", "disable row level security"),
    Mutant("no grants", MIGRATION, "grant select, insert, update, delete", "grant select"),
    Mutant("visitors may read", MIGRATION, "from anon, authenticated;", "from authenticated;\ngrant select on public.workouts to anon;"),
    Mutant("unique missing in the table", MIGRATION, "unique (user_id, title, performed_on)", "check (true)"),
    Mutant("reference does not empty", MIGRATION, " on delete set null (plan_id)", ""),
]  # fmt: skip


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service with the feature and its tests, as the two engineers write them."""
    root = tmp_path_factory.mktemp("mutants") / "service"
    made = files(name="workout-tracker", today=date(2026, 11, 22))
    feature = block.parse(FEATURE)
    _write(root, {path: data.decode() for path, data in made.items()})
    house = look(root)
    document = contract.contract(feature, house)
    _write(root, writing.write(feature, house) | backend.edit(root, Settled(feature, house, "")))
    own = tests.write(locked.read(json.loads(json.dumps(document))), house, root)
    chosen = [path for path in own if "/test_" in path]
    _write(root, own | {"chosen": "\n".join(chosen)})
    ruff = [sys.executable, "-m", "ruff", "format", "--quiet", "--no-cache", "."]
    asyncio.run(process.run(ruff, cwd=root))
    return root


def _write(root: Path, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")


async def outcomes(service: Path, mutants: list[Mutant], expression: str) -> dict[str, int]:
    """Mutant to the exit code of its tests."""
    copies = {}
    for number, mutant in enumerate(mutants):
        copy = service.parent / f"{len(expression)}-{number}"
        shutil.copytree(service, copy)
        target = copy / mutant.path
        target.write_text(mutant.of(target.read_text("utf-8")), "utf-8")
        for compiled in target.parent.glob(f"__pycache__/{target.stem}.*"):
            compiled.unlink()
        copies[str(copy)] = mutant.name
    return {copies[copy]: code for copy, code in (await _run(expression, list(copies))).items()}


async def _run(expression: str, copies: list[str]) -> dict[str, int]:
    done = await process.run(
        [sys.executable, str(RUNNER), expression, *copies], limits=process.Limits(wall_s=280)
    )
    assert done.exit == 0, done.stderr[-2000:]
    found: dict[str, int] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("mutants", "expression"),
    [
        pytest.param(MUTANTS, IN_MEMORY, id="in memory"),
        pytest.param(ON_DATABASE, ON_POSTGRES, id="on PostgreSQL"),
    ],
)
async def test_generated_tests_kill_the_mutants_of_the_service(
    service: Path, mutants: list[Mutant], expression: str
) -> None:
    unharmed = await _run(expression, [str(service)])
    assert list(unharmed.values()) == [0], "the tests must pass on the service as it is"

    found = await outcomes(service, mutants, expression)

    assert set(found.values()) <= {0, 1}, {name: code for name, code in found.items() if code > 1}
    survivors = [name for name, code in found.items() if code == 0]
    assert len(survivors) <= len(found) * 0.05, survivors
