"""Devices, sites and inventories for the audit tests, and the policies that camscan ships."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from camscan.audit import examine
from camscan.catalog import Catalog, load
from camscan.model.device import Claim, Device, Evidence
from camscan.model.finding import Finding
from camscan.model.inventory import Coverage, Inventory, Scan, Site

AT = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)


def evidence(field: str, value: str, says: str, weight: float = 0.95) -> Evidence:
    return Evidence("hikvision.serial", field, value, "sadp", 37020, "00ff", AT, "sadp", weight, says)


def make_device(
    maker: str = "",
    confidence: float = 0.97,
    *,
    brand: str = "",
    kind: str = "camera",
    against: str = "",
    notes: tuple[str, ...] = (),
    site: str = "",
    **claims: str,
) -> Device:
    held = {"kind": Claim(kind, 0.9)} if kind else {}
    if maker:
        rivals = (evidence("http.title", against, against, 0.7),) if against else ()
        held["manufacturer"] = Claim(
            maker, confidence, (evidence("sadp.device_sn", "DS-2CD-SERIAL", maker),), rivals
        )
    if brand:
        held["brand"] = Claim(brand, 0.95, (evidence("http.title", brand, brand),))
    for name, value in claims.items():
        held[name] = Claim(value, 0.95, (evidence(f"sadp.{name}", value, value),))
    return Device("d1", ("10.0.3.17",), site=site, claims=held, notes=notes)


def make_inventory(*devices: Device, sensitive: bool | None = None) -> Inventory:
    site = Site("hq", sensitive=sensitive)
    scan = Scan("s1", site, AT, None, "0.1.0", "10.0.0.0/16", Coverage(1, 1))
    return Inventory(scan, devices)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load(cache=False)


@pytest.fixture(scope="session")
def device() -> Callable[..., Device]:
    return make_device


@pytest.fixture(scope="session")
def inventory() -> Callable[..., Inventory]:
    return make_inventory


Examined = Callable[..., dict[str, Finding]]


@pytest.fixture
def policy_findings(catalog: Catalog) -> Examined:
    """Findings of one device by regime, under every policy that camscan ships."""

    def examined(
        device: Device, *, sensitive: bool | None = None, today: date = date(2026, 11, 23)
    ) -> dict[str, Finding]:
        found = examine(make_inventory(device, sensitive=sensitive), catalog.policies, (), today=today)
        assert len({finding.regime for finding in found}) == len(found)
        return {finding.regime: finding for finding in found}

    return examined


@pytest.fixture
def advisory_findings(catalog: Catalog) -> Callable[[Device], dict[str, Finding]]:
    """Findings of one device by CVE or group, under every advisory that camscan ships."""

    def examined(device: Device) -> dict[str, Finding]:
        return {found.reference: found for found in examine(make_inventory(device), (), catalog.advisories)}

    return examined
