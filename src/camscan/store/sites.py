"""Sites: named places with their networks; only an operator writes them.

Rules: a scan may make a site known by its id, it never changes one; networks of different sites may
overlap, that is normal.
"""

from __future__ import annotations

import ipaddress
import re

from sqlalchemy import Connection, func, insert, select, update

from camscan.errors import UsageError
from camscan.model.inventory import Site
from camscan.store.engine import Store
from camscan.store.schema import identity, scan, site

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
OWNERS = ("own", "landlord")


def check(place: Site) -> Site:
    """The site with its networks in canonical form. Raises UsageError that names the fault."""
    if not _ID.fullmatch(place.id):
        raise UsageError(f"site id {place.id!r}: use letters, digits, dot, dash, underscore; at most 64")
    if place.owner and place.owner not in OWNERS:
        raise UsageError(f"site {place.id}: owner is own or landlord, not {place.owner!r}")
    networks = []
    for text in place.networks:
        try:
            networks.append(str(ipaddress.ip_network(text.strip())))
        except ValueError as fault:
            raise UsageError(f"site {place.id}: network {text!r}: {fault}") from None
    values = {name: " ".join(getattr(place, name).split()) for name in _TEXTS}
    return Site(
        id=place.id,
        networks=tuple(dict.fromkeys(networks)),
        address_withheld=place.address_withheld,
        sensitive=place.sensitive,
        **values,
    )


_TEXTS = ("name", "organisation", "department", "address", "owner")


def put(store: Store, places: list[Site], *, replace_existing: bool) -> tuple[int, int]:
    """Add sites, all or none; returns how many were added and changed.

    Raises UsageError when one is wrong, or exists and replace_existing is False.
    """
    checked = [check(place) for place in places]
    added = changed = 0
    with store.writing() as connection:
        for place in checked:
            if find(connection, place.id) is None:
                connection.execute(insert(site).values(**_values(place)))
                added += 1
            elif replace_existing or _only_known_by_id(connection, place.id):
                connection.execute(update(site).where(site.c.id == place.id).values(**_values(place)))
                changed += 1
            else:
                raise UsageError(f"there is a site {place.id} already; use --replace to change it")
    return added, changed


def ensure(connection: Connection, place: Site) -> None:
    """Make a site known that a scan names; an existing one stays as the operator wrote it."""
    if place.id and find(connection, place.id) is None:
        connection.execute(insert(site).values(**_values(place)))


def find(connection: Connection, site_id: str) -> Site | None:
    """The site, or None."""
    row = connection.execute(select(site).where(site.c.id == site_id)).first()
    return Site(**row._asdict()) if row else None


def get(store: Store, site_id: str) -> Site:
    """The site. Raises UsageError that names the nearest ids when there is none."""
    with store.reading() as connection:
        found = find(connection, site_id)
        if found is not None:
            return found
        ids = list(connection.execute(select(site.c.id).order_by(site.c.id)).scalars())
    known = ", ".join(ids[:8]) + (" …" if len(ids) > 8 else "")
    raise UsageError(f"there is no site {site_id!r}; known: {known or 'none yet, see `camscan sites add`'}")


def list_all(store: Store) -> list[tuple[Site, int, str]]:
    """Every site with its number of devices and the instant of its last finished scan ("" for none)."""
    devices = (
        select(identity.c.site_id, func.count().filter(identity.c.merged_into.is_(None)).label("devices"))
        .group_by(identity.c.site_id)
        .subquery()
    )
    last = (
        select(scan.c.site_id, func.max(scan.c.started).label("last"))
        .where(scan.c.state == "finished")
        .group_by(scan.c.site_id)
        .subquery()
    )
    query = (
        select(site, devices.c.devices, last.c.last)
        .outerjoin(devices, devices.c.site_id == site.c.id)
        .outerjoin(last, last.c.site_id == site.c.id)
        .order_by(site.c.id)
    )
    with store.reading() as connection:
        rows = connection.execute(query).all()
    names = [column.name for column in site.columns]
    return [
        (
            Site(**{name: getattr(row, name) for name in names}),
            row.devices or 0,
            f"{row.last:%Y-%m-%dT%H:%M:%SZ}" if row.last else "",
        )
        for row in rows
    ]


def _only_known_by_id(connection: Connection, site_id: str) -> bool:
    return find(connection, site_id) == Site(site_id)


def _values(place: Site) -> dict[str, object]:
    return {column.name: getattr(place, column.name) for column in site.columns}
