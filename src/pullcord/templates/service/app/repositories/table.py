"""What storage has to know about a resource."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

RowT = TypeVar("RowT", bound=Mapping[str, object])

NAME_LENGTH = 63
"""PostgreSQL cuts longer names."""


@dataclass(frozen=True)
class Reference:
    """A column that holds the id of a row of another table.

    Deleting that row empties an optional column; a required one forbids the deletion.
    """

    column: str
    table: str
    label: str
    """What the other resource is called: `plan`."""
    optional: bool = False


@dataclass(frozen=True)
class Table(Generic[RowT]):
    """The table of a resource. Its columns are the keys of `row`."""

    name: str
    label: str
    """What the resource is called: `plan`."""
    row: type[RowT]
    unique: tuple[tuple[str, ...], ...] = ()
    """Columns that no two rows (of one owner) have in common. Rows without a value never clash."""
    references: tuple[Reference, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, in order."""
        return tuple(self.row.__annotations__)

    @property
    def owned(self) -> bool:
        """Rows belong to users, who see only their own."""
        return "user_id" in self.columns

    def clash(self, columns: tuple[str, ...]) -> str:
        """Say that a row with the same values in `columns` is stored already."""
        return f"A {self.label} with the same {' and '.join(columns)} exists already."

    @property
    def in_use(self) -> str:
        """Say that a row cannot be deleted."""
        return f"The {self.label} is still in use."

    def unique_constraint(self, columns: tuple[str, ...]) -> str:
        """Return the name that a migration gives to the constraint: `plans_title_key`."""
        return f"{self.name}_{'_'.join(columns)}_key"[:NAME_LENGTH]

    def reference_constraint(self, reference: Reference) -> str:
        """Return the name that a migration gives to the constraint: `workouts_plan_id_fkey`."""
        return f"{self.name}_{reference.column}_fkey"[:NAME_LENGTH]
