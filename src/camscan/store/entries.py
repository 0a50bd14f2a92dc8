"""What operators write about a device: status, place, owner, waiver; no scan ever writes here.

Rules: a closed list of names, each value checked once, here; an empty value takes the entry back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select

from camscan.errors import UsageError
from camscan.store.engine import Store
from camscan.store.register import chunks
from camscan.store.schema import device_id, entry, identity

IN_SERVICE = "in-service"
STATUSES = (IN_SERVICE, "disconnected", "decommissioned", "removed")
ENDED = ("decommissioned", "removed")
MOST_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class Field:
    """One thing an operator can say of a device."""

    name: str
    about: str
    check: Callable[[str], str]


def _text(value: str) -> str:
    if len(value) > MOST_CHARACTERS:
        raise ValueError(f"at most {MOST_CHARACTERS} characters")
    return " ".join("".join(ch if ch.isprintable() else " " for ch in value).split())


def _day(value: str) -> str:
    return date.fromisoformat(value.strip()).isoformat() if value.strip() else ""


def _one_of(*words: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        word = value.strip().lower().replace(" ", "-")
        if word and word not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return word

    return check


FIELDS = {
    field.name: field
    for field in (
        Field("status", "in-service, disconnected, decommissioned or removed", _one_of(*STATUSES)),
        Field("status-date", "day the status began, YYYY-MM-DD", _day),
        Field("owner", "who owns it: own, landlord, or a name", _text),
        Field("building", "building it hangs in or on", _text),
        Field("floor", "floor", _text),
        Field("room", "room or place", _text),
        Field("area", "what it looks at", _text),
        Field("note", "anything for people", _text),
        Field("supplier", "who sold it", _text),
        Field("purchased", "day of purchase, YYYY-MM-DD", _day),
        Field("corporate-network", "connected to the corporate network: yes or no", _one_of("yes", "no")),
        Field("internet-path", "can reach or be reached from the Internet: yes or no", _one_of("yes", "no")),
        Field("removal-planned", "day it is to be removed, YYYY-MM-DD", _day),
        Field("waiver-until", "findings are accepted until this day, YYYY-MM-DD", _day),
        Field("waiver-reason", "why they are accepted", _text),
    )
}


def checked(values: Mapping[str, str]) -> dict[str, str]:
    """The values in canonical form. Raises UsageError: unknown name, value not allowed."""
    out = {}
    for name, value in values.items():
        field = FIELDS.get(name)
        if field is None:
            raise UsageError(f"there is no entry {name!r}; there are {', '.join(FIELDS)}")
        try:
            out[name] = field.check(value)
        except ValueError as fault:
            raise UsageError(f"{name} {value!r}: {field.about} ({fault})") from None
    return out


def put(store: Store, rows: Iterable[tuple[str, Mapping[str, str]]]) -> int:
    """Write entries of devices, all or none; an empty value removes one. Returns devices changed.

    Raises UsageError: unknown device, unknown name, value not allowed.
    """
    wanted = [(name, checked(values)) for name, values in rows]
    now = store.now()
    with store.writing() as connection:
        known: set[str] = set()
        for chunk in chunks(sorted({name for name, _values in wanted})):
            query = select(identity.c.identity_id).where(identity.c.identity_id.in_(chunk))
            known.update(connection.execute(query.where(identity.c.merged_into.is_(None))).scalars())
        for device, values in wanted:
            if device not in known:
                raise UsageError(f"there is no device {device!r}; nothing was changed")
            for name, value in values.items():
                here = (entry.c.device_id == device) & (entry.c.name == name)
                connection.execute(delete(entry).where(here))
                if value:
                    row = {"device_id": device, "name": name, "value": value, "entered_at": now}
                    connection.execute(insert(entry).values(**row))
    return len({device for device, values in wanted if values})


def of_devices(connection: Connection, device_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Entries by device; what was entered for a device that was merged into it fills the gaps."""
    ids = sorted(set(device_ids))
    out: dict[str, dict[str, str]] = {name: {} for name in ids}
    for chunk in chunks(ids):
        query = (
            select(device_id, entry.c.device_id.label("entered_for"), entry.c.name, entry.c.value)
            .join_from(entry, identity, entry.c.device_id == identity.c.identity_id)
            .where(identity.c.identity_id.in_(chunk) | identity.c.merged_into.in_(chunk))
            .order_by(entry.c.device_id)
        )
        for name_of, entered_for, name, value in connection.execute(query):
            if entered_for == name_of:
                out[name_of][name] = value
            else:
                out[name_of].setdefault(name, value)
    return out


def statuses(connection: Connection, site_id: str) -> dict[str, tuple[str, datetime]]:
    """Device id → (status, when it was entered) for the devices of a site that have one."""
    query = (
        select(device_id, entry.c.value, entry.c.entered_at)
        .join_from(entry, identity, identity.c.identity_id == entry.c.device_id)
        .where(entry.c.name == "status", identity.c.site_id == site_id)
        .order_by(entry.c.entered_at)
    )
    return {name: (value, at) for name, value, at in connection.execute(query)}


def waived(store: Store, on: date) -> frozenset[str]:
    """Devices whose findings are accepted on that day; the last day counts."""
    query = (
        select(device_id)
        .join_from(identity, entry, entry.c.device_id == identity.c.identity_id)
        .where(entry.c.name == "waiver-until", entry.c.value >= on.isoformat())
    )
    with store.reading() as connection:
        return frozenset(connection.execute(query).scalars())
