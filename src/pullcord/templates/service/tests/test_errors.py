"""Errors are problem documents, whatever goes wrong."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.core.errors import Unavailable
from app.core.providers import get_plan_repository
from tests.conftest import Headers

PROBLEM = "application/problem+json"


def test_an_unknown_path_is_not_found(client: TestClient) -> None:
    response = client.get("/nowhere")

    assert response.headers["content-type"] == PROBLEM
    assert response.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "Not Found",
    }


def test_an_unknown_method_is_not_allowed(client: TestClient) -> None:
    response = client.patch("/plans")

    assert response.status_code == 405
    assert response.headers["content-type"] == PROBLEM
    assert response.headers["Allow"] == "GET, POST"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"weeks": ' + b"9" * 5000 + b"}",
        b'{"weeks": NaN}',
        b'{"\\ud800": 1, "title": "\\ud800"}',
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    client: TestClient, headers: Headers, body: bytes
) -> None:
    content_type = {"Content-Type": "application/json"}

    response = client.post("/plans", content=body, headers=headers | content_type)

    assert response.status_code == 422
    assert response.headers["content-type"] == PROBLEM
    problem = response.json()
    assert {"type", "title", "status", "detail", "errors"} == set(problem)
    assert all({"loc", "msg", "type"} == set(error) for error in problem["errors"])
    assert problem["errors"]


@pytest.mark.parametrize(("error", "status"), [(Unavailable("Later."), 503), (KeyError("x"), 500)])
def test_a_failure_inside_is_a_problem_document(
    app: FastAPI, client: TestClient, headers: Headers, error: Exception, status: int
) -> None:
    def broken() -> None:
        raise error

    app.dependency_overrides[get_plan_repository] = broken

    response = client.get("/plans", headers=headers)

    assert response.status_code == status
    assert response.headers["content-type"] == PROBLEM
    assert response.json()["status"] == status
