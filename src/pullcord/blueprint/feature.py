"""The feature that is asked for, as frozen values (shared format: feature-request.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pullcord.blueprint import names

Operation = Literal["create", "list", "get", "update", "delete"]
OPERATIONS: tuple[Operation, ...] = ("create", "list", "get", "update", "delete")

Scalar = str | int | float | bool
Json = Scalar | None | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True)
class Field:
    """One field of the resource.

    `min` and `max` bound the length of strings and the value of numbers. `default` is a JSON value
    (dates as ISO text) and counts only when `has_default`. `values` belong to enum, `of` and the
    item bounds to list, `to` (a resource) to reference.
    """

    name: str
    type: str
    optional: bool = False
    has_default: bool = False
    default: Scalar | tuple[Scalar, ...] | None = None
    min: int | float | None = None
    max: int | float | None = None
    pattern: str | None = None
    values: tuple[str, ...] = ()
    of: str = ""
    min_items: int | None = None
    max_items: int | None = None
    to: str = ""

    @property
    def attribute(self) -> str:
        """Its name in Python and in the database."""
        return names.attribute(self.name)

    @property
    def aliased(self) -> bool:
        """Whether its name on the wire is not its name in Python."""
        return self.attribute != self.name

    @property
    def required(self) -> bool:
        """Whether a request must carry it."""
        return not self.optional and not self.has_default


CREATED_AT = Field("created_at", "datetime")
UPDATED_AT = Field("updated_at", "datetime")
TIMES = {each.name: each for each in (CREATED_AT, UPDATED_AT)}


@dataclass(frozen=True)
class Listing:
    """What a list can be asked for. Sizes count rows."""

    filters: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    page_size: int = 20
    max_page_size: int = 100


@dataclass(frozen=True)
class Feature:
    """One resource of the service."""

    resource: str
    plural: str
    owned: bool
    fields: tuple[Field, ...]
    unique: tuple[tuple[str, ...], ...] = ()
    operations: tuple[Operation, ...] = OPERATIONS
    list: Listing = field(default_factory=Listing)

    def named(self, name: str) -> Field:
        """The field of that name, `created_at` and `updated_at` included."""
        return next((each for each in self.fields if each.name == name), None) or TIMES[name]

    @property
    def references(self) -> tuple[Field, ...]:
        return tuple(each for each in self.fields if each.type == "reference")

    @property
    def filters(self) -> tuple[Field, ...]:
        return tuple(self.named(name) for name in self.list.filters)

    @property
    def sorts(self) -> tuple[Field, ...]:
        return tuple(self.named(name) for name in self.list.sort)
