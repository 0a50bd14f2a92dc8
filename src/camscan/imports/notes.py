"""What a reader of one file has to say besides observations: what it could not read, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from camscan.model.observation import Observation, RawFields, clean_fields, digest_of, observe
from camscan.probes import sadp

MAX_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Facts about a hardware address whose network address this source does not tell.

    claimed_ip: the address its payload gives for itself, used when no source of the import shows one;
    interface: on whose link it was heard, "" for what a tunnel carried here or a file says.
    """

    mac: str
    source: str
    fields: RawFields
    at: datetime
    payload: bytes = b""
    claimed_ip: str = ""
    provenance: str = ""
    interface: str = ""

    def at_address(self, ip: str) -> Observation:
        """The observation it becomes once the address is known."""
        return observe(
            ip,
            self.source,
            self.fields,
            at=self.at,
            payload=self.payload,
            interface=self.interface,
            provenance=self.provenance,
        )

    @property
    def own_ip(self) -> str:
        """The address that the device itself gave, where none but its own frame would: others who claim its
        hardware address must not draw the frame away."""
        return self.claimed_ip if self.source == sadp.NAME else ""

    @property
    def mark(self) -> tuple[str, str, str]:
        """Equal for what says the same of the same."""
        return self.mac, self.source, digest_of(repr(sorted(clean_fields(self.fields).items())).encode())


Found = Observation | Unplaced


@dataclass(slots=True)
class Notes:
    """One file while it is read. name: as the operator gave it; at: its date, for lines without one.

    faults: "line 7: …", at most MAX_FAULTS kept, all counted; skipped: reason → how often, for what was
    understood and left out on purpose; declared: the names an observation's fields may have, where known.
    """

    name: str
    at: datetime
    faults: list[str] = field(default_factory=list)
    fault_count: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    records: int = 0
    declared: Collection[str] | None = None

    def fault(self, where: str, why: object) -> None:
        """Something in the file could not be read."""
        self.fault_count += 1
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(f"{where}: {str(why)[:200]}")

    def warnings(self) -> list[str]:
        """One line each, for people."""
        said = [f"{self.name}, {fault}" for fault in self.faults]
        if self.fault_count > len(self.faults):
            said.append(f"{self.name}: {self.fault_count - len(self.faults)} further places not read")
        said += [f"{self.name}: {count} left out: {why}" for why, count in sorted(self.skipped.items())]
        return said

    def observe(
        self,
        ip: str,
        source: str,
        fields: RawFields,
        *,
        at: datetime | None = None,
        payload: bytes = b"",
        port: int | None = None,
    ) -> Observation:
        """An observation whose provenance is this file; without payload its fields are hashed."""
        return observe(
            ip,
            source,
            fields,
            at=at or self.at,
            payload=payload or repr(sorted(fields.items())).encode("utf-8", "replace"),
            port=port,
            provenance=self.name,
        )
