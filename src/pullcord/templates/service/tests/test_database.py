"""PostgreSQL: the service on it, and what row level security holds without the service."""

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import errors

from app.core.database import Database
from app.core.errors import Unavailable
from app.core.settings import Settings
from app.main import create_app
from tests.conftest import SECRET, Headers
from tests.postgres import empty
from tests.test_plans import plan

INSERT = "insert into plans (user_id, title, starts_on, weeks) values (%s, 'Base', '2027-01-04', 8)"


def test_the_service_keeps_rows_in_postgres(
    postgres_url: str, settings: Settings, headers: Headers
) -> None:
    empty(postgres_url)
    settings = Settings(app_env="test", jwt_secret=SECRET, database_url=postgres_url)

    with TestClient(create_app(settings)) as client:
        stored = client.post("/plans", json=plan(), headers=headers).json()
    with TestClient(create_app(settings)) as client:
        assert client.get(f"/plans/{stored['id']}", headers=headers).json() == stored
        assert client.get("/plans", headers=headers).json()["items"] == [stored]


def test_a_user_sees_and_writes_only_their_own_rows(postgres_url: str, database: Database) -> None:
    empty(postgres_url)
    with database.session("ada") as cursor:
        cursor.execute(INSERT, ["ada"])

    with database.session("grace") as cursor:
        assert cursor.execute("select * from plans").fetchall() == []
        assert cursor.execute("update plans set weeks = 1").rowcount == 0
        assert cursor.execute("delete from plans").rowcount == 0
    with pytest.raises(errors.InsufficientPrivilege), database.session("grace") as cursor:
        cursor.execute(INSERT, ["ada"])


def test_a_visitor_sees_nothing(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("set local role anon")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("select * from plans")


def test_every_table_has_row_level_security(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        rows = connection.execute(
            "select relname from pg_class where relkind = 'r'"
            " and relnamespace = 'public'::regnamespace"
            " and not (relrowsecurity and relforcerowsecurity)"
        ).fetchall()

    assert rows == []


def test_a_session_that_fails_changes_nothing(postgres_url: str, database: Database) -> None:
    empty(postgres_url)

    def fail_halfway() -> None:
        with database.session("ada") as cursor:
            cursor.execute(INSERT, ["ada"])
            cursor.execute("update plans set weeks = 0")

    with pytest.raises(errors.CheckViolation):
        fail_halfway()

    with database.session("ada") as cursor:
        assert cursor.execute("select * from plans").fetchall() == []


def test_a_lost_database_is_unavailable(database: Database) -> None:
    kill = "reset role; select pg_terminate_backend(pg_backend_pid())"

    with pytest.raises(Unavailable), database.session("ada") as cursor:
        cursor.execute(kill)
