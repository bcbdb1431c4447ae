"""PostgreSQL, as the signed-in user: row level security decides what a query may see."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Connection, Cursor, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from app.core.errors import Unavailable

_BECOME_THE_USER = """
    select set_config('role', 'authenticated', true),
           set_config('request.jwt.claims', %s, true),
           set_config('timezone', 'UTC', true)
"""


class Database:
    """A pool of connections. Open it before the first query."""

    def __init__(self, url: str) -> None:
        self._pool: ConnectionPool[Connection[DictRow]] = ConnectionPool(
            url,
            # Poolers in front of PostgreSQL do not keep prepared statements.
            kwargs={"row_factory": dict_row, "prepare_threshold": None, "connect_timeout": 5},
            min_size=1,
            max_size=10,
            timeout=5,
            open=False,
        )

    def open(self) -> None:
        """Start connecting, without waiting for it."""
        self._pool.open()

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    @contextmanager
    def session(self, user_id: str) -> Iterator[Cursor[DictRow]]:
        """Run statements as a user in one transaction: all of them count, or none."""
        try:
            with self._pool.connection() as connection, connection.cursor() as cursor:
                claims = json.dumps({"sub": user_id, "role": "authenticated"})
                cursor.execute(_BECOME_THE_USER, [claims])
                yield cursor
        except (OperationalError, PoolTimeout) as error:
            raise Unavailable("The database cannot be reached.") from error
