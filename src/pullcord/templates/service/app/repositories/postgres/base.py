"""What the PostgreSQL repositories have in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Generic, TypeVar, cast
from uuid import UUID

from psycopg import Cursor, errors, sql
from psycopg.rows import DictRow
from pydantic import BaseModel

from app.core.database import Database
from app.core.errors import Conflict, NotFound, UnknownReference
from app.core.pagination import Condition, ListQuery, Order
from app.repositories.table import RowT, Table

ValuesT = TypeVar("ValuesT", bound=BaseModel)


class PostgresRepository(Generic[RowT, ValuesT]):
    """Keeps the rows of one table. Row level security and every statement name the owner."""

    table: ClassVar[Table[Any]]

    def __init__(self, database: Database) -> None:
        self._database = database
        self._name = sql.Identifier(self.table.name)
        self._columns = _names(self.table.columns)

    def create(self, user_id: str, values: ValuesT) -> RowT:
        """Store a new row. Raises Conflict or UnknownReference."""
        row = values.model_dump(by_alias=True)
        if self.table.owned:
            row["user_id"] = user_id
        statement = sql.SQL("insert into {} ({}) values ({}) returning {}").format(
            self._name, _names(row), _placeholders(row), self._columns
        )
        with self._write(), self._database.session(user_id) as cursor:
            stored = cursor.execute(statement, list(row.values())).fetchone()
            self._look_up_references(cursor, row)
            return cast(RowT, stored)

    def find(self, user_id: str, query: ListQuery) -> tuple[list[RowT], int]:
        """Return one page of the rows that match, and how many match."""
        conditions = query.conditions()
        if self.table.owned:
            conditions.append(Condition("user_id", "=", user_id))
        where = sql.SQL(" and ").join([sql.SQL("true"), *map(_condition, conditions)])
        values = [condition.value for condition in conditions]
        count = sql.SQL("select count(*) as total from {} where {}").format(self._name, where)
        page = sql.SQL("select {} from {} where {} order by {} limit %s offset %s").format(
            self._columns, self._name, where, _order(query.order())
        )
        with self._database.session(user_id) as cursor:
            total = cast(dict[str, int], cursor.execute(count, values).fetchone())["total"]
            rows = cursor.execute(page, [*values, query.per_page, query.offset]).fetchall()
        return cast(list[RowT], rows), total

    def get(self, user_id: str, row_id: UUID) -> RowT:
        """Return one row. Raises NotFound."""
        statement = sql.SQL("select {} from {} where {}").format(
            self._columns, self._name, self._one
        )
        with self._database.session(user_id) as cursor:
            return self._found(cursor.execute(statement, self._key(user_id, row_id)).fetchone())

    def replace(self, user_id: str, row_id: UUID, values: ValuesT) -> RowT:
        """Replace all values of a row. Raises NotFound, Conflict or UnknownReference."""
        row = values.model_dump(by_alias=True)
        statement = sql.SQL(
            "update {} set ({}) = row({}), updated_at = now() where {} returning {}"
        ).format(self._name, _names(row), _placeholders(row), self._one, self._columns)
        parameters = [*row.values(), *self._key(user_id, row_id)]
        with self._write(), self._database.session(user_id) as cursor:
            stored = self._found(cursor.execute(statement, parameters).fetchone())
            self._look_up_references(cursor, row)
            return stored

    def delete(self, user_id: str, row_id: UUID) -> None:
        """Remove a row. Raises NotFound, or Conflict when other rows need it."""
        statement = sql.SQL("delete from {} where {} returning id").format(self._name, self._one)
        try:
            with self._database.session(user_id) as cursor:
                self._found(cursor.execute(statement, self._key(user_id, row_id)).fetchone())
        except errors.ForeignKeyViolation as error:
            raise Conflict(self.table.in_use) from error

    @property
    def _one(self) -> sql.Composable:
        return sql.SQL("id = %s and user_id = %s" if self.table.owned else "id = %s")

    def _key(self, user_id: str, row_id: UUID) -> list[UUID | str]:
        return [row_id, user_id] if self.table.owned else [row_id]

    def _found(self, row: dict[str, Any] | None) -> RowT:
        if row is None:
            raise NotFound(self.table.label)
        return cast(RowT, row)

    def _look_up_references(self, cursor: Cursor[DictRow], row: dict[str, Any]) -> None:
        """Check what the foreign key of a shared row cannot: that the user may see the target."""
        if self.table.owned:
            return
        for reference in self.table.references:
            found = sql.SQL("select from {} where id = %s").format(sql.Identifier(reference.table))
            target = row[reference.column]
            if target is not None and not cursor.execute(found, [target]).rowcount:
                raise UnknownReference(reference.column, reference.label)

    @contextmanager
    def _write(self) -> Iterator[None]:
        """Turn violated constraints into errors that name what is wrong."""
        try:
            yield
        except errors.UniqueViolation as error:
            for columns in self.table.unique:
                if error.diag.constraint_name == self.table.unique_constraint(columns):
                    raise Conflict(self.table.clash(columns)) from error
            raise
        except errors.ForeignKeyViolation as error:
            for reference in self.table.references:
                if error.diag.constraint_name == self.table.reference_constraint(reference):
                    raise UnknownReference(reference.column, reference.label) from error
            raise


def _names(columns: Any) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _placeholders(columns: Any) -> sql.Composable:
    return sql.SQL(", ").join(sql.Placeholder() for _ in columns)


def _condition(condition: Condition) -> sql.Composable:
    column = sql.Identifier(condition.column)
    match condition.operator:
        case "=":
            return sql.SQL("{} = %s").format(column)
        case ">=":
            return sql.SQL("{} >= %s").format(column)
        case "<=":
            return sql.SQL("{} <= %s").format(column)
        case "contains":
            return sql.SQL("%s = any({})").format(column)


def _order(order: Order) -> sql.Composable:
    direction = sql.SQL("desc" if order.descending else "asc")
    return sql.SQL("{} {} nulls last, id").format(sql.Identifier(order.column), direction)
