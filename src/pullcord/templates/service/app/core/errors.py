"""Every error leaves the service as a problem document (RFC 9457)."""

import json
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

PROBLEM_JSON = "application/problem+json"

Responses = dict[int | str, dict[str, Any]]


class Problem(BaseModel):
    """An error."""

    type: str = Field(default="about:blank", description="Identifies the kind of problem.")
    title: str = Field(description="The kind of problem, in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What went wrong this time.")


class FieldError(BaseModel):
    """One reason why a request was refused."""

    loc: list[str | int] = Field(
        description="Where: `body` or `query`, then the path to the value."
    )
    msg: str
    type: str


class ValidationProblem(Problem):
    """A request that does not keep the contract."""

    errors: list[FieldError]


class ServiceError(Exception):
    """An error that the client is told about."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    @property
    def headers(self) -> dict[str, str]:
        """Headers that belong to this error."""
        return {}

    def problem(self) -> Problem:
        """Return the document that the client gets."""
        return Problem(title=phrase(self.status), status=self.status, detail=self.detail)


class Unauthorized(ServiceError):
    """The request carries no valid token."""

    status = HTTPStatus.UNAUTHORIZED

    def __init__(self, detail: str, *, challenge: str | None = None) -> None:
        super().__init__(detail)
        self.challenge = challenge

    @property
    def headers(self) -> dict[str, str]:
        return {
            "WWW-Authenticate": f'Bearer error="{self.challenge}"' if self.challenge else "Bearer"
        }


class NotFound(ServiceError):
    """No such row, or it belongs to somebody else: the client cannot tell which."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self, label: str) -> None:
        super().__init__(f"There is no such {label}.")


class Conflict(ServiceError):
    """The change clashes with a row that is stored already."""

    status = HTTPStatus.CONFLICT


class Invalid(ServiceError):
    """Values that can only be refused with a look at what is stored."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("The request is not valid.")
        self.errors = list(errors)

    def problem(self) -> ValidationProblem:
        return ValidationProblem(**dict(super().problem()), errors=self.errors)


class UnknownReference(Invalid):
    """A field names a row that does not exist, or belongs to somebody else."""

    def __init__(self, field: str, label: str) -> None:
        message = f"There is no such {label}."
        super().__init__(FieldError(loc=["body", field], msg=message, type="unknown_reference"))


class Unavailable(ServiceError):
    """The service cannot answer at the moment; the same request may succeed later."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


def phrase(status: int) -> str:
    """Return the name of a status. Python changed the name of 422 with 3.13; we do not."""
    return "Unprocessable Content" if status == 422 else HTTPStatus(status).phrase


def problems(*statuses: int) -> Responses:
    """Document the errors of an operation: `responses=problems(404, 409)`."""
    return {
        status: {
            "description": phrase(status),
            "model": ValidationProblem if status == HTTPStatus.UNPROCESSABLE_ENTITY else Problem,
        }
        for status in statuses
    }


ANY_OPERATION: Responses = problems(401) | {
    "default": {"description": "Any other error", "model": Problem}
}
"""Errors that every operation of every resource may answer with."""

CREATED: Responses = {
    201: {
        "headers": {
            "Location": {
                "description": "Path of the new resource.",
                "required": True,
                "schema": {"type": "string", "format": "uri-reference"},
            }
        }
    }
}


def install_error_handlers(app: FastAPI) -> None:
    """Make `app` answer every error with a problem document."""

    @app.exception_handler(ServiceError)
    async def service_error(_: Request, error: ServiceError) -> Response:
        return _response(error.problem(), error.headers)

    @app.exception_handler(RequestValidationError)
    async def validation_error(_: Request, error: RequestValidationError) -> Response:
        reasons = error.errors()
        if any(reason["loc"][0] == "path" for reason in reasons):
            return _response(NotFound("resource").problem())
        return _response(
            Invalid(
                *(
                    FieldError(loc=list(reason["loc"]), msg=reason["msg"], type=reason["type"])
                    for reason in reasons
                )
            ).problem()
        )

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        if error.status_code == HTTPStatus.BAD_REQUEST and error.__cause__ is not None:
            # FastAPI could not read the body: no UTF-8, nested too deeply, a number too long.
            reason = FieldError(loc=["body"], msg=error.detail, type="json_invalid")
            return _response(Invalid(reason).problem())
        status = HTTPStatus(error.status_code)
        headers = dict(error.headers or {})
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(_allowed_methods(request))
        problem = Problem(title=phrase(status), status=status, detail=error.detail)
        return _response(problem, headers)

    @app.exception_handler(Exception)
    async def unexpected_error(_: Request, error: Exception) -> Response:
        return _response(ServiceError("An unexpected error occurred.").problem())


def _allowed_methods(request: Request) -> list[str]:
    """Return every method of the path: Starlette names those of one route only."""
    scope = {key: request.scope[key] for key in ("type", "path", "root_path")}
    return [
        method
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
        if any(
            route.matches(scope | {"method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    ]


def _response(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    # ASCII only: a location may repeat a key of the request that UTF-8 cannot encode.
    content = json.dumps(problem.model_dump(), ensure_ascii=True)
    return Response(content, problem.status, headers, media_type=PROBLEM_JSON)
