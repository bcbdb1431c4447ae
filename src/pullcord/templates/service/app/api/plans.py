"""Plans: what an athlete intends to train, for some weeks."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, status

from app.core.auth import CurrentUser
from app.core.errors import ANY_OPERATION, CREATED, problems
from app.core.providers import get_plan_repository
from app.models.plan import Plan, PlanCreate, PlanPage, PlanQuery
from app.repositories.plan import PlanRepository

router = APIRouter(prefix="/plans", tags=["plans"], responses=ANY_OPERATION)

Repository = Annotated[PlanRepository, Depends(get_plan_repository)]


@router.post(
    "",
    operation_id="create_plan",
    summary="Create a plan",
    status_code=status.HTTP_201_CREATED,
    responses=CREATED | problems(409, 422),
)
def create_plan(
    user: CurrentUser,
    repository: Repository,
    values: PlanCreate,
    request: Request,
    response: Response,
) -> Plan:
    row = repository.create(user.id, values)
    response.headers["Location"] = f"{request.url.path}/{row['id']}"
    return Plan(**row)


@router.get(
    "",
    operation_id="list_plans",
    summary="List plans",
    responses=problems(422),
)
def list_plans(
    user: CurrentUser,
    repository: Repository,
    query: Annotated[PlanQuery, Query()],
) -> PlanPage:
    rows, total = repository.find(user.id, query)
    items = [Plan(**row) for row in rows]
    return PlanPage(items=items, total=total, page=query.page, per_page=query.per_page)


@router.get(
    "/{plan_id}",
    operation_id="get_plan",
    summary="Get a plan",
    responses=problems(404),
)
def get_plan(user: CurrentUser, repository: Repository, plan_id: UUID) -> Plan:
    return Plan(**repository.get(user.id, plan_id))


@router.put(
    "/{plan_id}",
    operation_id="update_plan",
    summary="Replace a plan",
    responses=problems(404, 409, 422),
)
def update_plan(
    user: CurrentUser,
    repository: Repository,
    plan_id: UUID,
    values: PlanCreate,
) -> Plan:
    return Plan(**repository.replace(user.id, plan_id, values))


@router.delete(
    "/{plan_id}",
    operation_id="delete_plan",
    summary="Delete a plan",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(404, 409),
)
def delete_plan(user: CurrentUser, repository: Repository, plan_id: UUID) -> None:
    repository.delete(user.id, plan_id)
