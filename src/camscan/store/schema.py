"""The tables as the queries see them; migrations.py makes them, a test holds both equal.

Instants are text, UTC, always with microseconds (`2026-11-24T06:02:11.000000Z`), so that text order is
time order in both databases. Lists of words are joined with line breaks.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    func,
)

from camscan.errors import StoreError


class Instant(TypeDecorator[datetime]):
    """A UTC datetime as sortable text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Datetime to text."""
        return None if value is None else instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Text to datetime."""
        return None if value is None else instant(value)


class Words(TypeDecorator[tuple[str, ...]]):
    """A tuple of words as lines of text; the empty tuple is the empty text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Words to text."""
        return "\n".join(value) if value else ""

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...]:  # noqa: ARG002
        """Text to words."""
        return tuple(str(value).split("\n")) if value else ()


@lru_cache(maxsize=4096)
def instant(text: str) -> datetime:
    """Text to datetime, remembered: thousands of devices were last seen by the same scan."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise StoreError(f"a stored instant is damaged: {str(text)[:40]!r}") from None


def instant_text(at: datetime) -> str:
    """`2026-11-24T06:02:11.000000Z`"""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _facts() -> list[Column[Any]]:
    """What one sight says of a device: the same columns in the register and in its history.

    Several words are lines of one text; `register.py` splits them, only where they are needed.
    """
    return [
        Column("zone", Text, nullable=False),
        Column("addresses", Text, nullable=False),
        Column("hostname", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("brand", Text, nullable=False),
        Column("manufacturer", Text, nullable=False),
        Column("model", Text, nullable=False),
        Column("firmware", Text, nullable=False),
        Column("serial", Text, nullable=False),
        Column("keys", Text, nullable=False),
        Column("flags", Text, nullable=False),
        Column("conflicts", Text, nullable=False),
        Column("policies", Text, nullable=False),  # regimes that match, "advisory" included
    ]


metadata = MetaData()

migration = Table(
    "camscan_migration",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("applied_at", Text, nullable=False),
)

site = Table(
    "site",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("address_withheld", Boolean, nullable=False),
    Column("owner", Text, nullable=False),
    Column("sensitive", Boolean),
    Column("networks", Words, nullable=False),
)

site_lock = Table(
    "site_lock",
    metadata,
    Column("site_id", Text, primary_key=True),
    Column("scan_id", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("process_start", Text, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("beat_at", Instant, nullable=False),
)

scan = Table(
    "scan",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("scan_id", Text, nullable=False),
    Column("site_id", Text, nullable=False),
    Column("started", Instant, nullable=False),
    Column("ended", Instant),
    Column("state", Text, nullable=False),  # running | finished
    Column("revision", Integer, nullable=False),  # how often it was identified again
    Column("method", Text, nullable=False),
    Column("camscan_version", Text, nullable=False),
    Column("scope_text", Text, nullable=False),
    Column("coverage", Text, nullable=False),
    Column("devices", Integer, nullable=False),
    Column("observations", BigInteger, nullable=False),
    Column("observations_dropped", Boolean, nullable=False),  # by the retention setting
    Column("fingerprints", Text, nullable=False),  # the edition that identified it, "" where none was named
)

observation_batch = Table(
    "observation_batch",
    metadata,
    Column("scan", Integer, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("targets", LargeBinary, nullable=False),  # targets finished with this batch
)

device_batch = Table(
    "device_batch",
    metadata,
    Column("scan", Integer, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

identity = Table(
    "identity",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("identity_id", Text, nullable=False),
    Column("merged_into", Text),  # the device id it has by a merge; its own when NULL
    Column("site_id", Text, nullable=False),
    Column("address_order", Text, nullable=False),
    Column("handle", Text, nullable=False),  # its first MAC key: how another site recognises it
    Column("known_keys", Text, nullable=False),  # remembered ones, when they are more than `keys`
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("last_scan", Integer, nullable=False),
    Column("missing_since", Instant),
    Column("version", BigInteger, nullable=False),  # of the facts that follow
    *_facts(),
)

facts_history = Table(
    "facts_history",  # facts that are no longer the current ones, once however many scans saw them
    metadata,
    Column("identity", Integer, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    *_facts(),
)

sighting = Table(
    "sighting",
    metadata,
    Column("scan", Integer, primary_key=True),
    Column("identity", Integer, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("place", Integer, nullable=False),  # which device of the scan's batches; -1: part of another
)

entry = Table(
    "operator_entry",
    metadata,
    Column("device_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("entered_at", Instant, nullable=False),
)

correction = Table(
    "correction",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),  # merge | split
    Column("one", Text, nullable=False),  # identity ids
    Column("other", Text, nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("in_force", Boolean, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scan_id", Text, nullable=False),
    Column("site_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
)

endpoint = Table(
    "alert_endpoint",
    metadata,
    Column("name", Text, primary_key=True),
    Column("first_event", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("last_try", Instant),
)

delivery = Table(
    "alert_delivery",
    metadata,
    Column("endpoint", Text, primary_key=True),
    Column("event_id", Integer, primary_key=True),
    Column("delivered_at", Instant, nullable=False),
)

FACTS = tuple(column.name for column in _facts())

device_id = func.coalesce(identity.c.merged_into, identity.c.identity_id).label("device_id")
"""The id people see of an identity."""
