"""Small inventories for the tests of the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from camscan.model.device import Claim, Device, Evidence, MacAddress
from camscan.model.finding import Finding, Verdict
from camscan.model.inventory import Coverage, Inventory, Scan, Site
from camscan.model.observation import Observation, observe
from camscan.store import recording, scans
from camscan.store.engine import Store

START = datetime(2026, 1, 4, 2, 0, tzinfo=UTC)


def device(
    name: str,
    ip: str,
    *,
    mac: str = "",
    serial: str = "",
    keys: Sequence[str] = (),
    firmware: str = "5.4.0",
    brand: str = "Hikvision",
    manufacturer: str = "Hikvision",
    model: str = "DS-2CD2142FWD",
    hostname: str = "",
) -> Device:
    """A camera with the identity the arguments give it."""
    at = START
    heard = Evidence(
        "hikvision.sadp", "sadp.desc", model, "sadp", 37020, "a" * 16, at, "sadp", 0.97, manufacturer
    )
    values = {
        "kind": "camera",
        "brand": brand,
        "manufacturer": manufacturer,
        "model": model,
        "firmware": firmware,
        "serial": serial,
    }
    identity = [f"mac:{mac}"] if mac else []
    identity += [f"serial:{serial}"] if serial else []
    return Device(
        name,
        (ip,),
        macs=(MacAddress(mac, True, "arp"),) if mac else (),
        hostname=hostname,
        claims={key: Claim(value, 0.97, (heard,)) for key, value in values.items() if value},
        open_ports=(80, 554),
        identity_keys=(*identity, *keys),
    )


def run(week: int, site: str | Site = "HQ", scope: str = "10.0.0.0/16", name: str = "") -> Scan:
    """The scan of a week, whole."""
    place = Site(site) if isinstance(site, str) else site
    coverage = Coverage(targets=254, responders=3)
    started = START + timedelta(weeks=week)
    return Scan(name or f"{place.id}-{week:02d}", place, started, None, "0.1.0", scope, coverage)


def listed(device_id: str, regime: str = "ndaa-889-a") -> Finding:
    """A finding that matches."""
    return Finding(device_id, regime, "889", Verdict.MATCHES, "made by a named maker", "sadp", 0.97, "law")


def heard(number: int) -> Observation:
    """An observation."""
    fields = {"http.server": "App-webs/", "http.title": ["a", "b"]}
    at = START + timedelta(milliseconds=number)
    return observe(f"10.0.0.{number % 250}", "http", fields, at=at, payload=bytes([number % 256]), port=80)


def keep(
    store: Store,
    scan: Scan,
    devices: Sequence[Device],
    findings: Sequence[Finding] = (),
    observations: Sequence[Observation] = (),
) -> recording.Recorded:
    """A whole scan: begun, fed, finished."""
    scans.begin_scan(store, scan)
    scans.append_observations(store, scan.scan_id, observations)
    return recording.finish_scan(store, Inventory(scan, tuple(devices), tuple(findings)))


def kinds(recorded: recording.Recorded) -> list[str]:
    """The kinds of the changes, sorted."""
    return sorted(str(each.kind) for each in recorded.changes)
