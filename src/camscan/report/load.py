"""JSON Lines → Inventory: reads what `jsonl` wrote, and says what is missing from a file cut short.

Rules: an unknown key or line type is ignored (a newer camscan wrote it), an unknown schema version is
refused, a last line without its newline is dropped with a warning, anything else wrong is a
FileFormatError that names file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import msgspec

from camscan.errors import FileFormatError
from camscan.model.device import Device, Kind
from camscan.model.finding import Finding
from camscan.model.inventory import SCHEMA_VERSION, Coverage, Inventory, Scan, Site
from camscan.model.observation import Observation
from camscan.report.collection import collection_paused
from camscan.report.sharing import Sharing

CUT_SHORT = "the file has no final coverage line: the run that wrote it was cut short"
LINE_CUT = "the last line was cut short and is left out"

MAX_LINE_BYTES = 64 * 1024 * 1024  # what camscan writes of one device is far below

_TYPE = re.compile(rb'^\{"type":\s?"([a-z]+)"')


@dataclass(frozen=True, slots=True)
class _Typed:
    type: str


@dataclass(frozen=True, slots=True)
class ScanLine:
    """The first line: a Scan without its outcome."""

    schema_version: int
    scan_id: str
    started: datetime
    site: Site
    camscan_version: str
    scope: str
    method: str = "scan"


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """The last line: the outcome of the scan with this id."""

    scan_id: str
    coverage: Coverage
    ended: datetime | None = None


_TYPED = msgspec.json.Decoder(_Typed)
_SCAN = msgspec.json.Decoder(ScanLine)
_COVERAGE = msgspec.json.Decoder(CoverageLine)
_DEVICE = msgspec.json.Decoder(Device)
_OBSERVATION = msgspec.json.Decoder(Observation)
_FINDING = msgspec.json.Decoder(Finding)
_SITE = msgspec.json.Decoder(Site)
_KINDS = frozenset(Kind)


def load(path: Path) -> Inventory:
    """The inventory in a JSON Lines file. Raises FileFormatError (file and line named), OSError."""
    with path.open("rb") as stream:
        return read(iter(lambda: stream.readline(MAX_LINE_BYTES + 1), b""), str(path))


def read(lines: Iterable[bytes], name: str = "inventory") -> Inventory:
    """The inventory in these lines (newlines kept); `name` is what an error calls the file."""
    with collection_paused():
        return _read(lines, name)


def _read(lines: Iterable[bytes], name: str) -> Inventory:
    parts = _Parts()
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE_BYTES:
            raise FileFormatError(f"{name}, line {number}: longer than {MAX_LINE_BYTES >> 20} MB")
        if not line.strip():
            continue
        try:
            parts.take(line)
        except RecursionError:
            raise FileFormatError(f"{name}, line {number}: nested too deeply") from None
        except (msgspec.DecodeError, ValueError) as fault:
            if not line.endswith(b"\n") and not isinstance(fault, msgspec.ValidationError):
                parts.warnings.append(LINE_CUT)
                continue
            raise FileFormatError(f"{name}, line {number}: {fault}") from None
    return parts.inventory(name)


@dataclass(slots=True)
class _Parts:
    scans: dict[str, Scan] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    sites: list[Site] = field(default_factory=list)
    devices: dict[str, Device] = field(default_factory=dict)
    observations: list[Observation] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    sharing: Sharing = field(default_factory=Sharing)

    def take(self, line: bytes) -> None:
        found = _TYPE.match(line)
        kind = found.group(1).decode("ascii") if found else _TYPED.decode(line).type
        match kind:
            case "device":
                device = _checked(_DEVICE.decode(line))
                self.sharing.device(device)
                self.devices[device.device_id] = device  # a later line about one device replaces the earlier
            case "observation":
                self.observations.append(_OBSERVATION.decode(line))
            case "finding":
                finding = _FINDING.decode(line)
                self.sharing.finding(finding)
                self.findings.append(finding)
            case "site":
                self.sites.append(_SITE.decode(line))
            case "scan":
                self._start(_SCAN.decode(line))
            case "coverage":
                self._end(_COVERAGE.decode(line))

    def _start(self, line: ScanLine) -> None:
        if line.schema_version != SCHEMA_VERSION:
            raise ValueError(
                f"schema_version {line.schema_version}, this camscan reads {SCHEMA_VERSION}; update camscan"
            )
        self.scans[line.scan_id] = Scan(
            scan_id=line.scan_id,
            site=line.site,
            started=line.started,
            ended=None,
            camscan_version=line.camscan_version,
            scope_text=line.scope,
            coverage=Coverage(targets=0, responders=0),
            method=line.method,
        )

    def _end(self, line: CoverageLine) -> None:
        scan = self.scans.get(line.scan_id)
        if scan is None:
            raise ValueError(f"coverage of {line.scan_id!r} without its scan line before it")
        self.scans[line.scan_id] = replace(scan, ended=line.ended, coverage=line.coverage)
        self.ended.add(line.scan_id)

    def inventory(self, name: str) -> Inventory:
        if not self.scans:
            raise FileFormatError(f'{name}: no line of type "scan"; is it an inventory camscan wrote?')
        first, *others = (self._finished(scan) for scan in self.scans.values())
        return Inventory(
            scan=_told(first, *self.warnings),
            devices=tuple(self.devices.values()),
            findings=tuple(self.findings),
            observations=tuple(self.observations),
            sites=tuple(self.sites),
            scans=tuple(others),
        )

    def _finished(self, scan: Scan) -> Scan:
        if scan.scan_id in self.ended:
            return scan
        cut = replace(scan.coverage, complete=False, interrupted=True, responders=len(self.devices))
        return _told(replace(scan, coverage=cut), CUT_SHORT)


def _told(scan: Scan, *warnings: str) -> Scan:
    coverage = replace(scan.coverage, warnings=(*scan.coverage.warnings, *warnings))
    return replace(scan, coverage=coverage)


def _checked(device: Device) -> Device:
    if not device.addresses:
        raise ValueError("a device without an address")
    kind = device.value("kind")
    if kind and kind not in _KINDS:
        raise ValueError(f"{kind[:60]!r} is no device kind; known: {', '.join(Kind)}")
    for name, claim in device.claims.items():
        if not 0 <= claim.confidence <= 1:
            raise ValueError(f"the confidence of {name[:60]!r} is {claim.confidence:g}, not 0 to 1")
    return device
