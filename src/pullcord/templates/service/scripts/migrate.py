"""Applies the migrations of supabase/ to the PostgreSQL of DATABASE_URL.

For plain PostgreSQL in development and tests; a Supabase project uses its own tool.
"""

import os
import sys
from pathlib import Path

import psycopg

SUPABASE = Path(__file__).parent.parent / "supabase"


def migrate(url: str, *, log: bool = True) -> None:
    """Apply the prelude, then each migration that has not been applied, in order."""
    with psycopg.connect(url) as connection:
        connection.execute(_text(SUPABASE / "prelude.sql"))
        connection.execute("create schema if not exists supabase_migrations")
        connection.execute(
            "create table if not exists supabase_migrations.schema_migrations"
            " (version text primary key, name text)"
        )
        applied = connection.execute("select version from supabase_migrations.schema_migrations")
        known = {version for (version,) in applied.fetchall()}
        for path in sorted((SUPABASE / "migrations").glob("*.sql")):
            version, _, name = path.stem.partition("_")
            if version in known:
                continue
            connection.execute(_text(path))
            connection.execute(
                "insert into supabase_migrations.schema_migrations values (%s, %s)",
                (version, name),
            )
            if log:
                sys.stdout.write(f"applied {path.name}\n")


def _text(path: Path) -> bytes:
    return path.read_bytes()


if __name__ == "__main__":
    if not os.environ.get("DATABASE_URL"):
        sys.exit("DATABASE_URL is not set.")
    migrate(os.environ["DATABASE_URL"])
