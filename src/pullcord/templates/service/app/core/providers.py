"""Providers for dependency injection. Tests override them with `app.dependency_overrides`."""

from typing import Annotated

from fastapi import Depends, Request

from app.core.database import Database
from app.repositories.memory import Memory
from app.repositories.plan import InMemoryPlanRepository, PlanRepository
from app.repositories.postgres.plan import PostgresPlanRepository


async def get_storage(request: Request) -> Database | Memory:
    """Return where this service keeps its rows."""
    storage: Database | Memory = request.app.state.storage
    return storage


Storage = Annotated[Database | Memory, Depends(get_storage)]


def get_plan_repository(storage: Storage) -> PlanRepository:
    if isinstance(storage, Database):
        return PostgresPlanRepository(storage)
    return InMemoryPlanRepository(storage)
