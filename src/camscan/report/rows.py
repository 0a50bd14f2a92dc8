"""The one flattening of devices into rows; every format takes its columns from here.

Rules: one row per device; cells hold the device's own text, each writer makes it harmless for its
reader; the first nineteen columns and their order are a promise (docs/columns.md, golden test).
Add a column: one `Column` line below, then `python -m camscan.report.reference`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

from msgspec import Struct

from camscan.errors import UsageError
from camscan.model.device import CAMERA_KINDS, Device, Kind
from camscan.model.finding import Finding, Verdict
from camscan.model.inventory import Inventory, Site
from camscan.report.evidence_text import words_behind
from camscan.report.relation import relation

ADVISORY = "advisory"
_MATCHES = Verdict.MATCHES
_DEVICE_ID = attrgetter("device_id")


class Entry(Struct, frozen=True, gc=False):
    """One device with the site it stands at and what was found about it."""

    device: Device
    site: Site
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it holds (docs/columns.md prints it), how an entry fills it."""

    name: str
    about: str
    value: Callable[[Entry], str]


STANDARD_ABOUT = {
    "site": "Name of the place, or its id when it has no name.",
    "ip": "Address the device answered from; further ones are in `addresses`.",
    "mac": "Hardware address: the one seen on the wire, else the one the device claims.",
    "hostname": "Name in the network: reverse DNS, mDNS or what the device says.",
    "device_type": "camera, recorder, encoder, intercom, access-terminal or camera-like-unknown.",
    "brand": "Whose label the device wears; empty when unknown.",
    "manufacturer": "Who built it; empty when unknown. This is what policies ask about.",
    "model": "Model as the device says it.",
    "firmware": "Firmware version as the device says it.",
    "serial": "Serial number as the device says it; copies of one product can share one.",
    "confidence": "How sure the manufacturer is, 0.00 to 1.00; of the type when no manufacturer is known.",
    "policies": "Policy ids the device matches; in brackets what is not certain: to be checked, question.",
    "advisories": "Advisories for its firmware; `KEV`: CISA lists it as exploited; in brackets what is open.",
    "open_ports": "TCP ports found open, separated by blanks.",
    "discovered_by": "Probes and imports that the device answered.",
    "evidence": "The strongest words behind maker, brand, model and type; all of them are in the JSONL.",
    "first_seen": "UTC instant of the first observation.",
    "last_seen": "UTC instant of the latest observation.",
    "device_id": "Stable id of the device across scans.",
}


def standard_row(entry: Entry) -> list[str]:
    """The nineteen standard cells; in one function because a report calls it 100,000 times."""
    device, site, findings = entry.device, entry.site, entry.findings
    claims = device.claims
    kind, brand, maker = claims.get("kind"), claims.get("brand"), claims.get("manufacturer")
    model, firmware, serial = claims.get("model"), claims.get("firmware"), claims.get("serial")
    sure = maker or kind
    policies, advisories = _met(findings) if findings else ("", "")
    return [
        site.name or site.id,
        device.addresses[0],
        shown_mac(device),
        device.hostname,
        kind.value if kind else Kind.UNKNOWN.value,
        brand.value if brand else "",
        maker.value if maker else "",
        model.value if model else "",
        firmware.value if firmware else "",
        serial.value if serial else "",
        two_decimals(sure.confidence) if sure else "0.00",
        policies,
        advisories,
        _numbers(device.open_ports),
        _joined(device.discovered_by),
        words_behind((maker, brand, model, firmware, serial, kind)),
        instant(device.first_seen),
        instant(device.last_seen),
        device.device_id,
    ]


@lru_cache(maxsize=4096)
def instant(at: datetime | None) -> str:
    """`2026-11-24T06:02:11Z`, or "" for None."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else ""


@lru_cache(maxsize=4096)
def two_decimals(number: float) -> str:
    """`0.97`"""
    return f"{number:.2f}"


def shown_mac(device: Device) -> str:
    """The hardware address the wire showed, else the first one claimed, else ""."""
    for seen in device.macs:
        if seen.observed:
            return seen.mac
    return device.macs[0].mac if device.macs else ""


def hedged(finding: Finding) -> str:
    """The policy id or CVE; anything but a match carries its reservation: `ndaa-889-a (to be checked)`."""
    name = finding.regime
    if name == ADVISORY:
        name = finding.reference + (" KEV" if finding.known_exploited else "")
    if finding.verdict is _MATCHES:
        return name
    return f"{name} ({finding.verdict.value.replace('-', ' ')})"


def _met(findings: tuple[Finding, ...]) -> tuple[str, str]:
    """The cells `policies` and `advisories`, in one pass; a name said twice is written once."""
    policies: dict[str, None] = {}
    advisories: dict[str, None] = {}
    for finding in findings:
        if finding.regime == ADVISORY:
            advisories[hedged(finding)] = None
        else:
            policies[finding.regime if finding.verdict is _MATCHES else hedged(finding)] = None
    return "; ".join(policies), "; ".join(advisories)


@lru_cache(maxsize=4096)
def _numbers(numbers: tuple[int, ...]) -> str:
    return " ".join(map(str, numbers))


@lru_cache(maxsize=4096)
def _joined(texts: tuple[str, ...]) -> str:
    return "; ".join(texts)


def _standard(index: int) -> Callable[[Entry], str]:
    return lambda entry: standard_row(entry)[index]


STANDARD = tuple(
    Column(name, about, _standard(index)) for index, (name, about) in enumerate(STANDARD_ABOUT.items())
)
STANDARD_NAMES = tuple(STANDARD_ABOUT)


def _claim(name: str) -> Callable[[Entry], str]:
    return lambda entry: entry.device.value(name)


def _claim_confidence(name: str) -> Callable[[Entry], str]:
    def value(entry: Entry) -> str:
        claim = entry.device.claims.get(name)
        return two_decimals(claim.confidence) if claim else ""

    return value


def _claimed_macs(entry: Entry) -> str:
    return "; ".join(seen.mac for seen in entry.device.macs if not seen.observed)


def _sensitive(entry: Entry) -> str:
    return {None: "", True: "yes", False: "no"}[entry.site.sensitive]


FURTHER = (
    Column("organisation", "Organisation that runs the site.", lambda e: e.site.organisation),
    Column("department", "Department or agency inside the organisation.", lambda e: e.site.department),
    Column("site_id", "Id of the site.", lambda e: e.site.id),
    Column("owner", "Who owns the site: own or landlord.", lambda e: e.site.owner),
    Column(
        "sensitive", "Whether the operator calls the site sensitive: yes, no or empty (not said).", _sensitive
    ),
    Column("zone", "Network segment the device was found in.", lambda e: e.device.zone),
    Column("addresses", "Every address of the device.", lambda e: "; ".join(e.device.addresses)),
    Column("claimed_macs", "Hardware addresses a payload claims and the wire did not show.", _claimed_macs),
    Column(
        "relation",
        "Of label and manufacturer: own, subsidiary, relabel; unknown when either is unknown.",
        lambda e: relation(e.device),
    ),
    Column("brand_confidence", "How sure the brand is, 0.00 to 1.00.", _claim_confidence("brand")),
    Column("type_confidence", "How sure the device type is, 0.00 to 1.00.", _claim_confidence("kind")),
    Column("firmware_date", "Build date of the firmware.", _claim("firmware_date")),
    Column("manufactured", "When the device was built, read from its serial number.", _claim("manufactured")),
    Column("hardware_id", "Hardware revision or id.", _claim("hardware_id")),
    Column("channels", "Number of video channels (recorders and encoders).", _claim("channels")),
    Column("location", "Where the device says it is.", _claim("location")),
    Column("status", "Register status: active, missing, decommissioned, removed.", lambda e: e.device.status),
    Column(
        "flags",
        "Warnings from a closed list (docs/inventory-format.md).",
        lambda e: "; ".join(e.device.flags),
    ),
    Column("notes", "Remarks for people, weak leads included.", lambda e: "; ".join(e.device.notes)),
)

COLUMNS = {column.name: column for column in (*STANDARD, *FURTHER)}


def choose(names: Iterable[str] | None) -> tuple[Column, ...]:
    """The columns of these names in this order; None is the standard nineteen.

    A name with a leading "+" is added to the standard ones. Raises UsageError listing the known names.
    """
    wanted = [name.strip() for name in names or () if name.strip()]
    if not wanted:
        return STANDARD
    if all(name.startswith("+") for name in wanted):
        wanted = [*STANDARD_NAMES, *(name[1:] for name in wanted)]
    for name in wanted:
        if name not in COLUMNS:
            raise UsageError(f"no column {name!r}; known columns: {', '.join(COLUMNS)}")
    return tuple(COLUMNS[name] for name in dict.fromkeys(wanted))


def sites_of(inventory: Inventory) -> dict[str, Site]:
    """Site id → Site; "" is the scan's own site."""
    own = inventory.scan.site
    scanned = (scan.site for scan in inventory.scans)
    return {"": own, **{site.id: site for site in (*scanned, *inventory.sites, own)}}


def entries(inventory: Inventory, *, everything: bool = False) -> Iterator[Entry]:
    """The devices a report lists, in the inventory's order; with `everything` also what is no camera."""
    sites = sites_of(inventory)
    found = _by_device(inventory.findings)
    for device in inventory.devices:
        kind = device.claims.get("kind")
        if not everything and (kind is None or kind.value not in CAMERA_KINDS):
            continue
        site = sites.get(device.site) or Site(id=device.site)
        yield Entry(device, site, found(device.device_id))


def _by_device(findings: Sequence[Finding]) -> Callable[[str], tuple[Finding, ...]]:
    """Device id → its findings. Of findings on disk only the places are held: those of a device stand
    together, so that one run, rarely a few, are all of them."""
    if isinstance(findings, tuple):
        found: dict[str, tuple[Finding, ...]] = {}
        for device_id, together in groupby(findings, _DEVICE_ID):
            found[device_id] = found.get(device_id, ()) + tuple(together)
        return lambda device_id: found.get(device_id, ())
    runs: dict[str, tuple[tuple[int, int], ...]] = {}
    place = 0
    for device_id, together in groupby(findings, _DEVICE_ID):
        end = place + sum(1 for _ in together)
        runs[device_id] = (*runs.get(device_id, ()), (place, end))
        place = end
    return lambda device_id: tuple(
        finding for first, last in runs.get(device_id, ()) for finding in findings[first:last]
    )


def rows(listed: Iterable[Entry], columns: Sequence[Column] = STANDARD) -> Iterator[list[str]]:
    """One list of cells per entry, in the order of `columns`; text not yet neutralised."""
    if tuple(columns) == STANDARD:
        yield from map(standard_row, listed)
        return
    further = [column for column in columns if column not in STANDARD]
    places = {column.name: place for place, column in enumerate((*STANDARD, *further))}
    order = [places[column.name] for column in columns]
    for entry in listed:
        # The standard cells are made together: asked for one by one, each would make all nineteen.
        cells = standard_row(entry)
        cells += [column.value(entry) for column in further]
        yield [cells[place] for place in order]
