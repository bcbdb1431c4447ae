"""Goals over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response, status
from fastapi.responses import JSONResponse

from app.core.auth import CurrentUser
from app.core.errors import ANY_OPERATION, CREATED, Conflict, NotFound, UnknownReference, problems
from app.core.providers import get_goal_repository
from app.models.goal import Goal, GoalCreate, GoalPage, GoalQuery
from app.repositories.goal import GoalRepository

router = APIRouter(prefix="/goals", tags=["goals"], responses=ANY_OPERATION)

Repository = Annotated[GoalRepository, Depends(get_goal_repository)]

FARTHEST = 5000


class GoalTooFar(Exception):
    """Nobody runs that far."""


@router.post(
    "",
    operation_id="create_goal",
    summary="Create a goal",
    status_code=status.HTTP_201_CREATED,
    response_model=Goal,
    responses=CREATED | problems(409, 422),
)
def create_goal(
    user: CurrentUser,
    repository: Repository,
    values: GoalCreate,
    request: Request,
    response: Response,
) -> Goal | JSONResponse:
    if values.kilometres > FARTHEST:
        raise GoalTooFar("Nobody runs that far.")
    try:
        row = repository.create(user.id, values)
    except Conflict as error:
        return JSONResponse({"error": str(error)}, status_code=400)
    except UnknownReference as error:
        raise HTTPException(status_code=400, detail="There is no such plan") from error
    response.headers["Location"] = f"{request.url.path}/{row['id']}"
    return Goal(**row)


@router.get(
    "",
    operation_id="list_goals",
    summary="List goals",
    responses=problems(422),
)
def list_goals(
    user: CurrentUser,
    repository: Repository,
    query: Annotated[GoalQuery, Query()],
) -> GoalPage:
    try:
        rows, total = repository.find(user.id, query)
    except Exception as error:
        raise HTTPException(status_code=500, detail=str(error)) from error
    items = [Goal(**row) for row in rows]
    return GoalPage(items=items, total=total, page=query.page, per_page=query.per_page)


@router.get(
    "/{goal_id}",
    operation_id="get_goal",
    summary="Get a goal",
    responses=problems(404),
)
def get_goal(user: CurrentUser, repository: Repository, goal_id: UUID) -> Goal:
    try:
        return Goal(**repository.get(user.id, goal_id))
    except NotFound as error:
        raise HTTPException(status_code=404, detail="Goal not found") from error


@router.put(
    "/{goal_id}",
    operation_id="update_goal",
    summary="Replace a goal",
    responses=problems(404, 409, 422),
)
def update_goal(
    user: CurrentUser,
    repository: Repository,
    goal_id: UUID,
    values: GoalCreate,
) -> Goal:
    try:
        row = repository.replace(user.id, goal_id, values)
    except NotFound as error:
        raise HTTPException(status_code=403, detail="This is not your goal") from error
    return Goal(**row)


@router.delete(
    "/{goal_id}",
    operation_id="delete_goal",
    summary="Delete a goal",
    status_code=status.HTTP_204_NO_CONTENT,
    response_model=None,
    responses=problems(404, 409),
)
def delete_goal(user: CurrentUser, repository: Repository, goal_id: UUID) -> Response | None:
    try:
        repository.delete(user.id, goal_id)
    except NotFound:
        return Response(status_code=404)
    return None
