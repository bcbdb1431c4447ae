"""What the shared repositories do with every type of field, reference and owner.

The tables here exist only in this module: boxes and the specimens in them, and labels, which have
no owner.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Any, Literal, TypedDict
from uuid import UUID, uuid4

import psycopg
import pytest
from pydantic import Field

from app.core.database import Database
from app.core.errors import Conflict, NotFound, UnknownReference
from app.core.pagination import AtLeast, AtMost, Contains, ListQuery
from app.core.types import Date, DateTime, Integer, Number, Text, Uuid
from app.models.base import RequestModel
from app.repositories.memory import InMemoryRepository, Memory
from app.repositories.postgres.base import PostgresRepository
from app.repositories.table import Reference, Table

SQL = """
    create table boxes (
        id uuid primary key default gen_random_uuid(), user_id text not null, name text not null,
        created_at timestamptz default now(), updated_at timestamptz default now(),
        constraint boxes_owner_key unique (user_id, id)
    );
    create table specimens (
        id uuid primary key default gen_random_uuid(), user_id text not null,
        name text collate "C" not null, size bigint, weight double precision, alive boolean,
        seen_on date, seen_at timestamptz, code uuid, kind text collate "C" not null,
        tags text[], counts bigint[] not null, ratios double precision[] not null,
        codes uuid[] not null, box_id uuid not null, spare_id uuid,
        created_at timestamptz default now(), updated_at timestamptz default now(),
        constraint specimens_name_size_key unique (user_id, name, size),
        constraint specimens_box_id_fkey foreign key (user_id, box_id)
            references boxes (user_id, id),
        constraint specimens_spare_id_fkey foreign key (user_id, spare_id)
            references boxes (user_id, id) on delete set null (spare_id)
    );
    create table labels (
        id uuid primary key default gen_random_uuid(), "class" text not null,
        box_id uuid,
        created_at timestamptz default now(), updated_at timestamptz default now(),
        constraint labels_class_key unique ("class"),
        constraint labels_box_id_fkey foreign key (box_id) references boxes (id) on delete set null
    );
    grant select, insert, update, delete on boxes, specimens, labels to authenticated;
    alter table boxes enable row level security;
    alter table boxes force row level security;
    create policy boxes_owner on boxes using (user_id = (select auth.jwt() ->> 'sub'));
"""


class BoxCreate(RequestModel):
    name: Text = "box"


class BoxRow(TypedDict):
    id: UUID
    user_id: str
    name: str
    created_at: datetime
    updated_at: datetime


class SpecimenCreate(RequestModel):
    name: Annotated[Text, Field(min_length=1)] = "ammonite"
    size: Annotated[Integer, Field(ge=0)] | None = None
    weight: Annotated[Number, Field(gt=0)] | None = None
    alive: bool | None = None
    seen_on: Date | None = None
    seen_at: DateTime | None = None
    code: Uuid | None = None
    kind: Literal["animal", "plant"] = "animal"
    tags: Annotated[list[Text], Field(max_length=3)] | None = None
    counts: list[Integer] = []
    ratios: list[Number] = []
    codes: list[Uuid] = []
    box_id: Uuid
    spare_id: Uuid | None = None


class SpecimenRow(TypedDict):
    id: UUID
    user_id: str
    name: str
    size: int | None
    weight: float | None
    alive: bool | None
    seen_on: date | None
    seen_at: datetime | None
    code: UUID | None
    kind: str
    tags: list[str] | None
    counts: list[int]
    ratios: list[float]
    codes: list[UUID]
    box_id: UUID
    spare_id: UUID | None
    created_at: datetime
    updated_at: datetime


class SpecimenQuery(ListQuery):
    sort: str | None = None
    name: Text | None = None
    alive: bool | None = None
    code: Uuid | None = None
    kind: Literal["animal", "plant"] | None = None
    box_id: Uuid | None = None
    tag: Annotated[Text | None, Contains("tags")] = None
    count: Annotated[Integer | None, Contains("counts")] = None
    ratio: Annotated[Number | None, Contains("ratios")] = None
    code_in: Annotated[Uuid | None, Contains("codes")] = None
    weight: Number | None = None
    weight_from: Annotated[Number | None, AtLeast("weight")] = None
    weight_to: Annotated[Number | None, AtMost("weight")] = None
    seen_at_from: Annotated[DateTime | None, AtLeast("seen_at")] = None
    seen_at_to: Annotated[DateTime | None, AtMost("seen_at")] = None


class LabelCreate(RequestModel):
    class_: Annotated[Text, Field(alias="class")]
    box_id: Uuid | None = None


class LabelQuery(ListQuery):
    class_: Annotated[Text | None, Field(alias="class")] = None


LabelRow = TypedDict(
    "LabelRow",
    {
        "id": UUID,
        "class": str,
        "box_id": UUID | None,
        "created_at": datetime,
        "updated_at": datetime,
    },
)


BOXES = Table(name="boxes", label="box", row=BoxRow)
SPECIMENS = Table(
    name="specimens",
    label="specimen",
    row=SpecimenRow,
    unique=(("name", "size"),),
    references=(
        Reference("box_id", "boxes", "box"),
        Reference("spare_id", "boxes", "box", optional=True),
    ),
)
LABELS = Table(
    name="labels",
    label="label",
    row=LabelRow,
    unique=(("class",),),
    references=(Reference("box_id", "boxes", "box", optional=True),),
)


class InMemoryBoxes(InMemoryRepository[BoxRow, BoxCreate]):
    table = BOXES


class InMemorySpecimens(InMemoryRepository[SpecimenRow, SpecimenCreate]):
    table = SPECIMENS


class InMemoryLabels(InMemoryRepository[LabelRow, LabelCreate]):
    table = LABELS


class PostgresBoxes(PostgresRepository[BoxRow, BoxCreate]):
    table = BOXES


class PostgresSpecimens(PostgresRepository[SpecimenRow, SpecimenCreate]):
    table = SPECIMENS


class PostgresLabels(PostgresRepository[LabelRow, LabelCreate]):
    table = LABELS


Boxes = InMemoryBoxes | PostgresBoxes
Specimens = InMemorySpecimens | PostgresSpecimens
Labels = InMemoryLabels | PostgresLabels


@pytest.fixture(scope="module", autouse=True)
def _tables(postgres_url: str) -> Iterator[None]:
    with psycopg.connect(postgres_url) as connection:
        connection.execute(SQL)
    yield
    with psycopg.connect(postgres_url) as connection:
        connection.execute("drop table specimens, boxes, labels")


@pytest.fixture
def boxes(storage: Database | Memory) -> Boxes:
    return PostgresBoxes(storage) if isinstance(storage, Database) else InMemoryBoxes(storage)


@pytest.fixture
def specimens(storage: Database | Memory) -> Specimens:
    if isinstance(storage, Database):
        return PostgresSpecimens(storage)
    return InMemorySpecimens(storage)


@pytest.fixture
def labels(storage: Database | Memory) -> Labels:
    return PostgresLabels(storage) if isinstance(storage, Database) else InMemoryLabels(storage)


@pytest.fixture
def box_id(boxes: Boxes) -> UUID:
    return boxes.create("ada", BoxCreate())["id"]


def names(specimens: Specimens, **query: Any) -> list[str]:
    rows, total = specimens.find("ada", SpecimenQuery.model_validate(query))
    assert len(rows) == total
    return [row["name"] for row in rows]


EVERYTHING: dict[str, Any] = {
    "name": "\U0001f41a \\ ' \" %s {} \t\n",
    "size": 2**53 - 1,
    "weight": 5e-324,
    "alive": False,
    "seen_on": date.min,
    "seen_at": datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=14))),
    "code": UUID(int=0),
    "kind": "plant",
    "tags": ["", "NULL", '"', "{a,b}"],
    "counts": [0, -(2**53) + 1, 2**31],
    "ratios": [1.5, 1e308, 2.0],
    "codes": [UUID(int=7)],
}


@pytest.mark.parametrize(
    "values",
    [
        {},
        EVERYTHING | {"tags": []},
        EVERYTHING | {"tags": ["", "NULL", '"{a,b}']},
        {"seen_on": date.max, "seen_at": datetime.max.replace(tzinfo=UTC), "weight": 1.7e308},
        {"seen_at": datetime.min.replace(tzinfo=UTC), "size": 0, "weight": 0.1 + 0.2},
    ],
)
def test_every_value_comes_back_as_it_was(
    specimens: Specimens, box_id: UUID, values: dict[str, Any]
) -> None:
    given = SpecimenCreate.model_validate(values | {"box_id": box_id, "spare_id": box_id})
    row = specimens.create("ada", given)

    stored = {key: value for key, value in row.items() if key in SpecimenCreate.model_fields}
    assert stored == given.model_dump()
    assert specimens.get("ada", row["id"]) == row
    replaced = specimens.replace("ada", row["id"], given)
    assert replaced == row | {"updated_at": replaced["updated_at"]}


def test_rows_without_a_value_are_last_in_both_directions(
    specimens: Specimens, box_id: UUID
) -> None:
    for name, weight in (("none", None), ("heavy", 9.5), ("light", 0.5)):
        specimens.create("ada", SpecimenCreate(name=name, weight=weight, box_id=box_id))

    assert names(specimens, sort="weight") == ["light", "heavy", "none"]
    assert names(specimens, sort="-weight") == ["heavy", "light", "none"]


def test_every_filter_finds_what_it_names(specimens: Specimens, boxes: Boxes) -> None:
    first, second = (boxes.create("ada", BoxCreate())["id"] for _ in range(2))
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    a = SpecimenCreate(
        name="a", alive=True, code=UUID(int=1), weight=0.1, seen_at=noon, tags=["x"], box_id=first
    )
    b = SpecimenCreate(name="b", kind="plant", weight=0.2, tags=["x", "y"], box_id=first)
    c = SpecimenCreate(
        name="c",
        alive=False,
        seen_at=noon + timedelta(seconds=1),
        counts=[7],
        ratios=[0.5],
        codes=[UUID(int=9)],
        box_id=second,
    )
    for values in (a, b, c):
        specimens.create("ada", values)

    assert names(specimens, sort="name") == ["a", "b", "c"]
    assert names(specimens, name="a") == ["a"]
    assert names(specimens, name="") == []
    assert names(specimens, alive=True) == ["a"]
    assert names(specimens, alive=False) == ["c"]
    assert names(specimens, code=UUID(int=1)) == ["a"]
    assert names(specimens, kind="plant") == ["b"]
    assert names(specimens, box_id=second) == ["c"]
    assert names(specimens, tag="x", sort="name") == ["a", "b"]
    assert names(specimens, tag="y") == ["b"]
    assert names(specimens, tag="z") == []
    assert names(specimens, count=7) == ["c"]
    assert names(specimens, ratio=0.5) == ["c"]
    assert names(specimens, code_in=UUID(int=9)) == ["c"]
    assert names(specimens, weight=0.1) == ["a"]
    assert names(specimens, weight_from=0.2) == ["b"]
    assert names(specimens, weight_to=0.1) == ["a"]
    assert names(specimens, seen_at_from="2026-03-01T12:00:01Z") == ["c"]
    assert names(specimens, seen_at_to="2026-03-01T13:00:00+01:00") == ["a"]
    assert names(specimens, kind="animal", box_id=first) == ["a"]


def test_rows_clash_only_where_all_values_are_there(specimens: Specimens, box_id: UUID) -> None:
    specimens.create("ada", SpecimenCreate(size=None, box_id=box_id))
    specimens.create("ada", SpecimenCreate(size=None, box_id=box_id))
    specimens.create("ada", SpecimenCreate(size=1, box_id=box_id))

    with pytest.raises(Conflict, match="same name and size"):
        specimens.create("ada", SpecimenCreate(size=1, box_id=box_id))


def test_a_reference_names_a_row_of_the_same_owner(
    specimens: Specimens, boxes: Boxes, box_id: UUID
) -> None:
    foreign = boxes.create("grace", BoxCreate())["id"]
    row = specimens.create("ada", SpecimenCreate(box_id=box_id))

    for unknown in (uuid4(), foreign, row["id"]):
        with pytest.raises(UnknownReference) as of_box:
            specimens.create("ada", SpecimenCreate(box_id=unknown))
        with pytest.raises(UnknownReference) as of_spare:
            specimens.replace("ada", row["id"], SpecimenCreate(box_id=box_id, spare_id=unknown))
        assert of_box.value.errors[0].loc == ["body", "box_id"]
        assert of_spare.value.errors[0].loc == ["body", "spare_id"]
    assert specimens.get("ada", row["id"]) == row


def test_what_is_needed_stays_and_what_is_not_is_emptied(
    specimens: Specimens, boxes: Boxes, box_id: UUID
) -> None:
    spare_id = boxes.create("ada", BoxCreate())["id"]
    row = specimens.create("ada", SpecimenCreate(box_id=box_id, spare_id=spare_id))

    with pytest.raises(Conflict, match="box is still in use"):
        boxes.delete("ada", box_id)
    boxes.delete("ada", spare_id)
    assert specimens.get("ada", row["id"]) == row | {"spare_id": None}
    specimens.delete("ada", row["id"])
    boxes.delete("ada", box_id)


def test_rows_without_an_owner_belong_to_everybody(labels: Labels) -> None:
    row = labels.create("ada", LabelCreate.model_validate({"class": "a"}))

    assert "user_id" not in row
    assert labels.get("grace", row["id"]) == row
    assert labels.find("grace", LabelQuery.model_validate({"class": "a"})) == ([row], 1)
    assert labels.find("grace", LabelQuery.model_validate({"class": "b"})) == ([], 0)
    with pytest.raises(Conflict, match="same class"):
        labels.create("grace", LabelCreate.model_validate({"class": "a"}))
    replaced = labels.replace("grace", row["id"], LabelCreate.model_validate({"class": "b"}))
    assert replaced["class"] == "b"
    labels.delete("grace", row["id"])
    with pytest.raises(NotFound):
        labels.get("ada", row["id"])


def test_a_row_without_an_owner_refers_only_to_what_its_writer_sees(
    labels: Labels, box_id: UUID
) -> None:
    values = LabelCreate.model_validate({"class": "a", "box_id": box_id})
    row = labels.create("ada", values)

    assert row["box_id"] == box_id
    with pytest.raises(UnknownReference):
        labels.create("grace", LabelCreate.model_validate({"class": "b", "box_id": box_id}))
    with pytest.raises(UnknownReference):
        labels.replace("grace", row["id"], values)
    with pytest.raises(NotFound):
        labels.replace("grace", uuid4(), values)
    assert labels.find("ada", LabelQuery()) == ([row], 1)


def test_rows_in_memory_are_not_shared_with_callers(specimens: Specimens, box_id: UUID) -> None:
    row = specimens.create("ada", SpecimenCreate(tags=["x"], box_id=box_id))
    assert row["tags"] is not None

    row["tags"].append("y")

    assert specimens.get("ada", row["id"])["tags"] == ["x"]
