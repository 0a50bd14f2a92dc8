"""`ScanRequest`: everything a scan is told, and the events it tells in return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from camscan.model.device import Device
from camscan.model.inventory import Site
from camscan.model.observation import Observation
from camscan.model.scope import Scope
from camscan.net.interfaces import Interface
from camscan.net.pace import Manners
from camscan.net.session import PortMap


@dataclass(frozen=True, slots=True)
class Login:
    """A login the operator supplied; never shown, never stored: its repr holds no secret."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the two walks over the targets had come: unicast questions sent, sweep pairs begun."""

    asked: int = 0
    swept: int = 0


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What to scan and how.

    links: interfaces whose link may carry group questions; ports: () for the table of camera ports;
    assume_up: sweep every port of every address (-Pn); resolve_names: ask DNS for names (-n: False);
    group_questions: "auto" (where no excluded address hears them), "never";
    neighbours: a table to use instead of the kernel's (simulated buildings); logins: address pattern
    ("*" for any) → Login; communities: SNMP v2c communities the operator supplied;
    probes: names to use, () for all; raw: use raw sockets where there is the right to.
    left_out: in words, chosen interfaces that cannot be used: warnings, and the scan is not complete.
    known, resume_after: what an interrupted run had heard, and how far it had come.
    """

    scope: Scope
    links: tuple[Interface, ...] = ()
    manners: Manners = field(default_factory=Manners)
    site: Site = field(default_factory=lambda: Site(""))
    experimental: bool = False
    assume_up: bool = False
    resolve_names: bool = True
    group_questions: str = "auto"
    mdns: bool = True
    raw: bool = True
    neighbours: Mapping[str, str] | None = None
    port_map: PortMap = field(default_factory=dict)
    logins: Mapping[str, Login] = field(default_factory=dict)
    communities: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    run_seconds: float = 0.0
    seed: int = 0
    known: tuple[Observation, ...] = ()
    scan_id: str = ""
    resume_after: Cursor = field(default_factory=lambda: Cursor())
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceFound:
    """A device is settled as far as one address tells; the final inventory may still join addresses."""

    device: Device
    observations: tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """done of total questions; eta_seconds is None while it cannot be told."""

    done: int
    total: int
    devices: int
    eta_seconds: float | None
    cursor: Cursor = field(default_factory=Cursor)


@dataclass(frozen=True, slots=True)
class Heard:
    """One observation, the moment it is made; whoever stores scans keeps these."""

    observation: Observation


@dataclass(frozen=True, slots=True)
class Warned:
    """One line for people."""

    text: str


Event = DeviceFound | Heard | Progress | Warned
