"""Inventory → JSON Lines shaped after the Elastic Common Schema: one event per device.

Source: ECS 8.11 field reference (host, observer, organization, event, vulnerability). What ECS has no
field for stands under `camscan`, as ECS asks of custom fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from camscan.model.inventory import Inventory, Scan
from camscan.report.jsonl import dumps
from camscan.report.relation import relation
from camscan.report.rows import ADVISORY, Entry, entries, hedged, shown_mac

ECS_VERSION = "8.11.0"


def render(inventory: Inventory) -> bytes:
    """The whole file."""
    return b"".join(pieces(inventory))


def pieces(inventory: Inventory) -> Iterator[bytes]:
    """The file line by line."""
    return (dumps(event(entry, inventory.scan)) + b"\n" for entry in entries(inventory))


def event(entry: Entry, scan: Scan) -> dict[str, object]:
    """One ECS document; absent values are left out, MAC addresses written AA-BB-CC-DD-EE-FF (RFC 7042)."""
    device, site, findings = entry.device, entry.site, entry.findings
    seen: datetime = device.last_seen or scan.ended or scan.started
    advisories = [finding for finding in findings if finding.regime == ADVISORY]
    value = device.value
    document: dict[str, object] = {
        "@timestamp": seen,
        "ecs": {"version": ECS_VERSION},
        "event": {
            "kind": "asset",
            "category": ["host"],
            "type": ["info"],
            "module": "camscan",
            "dataset": "camscan.device",
            "id": f"{scan.scan_id}/{device.device_id}",
        },
        "host": _present(
            id=device.device_id,
            ip=[address.partition("%")[0] for address in device.addresses],
            mac=[mac.mac.upper().replace(":", "-") for mac in device.macs],
            hostname=device.hostname,
            type=value("kind"),
            geo=_present(name=site.name or site.id),
        ),
        "device": _present(
            id=shown_mac(device),
            manufacturer=value("manufacturer"),
            model=_present(identifier=value("model"), name=value("model")),
            serial_number=value("serial"),
        ),
        "observer": _present(product="camscan", type="scanner", version=scan.camscan_version),
        "organization": _present(name=site.organisation),
        "camscan": _present(
            site=site.id,
            brand=value("brand"),
            relation=relation(device),
            firmware=value("firmware"),
            confidence=round(device.confidence, 4),
            open_ports=list(device.open_ports),
            discovered_by=list(device.discovered_by),
            flags=list(device.flags),
            policies=[hedged(finding) for finding in findings if finding.regime != ADVISORY],
        ),
    }
    if advisories:
        document["vulnerability"] = {
            "id": [finding.reference for finding in advisories],
            "scanner": {"vendor": "camscan"},
        }
    return {name: part for name, part in document.items() if part}


def _present(**fields: object) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value not in ("", [], {}, None)}
