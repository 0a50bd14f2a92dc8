"""Stores for the tests: every test that asks for `store` runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from camscan.store.engine import Store, open_store

_counter = itertools.count()


def _sibling(name: str) -> object:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


postgres_server = _sibling("postgres_server")


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **gap: float) -> None:
        """Let time pass."""
        self.at += timedelta(**gap)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a running server; skips, with the reason, where none can run."""
    reason = postgres_server.why_not()  # type: ignore[attr-defined]
    if reason:
        pytest.skip(reason)
    with postgres_server.server() as url:  # type: ignore[attr-defined]
        yield url


@pytest.fixture
def postgres_database(postgres: str) -> Iterator[str]:
    """A URL whose tables nobody else sees: a schema of its own."""
    import psycopg

    name = f"test_{next(_counter)}"
    plain = postgres.replace("postgresql://camscan@/", "postgresql://camscan@/")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    yield f"{postgres}&options=-csearch_path%3D{name}"
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store can be opened: a file, then a PostgreSQL URL."""
    if request.param == "sqlite":
        return str(tmp_path / "camscan.db")
    return str(request.getfixturevalue("postgres_database"))


@pytest.fixture
def store(database: str, clock: Clock) -> Iterator[Store]:
    opened = open_store(database, now=clock)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    opened = open_store(str(tmp_path / "camscan.db"), now=clock)
    yield opened
    opened.close()


inventories = _sibling("store_inventories")
