"""Where plans are kept."""

from datetime import date, datetime
from typing import Protocol, TypedDict
from uuid import UUID

from app.models.plan import PlanCreate, PlanLevel, PlanQuery
from app.repositories.memory import InMemoryRepository
from app.repositories.table import Table


class PlanRow(TypedDict):
    """A stored plan."""

    id: UUID
    user_id: str
    title: str
    description: str | None
    starts_on: date
    weeks: int
    level: PlanLevel
    created_at: datetime
    updated_at: datetime


PLANS = Table(name="plans", label="plan", row=PlanRow, unique=(("title",),))


class PlanRepository(Protocol):
    """Keeps plans. `user_id` is who asks: a user sees only their own plans."""

    def create(self, user_id: str, values: PlanCreate, /) -> PlanRow: ...

    def find(self, user_id: str, query: PlanQuery, /) -> tuple[list[PlanRow], int]: ...

    def get(self, user_id: str, plan_id: UUID, /) -> PlanRow: ...

    def replace(self, user_id: str, plan_id: UUID, values: PlanCreate, /) -> PlanRow: ...

    def delete(self, user_id: str, plan_id: UUID, /) -> None: ...


class InMemoryPlanRepository(InMemoryRepository[PlanRow, PlanCreate]):
    """Keeps plans in memory."""

    table = PLANS
