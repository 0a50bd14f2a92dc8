"""Opens the database, sets it up, and turns each of its failures into one `StoreError` line.

SQLite: one file, WAL, every commit on disk before it returns, writers take their lock at BEGIN (no
deadlock by upgrade) and wait for each other. PostgreSQL: URL, psycopg 3 from the extra `postgres`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from camscan.errors import MissingExtra, StoreError, UsageError
from camscan.store import migrations

WAIT_SECONDS = 30


def utc_now() -> datetime:
    """The clock a Store uses unless it is given another."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Store:
    """An open database. name: the file or the URL without its password, for messages; now: the clock."""

    engine: Engine
    name: str
    now: Callable[[], datetime] = utc_now

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view. Raises StoreError for any failure of the database."""
        with failures_named(self.name), self.engine.connect() as connection:
            connection = connection.execution_options(camscan_reading=True)
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed when the block ends. Raises StoreError for any failure."""
        with failures_named(self.name), self.engine.begin() as connection:
            migrations.only_one_writer(connection)
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def default_path() -> Path:
    """`camscan.db` in the XDG state directory."""
    import platformdirs

    return Path(platformdirs.user_state_path("camscan")) / "camscan.db"


def open_store(db: str = "", *, now: Callable[[], datetime] = utc_now, create: bool = True) -> Store:
    """Open and migrate the database at `db`: "" for the default file, a path, or a postgresql:// URL.

    create: False refuses a file that does not exist instead of making it. Raises StoreError (cannot be
    opened, newer than this camscan), UsageError (not a path nor a known URL), MissingExtra.
    """
    url = _url(db)
    name = url.database or ":memory:" if url.drivername.startswith("sqlite") else _shown(url)
    if url.drivername.startswith("sqlite"):
        engine = _sqlite(url, name, create)
    else:
        engine = _postgres(url)
    try:
        with failures_named(name):
            with engine.connect() as connection:
                found = migrations.version_of(connection)
            migrations.refuse_newer(found)
            if found < migrations.NEWEST:
                if engine.dialect.name == "sqlite":
                    _write_ahead(engine)
                migrations.migrate(engine, found, now())
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, name, now)


def _shown(url: URL) -> str:
    """The URL for messages; libpq takes passwords among the parameters, too."""
    query = {key: "***" if "pass" in key.lower() else value for key, value in url.query.items()}
    return url.set(query=query).render_as_string()


def _url(db: str) -> URL:
    if "://" not in db:
        return URL.create("sqlite", database=str(Path(db).expanduser() if db else default_path()))
    try:
        url = make_url(db)
    except ArgumentError:
        raise UsageError("--db is neither a file nor a URL such as postgresql://user@host/camscan") from None
    if url.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite":
        return url
    raise UsageError(f"--db: {url.drivername} is not supported; use a file path or postgresql://…")


def _sqlite(url: URL, name: str, create: bool) -> Engine:
    path = Path(name)
    if not path.exists():
        if not create:
            raise StoreError(f"there is no database {name} yet; the first `camscan scan` makes it")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise StoreError(f"cannot create the directory of {name}: {fault.strerror}") from None
    engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS})

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours, see below
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-16384")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        reading = connection.get_execution_options().get("camscan_reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _write_ahead(engine: Engine) -> None:
    """WAL is a property of the file: set once, when camscan makes or migrates it."""
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def _postgres(url: URL) -> Engine:
    try:
        return create_engine(url, pool_pre_ping=True)
    except (ModuleNotFoundError, NoSuchModuleError):
        raise MissingExtra("PostgreSQL needs: pip install 'camscan[postgres]'") from None


@contextmanager
def failures_named(name: str) -> Iterator[None]:
    """Turns what the driver raises into a StoreError of one line: what, where, what to do."""
    try:
        yield
    except DBAPIError as fault:
        raise StoreError(_explain(str(fault.orig), name)) from fault
    except SQLAlchemyError as fault:
        raise StoreError(f"database {name}: {_first_line(str(fault))}") from fault
    except sqlite3.Error as fault:
        raise StoreError(_explain(str(fault), name)) from fault


_CAUSES = (
    ("database or disk is full", "the disk that holds {name} is full; free some space and run again"),
    ("No space left on device", "the disk of the database {name} is full; free some space and run again"),
    (
        "attempt to write a readonly database",
        "{name} or its directory is read-only; {who} may not write there",
    ),
    ("unable to open database file", "cannot open {name}: {who} may not read or write there"),
    (
        "database is locked",
        "{name} has been locked by another program for 30 seconds; try again when it ends",
    ),
    (
        "file is not a database",
        "{name} is not a camscan database (nor any SQLite file); name another with --db",
    ),
    ("database disk image is malformed", "{name} is damaged; restore it from a backup or move it away"),
    ("disk I/O error", "the disk that holds {name} does not read or write (disk I/O error)"),
)


def _explain(text: str, name: str) -> str:
    for sign, sentence in _CAUSES:
        if sign in text:
            return sentence.format(name=name, who=f"user {os.getuid()}" if hasattr(os, "getuid") else "you")
    return f"database {name}: {_first_line(text)}"


def _first_line(text: str) -> str:
    return text.strip().split("\n")[0][:300]
