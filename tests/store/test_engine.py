"""Opening a database: migrations, newer ones, and one clear line for everything a machine can refuse."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from sqlalchemy import inspect, select
from store_inventories import device, heard, keep, run

from camscan.errors import StoreError, UsageError
from camscan.store import codec, migrations, scans, schema, sites
from camscan.store.engine import Store, default_path, open_store


def test_the_migrations_make_the_tables_the_queries_expect(store: Store) -> None:
    found = inspect(store.engine)
    expected = {
        table.name: {column.name for column in table.columns} for table in schema.metadata.sorted_tables
    }

    assert expected == {
        name: {column["name"] for column in found.get_columns(name)} for name in found.get_table_names()
    }
    for table in schema.metadata.sorted_tables:
        nullable = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
        for column in table.columns:
            if not column.primary_key:
                assert column.nullable == nullable[column.name], f"{table.name}.{column.name}"


def test_each_migration_is_recorded_with_its_work(store: Store) -> None:
    with store.reading() as connection:
        rows = connection.execute(select(schema.migration.c.number, schema.migration.c.name)).all()

    assert [(step.number, step.name) for step in migrations.MIGRATIONS] == [tuple(row) for row in rows]


def test_a_migration_that_fails_leaves_nothing_behind(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    open_store(database).close()
    newest = migrations.NEWEST
    broken = migrations.Migration(
        newest + 1, "broken", ("CREATE TABLE half (x INTEGER)", "CREATE TABLE half (x TEXT)")
    )
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, broken))
    monkeypatch.setattr(migrations, "NEWEST", newest + 1)

    with pytest.raises(StoreError):
        open_store(database)

    monkeypatch.undo()
    store = open_store(database)
    with store.reading() as connection:
        assert newest == migrations.version_of(connection)
    assert not inspect(store.engine).has_table("half")
    store.close()


def test_a_newer_database_says_so_and_is_not_touched(database: str) -> None:
    store = open_store(database)
    with store.writing() as connection:
        row = {"number": 99, "name": "of the future", "applied_at": "2030-01-01"}
        connection.execute(schema.migration.insert().values(**row))
    store.close()
    before = Path(database).read_bytes() if "://" not in database else b""

    with pytest.raises(
        StoreError, match=f"has version 99, this camscan knows versions up to {migrations.NEWEST}; nothing"
    ):
        open_store(database)

    assert before == (Path(database).read_bytes() if "://" not in database else b"")


def test_opening_twice_migrates_once(database: str) -> None:
    one, two = open_store(database), open_store(database)
    sites.put(one, [sites.Site("HQ")], replace_existing=False)

    assert "HQ" == sites.get(two, "HQ").id
    one.close()
    two.close()


def test_the_default_is_one_file_in_the_state_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    assert tmp_path / "camscan" / "camscan.db" == default_path()
    open_store().close()
    assert default_path().exists()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("not a database at all, but long enough to be read as a header" * 40)

    with pytest.raises(StoreError, match=r"notes\.db is not a camscan database"):
        open_store(str(path))


@pytest.mark.parametrize("db", ["mysql://root@localhost/x", "postgresql+asyncpg://x/y"])
def test_a_database_nobody_supports_is_refused(db: str) -> None:
    with pytest.raises(UsageError, match="use a file path or postgresql://"):
        open_store(db)


def test_a_server_that_is_not_there_is_one_line_without_the_password() -> None:
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://me:secret@127.0.0.1:1/camscan")

    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_create_false_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no database"):
        open_store(str(tmp_path / "none.db"), create=False)
    assert [] == list(tmp_path.iterdir())


def without_rights(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python as somebody whom file modes bind: root gives up the capability to ignore them."""
    command = [sys.executable, "-c", script, *arguments]
    if os.getuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("running as root without setpriv: file modes bind nobody here")
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
    return subprocess.run(command, capture_output=True, text=True, check=False)


OPEN = """
import sys
import zlib
from camscan.errors import StoreError
from camscan.store.engine import open_store
from camscan.store import sites
try:
    store = open_store(sys.argv[1])
    sites.put(store, [sites.Site("HQ")], replace_existing=False)
except StoreError as fault:
    print(fault)
"""


@pytest.mark.parametrize("what", ["empty", "existing"])
def test_a_read_only_directory_gives_one_clear_line(what: str, tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    path = folder / "camscan.db"
    if what == "existing":
        open_store(str(path)).close()
        path.chmod(0o444)
    folder.chmod(0o555)
    try:
        done = without_rights(OPEN, str(path))
    finally:
        folder.chmod(0o755)

    lines = done.stdout.splitlines()
    assert 1 == len(lines), done.stderr
    assert str(path) in lines[0]
    assert "may not read or write there" in lines[0] or "read-only" in lines[0]


def test_a_full_database_gives_one_clear_line_and_keeps_what_was_acknowledged(sqlite_store: Store) -> None:
    scans.begin_scan(sqlite_store, run(0))
    with sqlite_store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 20}")
    kept = 0

    def fill() -> None:
        nonlocal kept
        for batch in range(1000):
            some = [heard(batch * 50 + number) for number in range(50)]
            kept += scans.append_observations(sqlite_store, "HQ-00", some)

    with pytest.raises(StoreError, match=r"^the disk that holds .* is full; free some space and run again$"):
        fill()

    assert kept == len(list(scans.observations(sqlite_store, "HQ-00")))


FILL = """
import subprocess, sys
from pathlib import Path
folder = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)], check=True)
sys.path[:0] = [sys.argv[2]]
from store_inventories import heard, run
from camscan.errors import StoreError
from camscan.store import scans
from camscan.store.engine import open_store
store = open_store(str(folder / "camscan.db"))
scans.begin_scan(store, run(0))
kept = 0
try:
    for batch in range(100000):
        kept += scans.append_observations(store, "HQ-00", [heard(batch * 400 + n) for n in range(400)])
except StoreError as fault:
    print(fault)
store.close()
print(kept == len(list(scans.observations(open_store(str(folder / "camscan.db")), "HQ-00"))))
"""


@pytest.mark.netns
def test_a_full_disk_gives_one_clear_line_and_a_readable_file(tmp_path: Path) -> None:
    can = subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False)
    if can.returncode:
        pytest.skip("this machine allows no mount namespaces")
    command = ["unshare", "-rm", sys.executable, "-c", FILL, str(tmp_path), str(Path(__file__).parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    line, readable = done.stdout.splitlines() or [done.stderr, ""]
    assert "the disk that holds" in line
    assert "is full; free some space and run again" in line
    assert "True" == readable


def test_the_file_is_plain_sqlite_that_a_researcher_can_query(sqlite_store: Store) -> None:
    keep(sqlite_store, run(0), [device("a", "10.0.0.1", serial="S1")])

    with sqlite3.connect(sqlite_store.name) as connection:
        query = "SELECT manufacturer, count(*) FROM identity GROUP BY manufacturer"
        assert [("Hikvision", 1)] == connection.execute(query).fetchall()
        assert "wal" == connection.execute("PRAGMA journal_mode").fetchone()[0]
        assert "ok" == connection.execute("PRAGMA integrity_check").fetchone()[0]


@pytest.mark.parametrize("text", ["", "NaN", "9999999-99-99", "0001-01-01T00:00:00+14:00", 7, b"\xff"])
def test_a_stored_instant_that_is_none_is_a_damaged_store(text: str) -> None:
    with pytest.raises(StoreError, match="a stored instant is damaged"):
        schema.instant(text)


@pytest.mark.parametrize(
    "blob", [b"\xff" * 9, zlib.compress(b"[" * 100_000), zlib.compress(b"null"), "text", None]
)
def test_a_batch_that_is_none_is_a_damaged_store(blob: bytes) -> None:
    with pytest.raises(StoreError, match="damaged"):
        codec.unpack_devices(blob)
    with pytest.raises(StoreError, match="damaged"):
        codec.unpack_observations(blob)
