"""ONVIF discovery scopes: `onvif://www.onvif.org/<category>/<value>` taken apart.

Rules: categories are compared without case, values keep theirs; broken escapes stay as sent; a scope of
another scheme (vendor extension) is kept whole and read no further. Source: facts §1.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from camscan.model.address import parse_mac
from camscan.wire.text import one_line, percent_decoded

_SCOPE = re.compile(r"onvif:/{0,2}[^/]*/([^/]+)/?(.*)", re.IGNORECASE | re.DOTALL)
# `AXIS+M2036` has a blank; `EPL-N2050+` has a plus.
_PLUS_FOR_BLANK = re.compile(r"(?<=\w)\+(?=\w)")
_MAC_CATEGORIES = frozenset({"mac", "macaddress", "mac_address"})
_SERIAL_CATEGORIES = frozenset({"serial", "serialnumber", "serial_number"})
_FIRMWARE_CATEGORIES = frozenset({"firmware", "firmwareversion", "firmware_version"})


@dataclass(frozen=True, slots=True)
class Scopes:
    """Scope values by category, in the order sent. all: every scope, percent-decoded."""

    all: tuple[str, ...]
    name: tuple[str, ...] = ()
    hardware: tuple[str, ...] = ()
    model: tuple[str, ...] = ()  # a category of no standard, sent by gSOAP sample firmware
    location: tuple[str, ...] = ()
    manufacturer: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    serial: tuple[str, ...] = ()
    firmware: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()


def parse_scopes(scopes: Iterable[str]) -> Scopes:
    """Scope URIs by category; never raises."""
    raw = [scope.strip() for scope in scopes if scope.strip()]
    by_category: dict[str, list[str]] = {}
    for scope in raw:
        found = _SCOPE.fullmatch(scope)
        if not found:
            continue
        value = _PLUS_FOR_BLANK.sub(" ", found.group(2)).rstrip("/")
        value = one_line(percent_decoded(value))
        category = percent_decoded(found.group(1)).lower()
        if value and value not in by_category.setdefault(category, []):
            by_category[category].append(value)

    def values(categories: Iterable[str]) -> tuple[str, ...]:
        return tuple(value for category in categories for value in by_category.get(category, ()))

    macs = (parse_mac(value) for value in values(sorted(_MAC_CATEGORIES)))
    return Scopes(
        all=tuple(one_line(percent_decoded(scope)) for scope in raw),
        name=values(["name"]),
        hardware=values(["hardware"]),
        model=values(["model"]),
        location=values(["location"]),
        manufacturer=values(["manufacturer"]),
        profile=values(["profile"]),
        type=values(["type"]),
        serial=values(sorted(_SERIAL_CATEGORIES)),
        firmware=values(sorted(_FIRMWARE_CATEGORIES)),
        macs=tuple(dict.fromkeys(mac for mac in macs if mac)),
    )
