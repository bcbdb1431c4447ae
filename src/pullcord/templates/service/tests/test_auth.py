"""Who may ask."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.conftest import SECRET, token

NOW = datetime.now(UTC)


def test_every_operation_needs_a_token(app: FastAPI, client: TestClient) -> None:
    operations = [
        (method.upper(), path) for path, item in app.openapi()["paths"].items() for method in item
    ]

    assert operations
    for method, path in operations:
        response = client.request(method, path)
        assert response.status_code == 401, (method, path)
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "bearer",
    [
        "",
        "no token",
        "ä.ö.ü",
        f"{b64encode(b'[' * 40_000).decode()}.e30.e30",
        f"{b64encode(b'9' * 40_000).decode()}.e30.e30",
        token(exp=NOW - timedelta(seconds=1)),
        token(nbf=NOW + timedelta(hours=1)),
        token(secret="another secret, long enough for HS256 too"),
        token(algorithm="HS384"),
        jwt.encode({"sub": "ada"}, None, "none"),
        jwt.encode({"name": "ada"}, SECRET, "HS256"),
        token(""),
        token("nul \0"),
        token("x" * 256),
    ],
)
def test_a_token_that_proves_nothing_is_refused(client: TestClient, bearer: str) -> None:
    authorization = f"Bearer {bearer}".encode("latin-1")

    response = client.get("/plans", headers={b"Authorization": authorization})

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["status"] == 401


def test_another_scheme_is_refused(client: TestClient) -> None:
    assert client.get("/plans", auth=("ada", "secret")).status_code == 401


@pytest.mark.parametrize("user_id", ["ada", "Ada Lovelace", "auth0|5f", "ä", "%s'; --"])
def test_any_printable_subject_is_a_user(client: TestClient, user_id: str) -> None:
    headers = {"Authorization": f"Bearer {token(user_id, aud='authenticated')}"}

    assert client.get("/plans", headers=headers).status_code == 200
