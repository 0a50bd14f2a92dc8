"""What NetBox calls things: slugs, names and texts cut to the lengths its REST API accepts.

Source: NetBox OpenAPI 4.3 and 4.7 (maxLength and pattern of the request components). Used by the CSV for
its bulk import and by the push, so that both mean the same objects.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from camscan.model.device import Device
from camscan.model.inventory import Site

MAX_NAME = 64
MAX_TYPE = 100
MAX_SERIAL = 50
MAX_DESCRIPTION = 200
ID_FIELD = "camscan_id"
TAG = "camscan"

_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Lower-case letters, digits and dashes, at most 100; text without any of them gets a digest."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    made = _NOT_SLUG.sub("-", plain).strip("-")[:90].strip("-")
    if made and plain.isascii() and len(text) <= 90:
        return made
    return f"{made}-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:8]}".strip("-")


def plain(text: str, limit: int) -> str:
    """Printable text of at most `limit` characters."""
    return "".join(ch if ch.isprintable() else " " for ch in text).strip()[:limit]


def manufacturer(device: Device) -> str:
    """Name of the manufacturer; `Unknown` is a maker of its own, never a guess."""
    return plain(device.value("manufacturer"), MAX_TYPE) or "Unknown"


def device_type(device: Device) -> str:
    """Name of the device type: the model, else the kind."""
    return plain(device.value("model"), MAX_TYPE) or f"unknown {device.value('kind') or 'device'}"


def role(device: Device) -> str:
    """Name of the device role: the kind."""
    return (device.value("kind") or "unknown").replace("-", " ")


def site_name(site: Site) -> str:
    """Name of the site, its id, or `Unnamed site`."""
    return plain(site.name, MAX_TYPE) or plain(site.id, MAX_TYPE) or "Unnamed site"


def device_name(device: Device) -> str:
    """Host name and address: unique in a site, and still readable."""
    words = plain(device.hostname, MAX_NAME - 18) or device.value("kind") or "device"
    return f"{words} {device.ip}"[:MAX_NAME]


def description(device: Device) -> str:
    """`LTS, made by Hikvision (confidence 0.97), firmware V5.4.5`"""
    brand, maker = device.value("brand") or "no label", device.value("manufacturer")
    made = f"made by {maker} (confidence {device.confidence:.2f})" if maker else "maker unknown"
    firmware = f", firmware {device.value('firmware')}" if device.value("firmware") else ""
    return plain(f"{brand}, {made}{firmware}", MAX_DESCRIPTION)


def status(device: Device) -> str:
    """NetBox's word for the register's status."""
    return {"missing": "offline", "decommissioned": "decommissioning"}.get(device.status, "active")
