"""`Device`: one physical thing, every claim about it with its evidence and confidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """What a device is."""

    CAMERA = "camera"
    RECORDER = "recorder"
    ENCODER = "encoder"
    INTERCOM = "intercom"
    ACCESS_TERMINAL = "access-terminal"
    CAMERA_LIKE = "camera-like-unknown"  # speaks as cameras do, nothing says which
    NOT_A_CAMERA = "not-a-camera"
    UNKNOWN = "unknown"  # answered, nothing suggests a camera


CAMERA_KINDS = frozenset(
    {Kind.CAMERA, Kind.RECORDER, Kind.ENCODER, Kind.INTERCOM, Kind.ACCESS_TERMINAL, Kind.CAMERA_LIKE}
)
"""The kinds an inventory lists."""


class Evidence(Struct, frozen=True, gc=False):
    """Which words, from which reply, satisfied which condition of which rule.

    rule: fingerprint id, or a resolver rule in angle brackets ("<ieee-prefix>", "<brand-table>");
    field/value: the words; source/port/digest/at: where they were heard; family: what makes evidence
    independent (two rules of one family repeat, they do not add); weight: probability it is right alone.
    """

    rule: str
    field: str
    value: str
    source: str
    port: int | None
    digest: str
    at: datetime
    family: str
    weight: float
    says: str  # the claimed value this evidence supports


class Claim(Struct, frozen=True, gc=False):
    """One value held true of a device: how sure (0..1), because of what, against what."""

    value: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    against: tuple[Evidence, ...] = ()


class MacAddress(Struct, frozen=True, gc=False):
    """A hardware address and whether the wire showed it or only a payload claimed it."""

    mac: str
    observed: bool
    source: str


@dataclass(frozen=True, slots=True)
class Device:
    """One physical device at a site.

    claims maps "kind", "brand", "manufacturer", "model", "firmware", "firmware_date", "serial",
    "manufactured", "channels", "hardware_id", "relation" (of label to maker: own-brand, subsidiary,
    relabel, former) to a Claim; a missing key is unknown.
    flags are closed vocabulary words: "misaddressed", "identity-conflict", "not-activated",
    "announces-credentials", "stream-without-login", "hidden-cameras", "address-mismatch".
    notes are one-line findings for people (low-confidence leads included).
    site is a Site.id; status is the register's word: "", "active", "missing", "in-service", "disconnected",
    "decommissioned", "removed".
    """

    device_id: str
    addresses: tuple[str, ...]
    site: str = ""
    zone: str = ""
    macs: tuple[MacAddress, ...] = ()
    hostname: str = ""
    claims: Mapping[str, Claim] = field(default_factory=dict)
    open_ports: tuple[int, ...] = ()
    discovered_by: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    identity_keys: tuple[str, ...] = ()  # "serial:…", "mac:…", "uuid:…", strongest first
    status: str = ""

    def value(self, name: str) -> str:
        """The claimed value or ""."""
        claim = self.claims.get(name)
        return claim.value if claim else ""

    @property
    def kind(self) -> Kind:
        """The kind claimed, `Kind.UNKNOWN` when nothing claimed one."""
        return Kind(self.value("kind") or Kind.UNKNOWN)

    @property
    def ip(self) -> str:
        """The address to show first."""
        return self.addresses[0]

    @property
    def confidence(self) -> float:
        """How sure the maker is, the figure an auditor needs; that of the kind when no maker is known."""
        for name in ("manufacturer", "kind"):
            if name in self.claims:
                return self.claims[name].confidence
        return 0.0
