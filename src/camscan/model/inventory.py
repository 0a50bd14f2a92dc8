"""`Site`, `Coverage`, `Scan`, `Inventory`: a named place, what one run reached, and what was there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from camscan.model.device import Device
from camscan.model.exchange import Outcome
from camscan.model.finding import Finding
from camscan.model.observation import Observation

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Site:
    """A named place; columns follow the published audits (facts/audit.md, section 5)."""

    id: str
    name: str = ""
    organisation: str = ""
    department: str = ""
    address: str = ""
    address_withheld: bool = False
    owner: str = ""  # own | landlord
    sensitive: bool | None = None
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProbeCoverage:
    """How one probe ended over all targets: outcome → number of targets, and the reasons in words."""

    probe: str
    outcomes: Mapping[Outcome, int]
    reasons: tuple[str, ...] = ()  # "not run: UDP port 5050 in use on eth0"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was asked, reached, refused, not run, and why. complete is False when anything in scope
    could not be asked (exit code 3)."""

    targets: int
    responders: int
    probes: tuple[ProbeCoverage, ...] = ()
    warnings: tuple[str, ...] = ()  # one line each, for people
    complete: bool = True
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Scan:
    """One run at one site. method: "scan", "listen", "import"; scope_text: what the operator asked."""

    scan_id: str
    site: Site
    started: datetime
    ended: datetime | None
    camscan_version: str
    scope_text: str
    coverage: Coverage
    method: str = "scan"


@dataclass(frozen=True, slots=True)
class Inventory:
    """The devices of a scan (or of a register at a time), with findings and what they rest on.

    sites: every place a Device.site may name besides scan.site; scans: the other runs a register rests on.
    """

    scan: Scan
    devices: Sequence[Device]  # a tuple, but for thousands, which are read from disk
    findings: Sequence[Finding] = ()  # the same; a device's findings stand together
    observations: Sequence[Observation] = field(default=(), repr=False)  # the same
    sites: tuple[Site, ...] = ()
    scans: tuple[Scan, ...] = ()
