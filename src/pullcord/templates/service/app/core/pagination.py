"""Lists: pages, order and filters, the same for every resource."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")

Operator = Literal["=", ">=", "<=", "contains"]


class Page(BaseModel, Generic[T]):
    """One page of a list."""

    items: list[T]
    total: int = Field(description="Rows on all pages.")
    page: int
    per_page: int


@dataclass(frozen=True)
class Compare:
    """Says, in the annotation of a query parameter, which column it limits and how."""

    column: str
    operator: ClassVar[Operator]


class AtLeast(Compare):
    """`?starts_on_from=`: the column's value or a later one."""

    operator = ">="


class AtMost(Compare):
    """`?starts_on_to=`: the column's value or an earlier one."""

    operator = "<="


class Contains(Compare):
    """`?tags=`: the column is a list that has the value."""

    operator = "contains"


@dataclass(frozen=True)
class Condition:
    """One limit that a row must keep. A row without a value keeps none."""

    column: str
    operator: Operator
    value: Any


@dataclass(frozen=True)
class Order:
    """How rows are sorted: by one column, rows without a value last, ties by id."""

    column: str
    descending: bool


class ListQuery(BaseModel):
    """The query parameters of a list. Resources add `sort` and their filters.

    A filter is a parameter named like its column (equality), or one annotated with
    `AtLeast`, `AtMost` or `Contains`.
    """

    model_config = ConfigDict(extra="forbid")

    page: Annotated[int, Field(ge=1, le=2**31 - 1)] = 1
    per_page: Annotated[int, Field(ge=1, le=100)] = 20

    @property
    def offset(self) -> int:
        """Rows on the pages before this one."""
        return (self.page - 1) * self.per_page

    def order(self) -> Order:
        """Return the order that `sort` asks for; newest first without it."""
        sort: str | None = getattr(self, "sort", None)
        if sort is None:
            return Order("created_at", descending=True)
        return Order(sort.removeprefix("-"), descending=sort.startswith("-"))

    def conditions(self) -> list[Condition]:
        """Return the filters that were given."""
        found: list[Condition] = []
        operator: Operator
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if name in {*ListQuery.model_fields, "sort"} or value is None:
                continue
            column, operator = field.alias or name, "="
            for mark in field.metadata:
                if isinstance(mark, Compare):
                    column, operator = mark.column, mark.operator
            found.append(Condition(column, operator, value))
        return found
