"""Files of other tools to an inventory: read, place, identify. Nothing is asked of any network.

Rules: every file is read as far as it goes, and what was not read is in the coverage; a file nobody
recognises is a fault beside others and an error alone; with `interesting_only` files are read twice, first
for which hosts may be cameras, so that millions of others cost no memory.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import camscan
from camscan.catalog import Catalog
from camscan.errors import FileFormatError, UsageError
from camscan.imports.kinds import FileKind
from camscan.imports.lines import port_of
from camscan.imports.notes import Found, Notes, Unplaced
from camscan.imports.opening import opened
from camscan.imports.traffic import Traffic
from camscan.match.resolve import Identifier
from camscan.match.steady import SteadyIdentifier
from camscan.model.device import CAMERA_KINDS, Device, Kind
from camscan.model.exchange import Outcome
from camscan.model.inventory import Coverage, Inventory, ProbeCoverage, Scan, Site
from camscan.net.capture import read_capture
from camscan.net.clock import utc_now
from camscan.probes.ports import CAMERA_PORTS
from camscan.survey.gathering import Gathering
from camscan.survey.shelf import MANY_DEVICES, on_disk
from camscan.wire.frame import Frame

Keep = Callable[[Iterable[Device]], Sequence[Device]]

MANY_HOSTS = 200_000
_MAX_REMEMBERED = 100_000
_COMMON_PORTS = frozenset({80, 81, 82, 83, 88, 443, 1935, 5000, 8000, 8080, 8443, 8800, 9000, 10000, 49152})
TELLING_PORTS = frozenset(each.port for each in CAMERA_PORTS) - _COMMON_PORTS
"""Open ports that by themselves make a host worth keeping: cameras listen there, little else does."""


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to read. mapping: role or field → column name for CSV files; allow_public: keep what captures
    show of public addresses."""

    paths: tuple[Path, ...]
    site: Site = field(default_factory=lambda: Site(""))
    mapping: Mapping[str, str] = field(default_factory=dict)
    interesting_only: bool = False
    allow_public: bool = False


@dataclass(slots=True)
class _Told:
    """What reading left to say, by kind of file."""

    warnings: list[str] = field(default_factory=list)
    records: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)


def import_files(
    request: ImportRequest, catalog: Catalog, tell: Callable[[str], None] = lambda _: None
) -> Inventory:
    """The devices these files show. tell hears one line as each file is begun.

    Raises UsageError when not one file can be read, OSError when one cannot be opened.
    """
    started = utc_now()
    told = _Told()
    identifier = SteadyIdentifier(catalog, told.warnings.append)
    wanted = _Interesting(identifier, request, catalog, tell).hosts() if request.interesting_only else None
    gathering = Gathering()
    for found in _everything(request, catalog.fields, told, tell):
        if wanted is None or _key(found) in wanted:
            gathering.add(found)
    if len(told.unreadable) == len(request.paths):
        raise UsageError("; ".join(told.unreadable))
    homeless = gathering.place()
    keep: Keep = on_disk if len(gathering) > MANY_DEVICES else tuple
    devices = identifier.identify_pages(
        gathering.addresses(), gathering.page, site=request.site.id, keep=keep
    )
    observations = gathering.observations()
    if wanted is not None:
        devices = keep(device for device in devices if _may_be_camera(device))
        observations = gathering.observations({ip for device in devices for ip in device.addresses})
    told.warnings += _about(gathering, homeless, identifier, request)
    return Inventory(
        scan=Scan(
            scan_id=uuid.uuid4().hex[:12],
            site=request.site,
            started=started,
            ended=utc_now(),
            camscan_version=camscan.__version__,
            scope_text=", ".join(path.name for path in request.paths),
            coverage=_coverage(told, len(gathering)),
            method="import",
        ),
        devices=devices,
        observations=observations,
    )


def _everything(
    request: ImportRequest, declared: Collection[str], told: _Told, tell: Callable[[str], None]
) -> Iterator[Found]:
    """What every file says, in fields that are declared; faults go to `told`."""
    for path in request.paths:
        try:
            with opened(path, request.mapping, declared) as file:
                tell(f"reading {path}: {file.kind.about}")
                yield from _reader(file.kind, request)(file.stream, file.notes, request.mapping)
                told.warnings += file.notes.warnings()
                told.records[file.kind.name] += file.notes.records
                told.faults[file.kind.name] += file.notes.fault_count
        except FileFormatError as fault:
            text = str(fault)
            told.unreadable.append(text if str(path) in text else f"{path}: {text}")
    told.warnings += told.unreadable


def _reader(kind: FileKind, request: ImportRequest) -> Callable[..., Iterator[Found]]:
    if kind.read is not None:
        return kind.read
    return lambda stream, notes, _mapping: read_frames(
        read_capture(stream, notes.fault), notes, allow_public=request.allow_public
    )


def read_frames(frames: Iterator[Frame], notes: Notes, *, allow_public: bool = False) -> Iterator[Found]:
    """What captured frames say; what was not read goes to the notes."""
    traffic = Traffic(notes.name, allow_public=allow_public)
    for each in frames:
        notes.records += 1
        yield from traffic.read(each)
    yield from traffic.finish()
    for why, count in traffic.left_out.items():
        if why.startswith("link type"):
            notes.fault(f"{count} packets", why)
        else:
            notes.skipped[why] += count
    for probe, count in traffic.malformed.items():
        notes.skipped[f"{probe} datagrams that break their protocol"] += count
    if traffic.cut_connections:
        notes.skipped["connections read before their end, as too many were open"] += traffic.cut_connections


class _Interesting:
    """The first reading: which addresses may be cameras', by any single thing heard of them."""

    def __init__(
        self, identifier: Identifier, request: ImportRequest, catalog: Catalog, tell: Callable[[str], None]
    ) -> None:
        self._identifier = identifier
        self._request, self._declared = request, catalog.fields
        self._tell = tell
        self._known: dict[object, bool] = {}

    def hosts(self) -> set[str]:
        """Network and hardware addresses. Raises UsageError for a file that cannot be read twice."""
        for path in self._request.paths:
            if not path.is_file():
                raise UsageError(f"{path} is no regular file; --interesting-only reads files twice")
        found: set[str] = set()
        for each in _everything(self._request, self._declared, _Told(), self._tell):
            if _key(each) not in found and self._is_interesting(each):
                found.add(_key(each))
        return found

    def _is_interesting(self, found: Found) -> bool:
        seen = found.at_address("") if isinstance(found, Unplaced) else found
        ports = seen.fields.get("net.open_port", ())
        if any(port_of(port) in TELLING_PORTS for port in ports):
            return True
        small = len(seen.fields) <= 2
        mark = (seen.source, tuple(sorted(seen.fields.items()))) if small else None
        if mark in self._known:
            return self._known[mark]
        verdict = any(
            (name == "kind" and evidence.says in CAMERA_KINDS)
            or (name == "manufacturer" and not evidence.rule.startswith("<"))
            for name, evidence in self._identifier.evidence_of(seen)
        )
        if mark is not None and len(self._known) < _MAX_REMEMBERED:
            self._known[mark] = verdict
        return verdict


def _key(found: Found) -> str:
    return found.mac if isinstance(found, Unplaced) else found.ip


def _may_be_camera(device: Device) -> bool:
    if device.kind in CAMERA_KINDS:
        return True
    return device.kind is Kind.UNKNOWN and bool(TELLING_PORTS.intersection(device.open_ports))


def _about(
    gathering: Gathering, homeless: list[Unplaced], identifier: Identifier, request: ImportRequest
) -> list[str]:
    said = []
    if homeless:
        macs = {each.mac for each in homeless}
        said.append(
            f"{len(macs)} hardware addresses have no known network address and are not listed as devices: "
            "import an ARP table or DHCP leases beside them"
        )
        said += sorted({line for each in homeless if (line := _maker_of(each, identifier))})[:50]
    if gathering.shortened:
        said.append(f"{gathering.shortened} web pages were not kept whole: the files hold too many")
    if gathering.over:
        said.append(f"{gathering.over} further statements of hosts that said very much were not kept")
    if len(gathering) > MANY_HOSTS and not request.interesting_only:
        said.append(
            f"{len(gathering):,} hosts take time and memory; --interesting-only keeps likely cameras only"
        )
    return said


def _maker_of(homeless: Unplaced, identifier: Identifier) -> str:
    """A line for a hardware address that only camera makers use; "" for others."""
    seen = Unplaced(homeless.mac, homeless.source, {"mac.observed": homeless.mac}, homeless.at).at_address("")
    evidence = list(identifier.evidence_of(seen))
    if not any(name == "kind" and each.says in CAMERA_KINDS for name, each in evidence):
        return ""
    maker = next(
        (each.says for name, each in evidence if name in ("manufacturer", "brand")), "a camera maker"
    )
    where = homeless.fields.get("net.switch_port")
    return f"no address known for {homeless.mac} of {maker}" + (f" behind {where}" if where else "")


def _coverage(told: _Told, hosts: int) -> Coverage:
    rows = []
    for kind in told.records:
        outcomes = {Outcome.ANSWERED: told.records[kind]}
        if told.faults[kind]:
            outcomes[Outcome.MALFORMED] = told.faults[kind]
        rows.append(ProbeCoverage(f"import {kind}", outcomes))
    return Coverage(
        targets=hosts,
        responders=hosts,
        probes=tuple(rows),
        warnings=tuple(dict.fromkeys(told.warnings)),
        complete=not told.unreadable and not any(told.faults.values()),
    )
