"""Plans on the wire."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from app.core.pagination import AtLeast, AtMost, ListQuery, Page
from app.core.types import Date, Integer, Storable, Text
from app.models.base import Owned, RequestModel

PlanLevel = Literal["beginner", "intermediate", "advanced"]


class PlanCreate(RequestModel):
    """A plan as a client writes it. An update replaces all of these fields."""

    title: Annotated[str, Field(min_length=1, max_length=120), Storable]
    description: Text | None = None
    starts_on: Date
    weeks: Annotated[Integer, Field(ge=1, le=52)]
    level: PlanLevel = "beginner"


class Plan(Owned):
    """A plan as it is stored."""

    title: str
    description: str | None
    starts_on: date
    weeks: int
    level: PlanLevel


class PlanPage(Page[Plan]):
    """One page of plans."""


class PlanQuery(ListQuery):
    """Which plans to list, and in which order."""

    sort: Literal["starts_on", "-starts_on", "title", "-title"] | None = None
    level: PlanLevel | None = None
    starts_on: Date | None = None
    starts_on_from: Annotated[Date | None, AtLeast("starts_on")] = None
    starts_on_to: Annotated[Date | None, AtMost("starts_on")] = None
    weeks: Integer | None = None
    weeks_from: Annotated[Integer | None, AtLeast("weeks")] = None
    weeks_to: Annotated[Integer | None, AtMost("weeks")] = None
