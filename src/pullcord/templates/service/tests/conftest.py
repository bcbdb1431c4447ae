"""The service as the tests see it: in memory, and users with tokens."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import jwt
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.core.database import Database
from app.core.settings import Settings
from app.main import create_app
from app.repositories.memory import Memory
from tests.postgres import empty, migrated_postgres

SECRET = "a secret of the tests, long enough for every HMAC algorithm there is"

Headers = dict[str, str]


def token(
    user_id: str = "ada", *, secret: str = SECRET, algorithm: str = "HS256", **claims: Any
) -> str:
    """Return a token that is valid unless the arguments spoil it."""
    claims = {"sub": user_id, "exp": datetime.now(UTC) + timedelta(hours=1)} | claims
    return jwt.encode(claims, secret, algorithm)


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(app_env="test", jwt_secret=SECRET)


@pytest.fixture(scope="session")
def started(settings: Settings) -> Iterator[TestClient]:
    """The service, started once: starting it takes longer than most tests."""
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def app(started: TestClient) -> Iterator[FastAPI]:
    """The service without rows. Override a provider to replace its repository."""
    app = cast(FastAPI, started.app)
    app.state.storage = Memory()
    yield app
    app.dependency_overrides.clear()


@pytest.fixture
def client(app: FastAPI, started: TestClient) -> TestClient:
    """Somebody without a token."""
    return started


@pytest.fixture
def headers_of() -> Callable[[str], Headers]:
    """Return the headers of any user."""
    return lambda user_id: {"Authorization": f"Bearer {token(user_id)}"}


@pytest.fixture
def headers(headers_of: Callable[[str], Headers]) -> Headers:
    """Ada's headers."""
    return headers_of("ada")


@pytest.fixture
def other_headers(headers_of: Callable[[str], Headers]) -> Headers:
    """Grace's headers."""
    return headers_of("grace")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL with every migration applied."""
    with migrated_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def database(postgres_url: str) -> Iterator[Database]:
    """Connections to it."""
    database = Database(postgres_url)
    database.open()
    yield database
    database.close()


@pytest.fixture(params=["memory", "postgres"])
def storage(request: pytest.FixtureRequest) -> Database | Memory:
    """Each storage in turn, without rows."""
    if request.param == "memory":
        return Memory()
    empty(request.getfixturevalue("postgres_url"))
    database: Database = request.getfixturevalue("database")
    return database
