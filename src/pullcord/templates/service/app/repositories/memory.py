"""Rows in memory, for development and tests: the semantics of the PostgreSQL repositories."""

from copy import deepcopy
from datetime import UTC, datetime
from threading import RLock
from typing import Any, ClassVar, Generic, TypeVar, cast
from uuid import UUID, uuid4

from pydantic import BaseModel

from app.core.errors import Conflict, NotFound, UnknownReference
from app.core.pagination import Condition, ListQuery, Order
from app.repositories.table import RowT, Table

ValuesT = TypeVar("ValuesT", bound=BaseModel)

Rows = dict[UUID, dict[str, Any]]


class Memory:
    """The rows of all resources of one process."""

    def __init__(self) -> None:
        self.lock = RLock()
        """Guards every look at the rows and every change of them."""
        self.tables: dict[str, Table[Any]] = {}
        self.rows: dict[str, Rows] = {}

    def open(self) -> None:
        """Nothing to do: memory is always there."""

    def close(self) -> None:
        """Nothing to do: rows are lost with the process."""


class InMemoryRepository(Generic[RowT, ValuesT]):
    """Keeps the rows of one table."""

    table: ClassVar[Table[Any]]

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        with memory.lock:
            memory.tables[self.table.name] = self.table
            self._rows = memory.rows.setdefault(self.table.name, {})

    def create(self, user_id: str, values: ValuesT) -> RowT:
        """Store a new row. Raises Conflict or UnknownReference."""
        with self._memory.lock:
            now = datetime.now(UTC)
            row = values.model_dump(by_alias=True) | {
                "id": uuid4(),
                "created_at": now,
                "updated_at": now,
            }
            if self.table.owned:
                row["user_id"] = user_id
            return self._store(user_id, row)

    def find(self, user_id: str, query: ListQuery) -> tuple[list[RowT], int]:
        """Return one page of the rows that match, and how many match."""
        with self._memory.lock:
            rows = [
                row
                for row in self._rows.values()
                if self._visible(row, user_id) and _matches(row, query.conditions())
            ]
            page = _sorted(rows, query.order())[query.offset : query.offset + query.per_page]
            return [self._copy(row) for row in page], len(rows)

    def get(self, user_id: str, row_id: UUID) -> RowT:
        """Return one row. Raises NotFound."""
        with self._memory.lock:
            return self._copy(self._row(user_id, row_id))

    def replace(self, user_id: str, row_id: UUID, values: ValuesT) -> RowT:
        """Replace all values of a row. Raises NotFound, Conflict or UnknownReference."""
        with self._memory.lock:
            old = self._row(user_id, row_id)
            return self._store(
                user_id, old | values.model_dump(by_alias=True) | {"updated_at": datetime.now(UTC)}
            )

    def delete(self, user_id: str, row_id: UUID) -> None:
        """Remove a row. Raises NotFound, or Conflict when other rows need it."""
        with self._memory.lock:
            self._row(user_id, row_id)
            users = [
                (row, reference)
                for table in self._memory.tables.values()
                for reference in table.references
                if reference.table == self.table.name
                for row in self._memory.rows[table.name].values()
                if row[reference.column] == row_id
            ]
            if any(not reference.optional for _, reference in users):
                raise Conflict(self.table.in_use)
            for row, reference in users:
                row[reference.column] = None
            del self._rows[row_id]

    def _row(self, user_id: str, row_id: UUID) -> dict[str, Any]:
        row = self._rows.get(row_id)
        if row is None or not self._visible(row, user_id):
            raise NotFound(self.table.label)
        return row

    def _store(self, user_id: str, row: dict[str, Any]) -> RowT:
        others = [
            other
            for other in self._rows.values()
            if other["id"] != row["id"] and self._visible(other, user_id)
        ]
        for columns in self.table.unique:
            wanted = [row[column] for column in columns]
            if None not in wanted and any(
                wanted == [other[column] for column in columns] for other in others
            ):
                raise Conflict(self.table.clash(columns))
        for reference in self.table.references:
            wanted_id = row[reference.column]
            target = self._memory.rows.get(reference.table, {}).get(wanted_id)
            if wanted_id is not None and (target is None or not self._visible(target, user_id)):
                raise UnknownReference(reference.column, reference.label)
        self._rows[row["id"]] = row
        return self._copy(row)

    def _visible(self, row: dict[str, Any], user_id: str) -> bool:
        return bool(row.get("user_id", user_id) == user_id)

    def _copy(self, row: dict[str, Any]) -> RowT:
        return cast(RowT, {column: deepcopy(row[column]) for column in self.table.columns})


def _matches(row: dict[str, Any], conditions: list[Condition]) -> bool:
    return all(_holds(row[condition.column], condition) for condition in conditions)


def _holds(value: Any, condition: Condition) -> bool:
    if value is None:
        return False
    match condition.operator:
        case "=":
            return bool(value == condition.value)
        case ">=":
            return bool(value >= condition.value)
        case "<=":
            return bool(value <= condition.value)
        case "contains":
            return bool(condition.value in value)


def _sorted(rows: list[dict[str, Any]], order: Order) -> list[dict[str, Any]]:
    """Sort by a column, rows without a value last, ties by id."""
    by_id = sorted(rows, key=lambda row: row["id"])
    present = [row for row in by_id if row[order.column] is not None]
    absent = [row for row in by_id if row[order.column] is None]
    return sorted(present, key=lambda row: row[order.column], reverse=order.descending) + absent
