"""A national audit that never happened: 913 devices, 250 sites, 20 organisations, and the truth about them.

The truth is a list of plain `Unit`s made first; the inventory is made from it. Tests count the units with
their own few lines and compare with what a report says.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from camscan.model.device import Claim, Device, Evidence, MacAddress
from camscan.model.exchange import Outcome
from camscan.model.finding import Finding, Verdict
from camscan.model.inventory import Coverage, Inventory, ProbeCoverage, Scan, Site
from camscan.model.observation import Observation

STARTED = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)

ORGANISATIONS = (
    "Agriculture", "Attorney-General", "Audit Office", "Climate and Energy", "Communications", "Defence",
    "Education", "Employment", "Finance", "Foreign Affairs", "Health", "Home Affairs", "Industry",
    "Infrastructure", "National Library", "Parliamentary Services", "Social Services", "Treasury",
    "Veterans", "Water",
)  # fmt: skip

# (brand, maker, relation, IEEE prefix, model, firmware, kind, share)
PRODUCTS = (
    ("Hikvision", "Hikvision", "own", "44:19:b6", "DS-2CD2143G0-I", "V5.6.3 build 190923", "camera", 24),
    ("Hikvision", "Hikvision", "own", "c0:56:e3", "DS-7616NI-K2", "V4.30.005 build 200922", "recorder", 6),
    ("Hikvision", "Hikvision", "own", "44:19:b6", "DS-KV6113-WPE1", "V2.2.53 build 221025", "intercom", 3),
    ("HiLook", "Hikvision", "own", "bc:ad:28", "IPC-B140H", "V5.5.82 build 190220", "camera", 3),
    ("LTS", "Hikvision", "relabel", "54:c4:15", "CMIP3142-28", "V5.4.5 build 170124", "camera", 6),
    ("Dahua", "Dahua", "own", "3c:ef:8c", "IPC-HDBW4431R-ZS", "2.800.0000016.0.R", "camera", 14),
    ("Dahua", "Dahua", "own", "90:02:a9", "NVR5216-16P-4KS2E", "4.001.0000005.1", "recorder", 4),
    ("Lorex", "Dahua", "relabel", "00:1f:54", "LNB8005", "2.460.0000.14.R", "camera", 4),
    ("Amcrest", "Dahua", "relabel", "9c:8e:cd", "IP8M-2496E", "2.800.00AC006.0.R", "camera", 3),
    ("Axis", "Axis", "own", "ac:cc:8e", "P3245-LVE", "10.12.153", "camera", 12),
    ("Axis", "Axis", "own", "00:40:8c", "M7014", "5.50.4", "encoder", 2),
    ("Uniview", "Uniview", "own", "48:ea:63", "IPC3618SR3-DPF28M", "IPC_G6202-B0014P30D1806C47", "camera", 4),
    ("Hanwha", "Hanwha", "own", "00:09:18", "XNV-8080R", "1.41.02_20200828", "camera", 4),
    ("Bosch", "Bosch", "own", "00:07:5f", "FLEXIDOME IP 4000i", "7.87.0029", "camera", 3),
    ("", "", "unknown", "", "", "", "camera-like-unknown", 6),
)  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """What is true of one device."""

    number: int
    organisation: str
    department: str
    site: str
    brand: str
    maker: str
    relation: str
    model: str
    firmware: str
    kind: str
    status: str
    serial: str
    mac: str
    ip: str
    confidence: float


@dataclass(frozen=True)
class Audit:
    """The truth, and the inventory a tool would have written of it."""

    units: tuple[Unit, ...]
    unreachable_sites: tuple[str, ...]
    inventory: Inventory


def audit(devices: int = 913, sites: int = 250, *, seed: int = 20230209) -> Audit:
    """The same audit each time; one in 50 sites could not be reached."""
    chance = random.Random(seed)
    places = tuple(
        Site(
            id=f"site-{n:03}",
            name=f"{('Office', 'Laboratory', 'Depot', 'Court', 'Archive')[n % 5]} {n}",
            organisation=ORGANISATIONS[n % 20],
            department=f"{ORGANISATIONS[n % 20]} {('Operations', 'Policy', 'Field')[n // 20 % 3]}",
            owner="landlord" if n % 7 == 3 else "own",
            sensitive=(None, False, True)[n % 3],
            networks=(f"10.{n}.0.0/16",),
        )
        for n in range(sites)
    )
    unreachable = tuple(place.id for place in places[49::50])
    reached = [place for place in places if place.id not in unreachable]
    shares = [product[-1] for product in PRODUCTS]
    units = []
    for n in range(devices):
        # Every site reached has at least one device, so that the number of sites is known in advance.
        place = reached[n] if n < len(reached) else chance.choice(reached)
        brand, maker, relation, prefix, model, firmware, kind, _ = chance.choices(PRODUCTS, shares)[0]
        tail = f"{n >> 16 & 255:02x}:{n >> 8 & 255:02x}:{n & 255:02x}"
        units.append(
            Unit(
                number=n,
                organisation=place.organisation,
                department=place.department,
                site=place.id,
                brand=brand,
                maker=maker,
                relation=relation,
                model=model,
                firmware=firmware,
                kind=kind,
                status=chance.choices(("active", "decommissioned", "removed"), (90, 6, 4))[0],
                serial=f"{model}{20170101 + n % 28}AAWR{n:09}" if model else "",
                mac=f"{prefix or '02:00:5e'}:{tail}",
                ip=f"10.{int(place.id[5:]) % 256}.{n >> 8 & 255}.{n & 255}",
                confidence=chance.choice((0.99, 0.97, 0.93)) if maker else 0.0,
            )
        )
    scan = Scan(
        scan_id="audit-2026-11",
        site=Site(id="register", name="All sites"),
        started=STARTED,
        ended=STARTED + timedelta(hours=9, minutes=12),
        camscan_version="0.1.0",
        scope_text="register of 250 sites",
        coverage=_coverage(sites, len(unreachable), devices),
    )
    scans = tuple(_unreachable_scan(place) for place in places if place.id in unreachable)
    made = tuple(_device(unit) for unit in units)
    findings = tuple(finding for unit in units for finding in _findings(unit))
    observations = tuple(_observation(unit) for unit in units[:40])
    inventory = Inventory(scan, made, findings, observations, sites=places, scans=scans)
    return Audit(tuple(units), unreachable, inventory)


def device_id(unit: Unit) -> str:
    return f"d{unit.number:07}"


def _coverage(sites: int, lost: int, devices: int) -> Coverage:
    return Coverage(
        targets=sites * 254,
        responders=devices * 3,
        probes=(
            ProbeCoverage(
                "ws-discovery", {Outcome.ANSWERED: devices // 2, Outcome.SILENT: sites * 254 - devices // 2}
            ),
            ProbeCoverage(
                "dhip",
                {Outcome.ANSWERED: devices // 5, Outcome.NOT_RUN: lost * 254},
                ("not run: UDP port 37810 in use on eth1",),
            ),
        ),
        warnings=("5 sites had no sensor and were not reached",),
        complete=False,
    )


def _unreachable_scan(place: Site) -> Scan:
    why = (f"segment {place.networks[0]} is unreachable: no route",)
    return Scan(
        scan_id=f"audit-2026-11-{place.id}",
        site=place,
        started=STARTED,
        ended=STARTED + timedelta(minutes=1),
        camscan_version="0.1.0",
        scope_text=place.networks[0],
        coverage=Coverage(targets=254, responders=0, warnings=why, complete=False),
    )


def _observation(unit: Unit) -> Observation:
    return Observation(
        ip=unit.ip,
        source="sadp",
        fields={"sadp.device_sn": (unit.serial or "?",), "mac.claimed": (unit.mac,)},
        at=STARTED,
        digest=f"{unit.number:016x}",
        port=37020,
    )


def _evidence(unit: Unit, field: str, value: str, says: str, rule: str = "maker.device-sn") -> Evidence:
    return Evidence(
        rule=rule,
        field=field,
        value=value,
        source="sadp",
        port=37020,
        digest=f"{unit.number:016x}",
        at=STARTED,
        family="vendor-protocol" if rule[0] != "<" else "oui",
        weight=0.95 if rule[0] != "<" else 0.6,
        says=says,
    )


def _device(unit: Unit) -> Device:
    claims = {"kind": Claim(unit.kind, 0.9, (_evidence(unit, "sadp.device_type", "IPC", unit.kind),))}
    if unit.maker:
        claims["brand"] = Claim(unit.brand, 0.95, (_evidence(unit, "http.title", unit.brand, unit.brand),))
        claims["manufacturer"] = Claim(
            unit.maker,
            unit.confidence,
            (
                _evidence(unit, "sadp.device_sn", unit.serial, unit.maker),
                _evidence(unit, "mac.observed", unit.mac, unit.maker, "<ieee-prefix>"),
            ),
        )
        if unit.brand == "HiLook":  # a second brand of the maker's own: only the table of brands tells
            claims["relation"] = Claim("own-brand", 0.95)
        for name, value in (("model", unit.model), ("firmware", unit.firmware), ("serial", unit.serial)):
            claims[name] = Claim(value, 0.95, (_evidence(unit, f"sadp.{name}", value, value),))
    if unit.kind == "recorder":
        claims["channels"] = Claim("16", 0.95)
    return Device(
        device_id=device_id(unit),
        addresses=(unit.ip,),
        site=unit.site,
        macs=(MacAddress(unit.mac, True, "neighbour"),),
        hostname=f"cam-{unit.number}.{unit.site}.example",
        claims=claims,
        open_ports=(80, 554, 8000),
        discovered_by=("sadp", "ws-discovery", "http"),
        flags=("hidden-cameras",) if unit.kind == "recorder" and unit.number % 2 else (),
        first_seen=STARTED,
        last_seen=STARTED + timedelta(minutes=5),
        identity_keys=(f"serial:{unit.serial}",) if unit.serial else (f"mac:{unit.mac}",),
        status=unit.status,
    )


def _findings(unit: Unit) -> list[Finding]:
    found = []
    basis = f'sadp: device_sn "{unit.serial}"'
    if unit.maker in ("Hikvision", "Dahua"):
        for regime, reference in (("ndaa-889-a", "s.889(a)(1)(A)"), ("ndaa-889-b", "s.889(a)(1)(B)")):
            found.append(
                Finding(
                    device_id(unit), regime, reference, Verdict.MATCHES,
                    f"Matches {regime} because the maker is {unit.maker} on evidence {basis} "
                    f"(confidence {unit.confidence:.2f}).",
                    basis, unit.confidence, "Pub. L. 115-232, s.889", date(2020, 8, 13), action="disclose",
                )
            )  # fmt: skip
    if not unit.maker:
        found.append(
            Finding(
                device_id(unit), "ndaa-889-a", "s.889(a)(1)(A)", Verdict.TO_BE_CHECKED,
                "The maker is not known; look at the device.", "no evidence of a maker", 0.0,
                "Pub. L. 115-232, s.889(f)(3)", date(2019, 8, 13), action="check-maker",
            )
        )  # fmt: skip
    if unit.model == "CMIP3142-28":
        found.append(
            Finding(
                device_id(unit), "advisory", "CVE-2017-7921", Verdict.CANNOT_BE_DECIDED,
                "The firmware is a relabelled build; the notice gives no cut-off for it.", unit.firmware,
                unit.confidence, "CISA ICSA-17-124-01", None, True, "update-firmware",
            )
        )  # fmt: skip
    return found
