"""`Observation`: named text facts read from one reply.

Field names are those of fingerprints/fields.toml; values are text exactly as the device said it, with
NULs and surrounding white space removed, never interpreted. Credentials never become a value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

Fields = Mapping[str, tuple[str, ...]]
RawFields = Mapping[str, str | tuple[str | None, ...] | list[str | None] | list[str] | None]

MAX_VALUE_CHARACTERS = 8192
MAX_VALUES_PER_FIELD = 64


@dataclass(frozen=True, slots=True)
class Observation:
    """Facts that one reply stated.

    ip: the address that answered (packet source); source: the probe or import that read it;
    port: TCP/UDP port it came from, None when there is none; at: UTC instant;
    digest: first 16 hex digits of the reply's SHA-256; provenance: "" for a live scan, else the file.
    """

    ip: str
    source: str
    fields: Fields
    at: datetime
    digest: str
    port: int | None = None
    zone: str = ""
    interface: str = ""
    provenance: str = ""

    def first(self, name: str) -> str | None:
        """The first value of a field, or None."""
        values = self.fields.get(name)
        return values[0] if values else None


def digest_of(payload: bytes) -> str:
    """The digest an Observation carries for these reply bytes."""
    return hashlib.sha256(payload).hexdigest()[:16]


def clean_fields(raw: RawFields) -> Fields:
    """Drop empty values, strip NULs and surrounding blanks, cap sizes; a str becomes a 1-tuple."""
    out: dict[str, tuple[str, ...]] = {}
    for name, value in raw.items():
        values = (value,) if isinstance(value, str) or value is None else tuple(value)
        kept: list[str] = []
        for each in values[:MAX_VALUES_PER_FIELD]:
            text = (each or "").replace("\0", "").strip()[:MAX_VALUE_CHARACTERS]
            text = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates cannot be written
            if text and text not in kept:
                kept.append(text)
        if kept:
            out[name] = tuple(kept)
    return out


def observe(
    ip: str,
    source: str,
    fields: RawFields,
    *,
    at: datetime,
    payload: bytes = b"",
    port: int | None = None,
    interface: str = "",
    provenance: str = "",
) -> Observation:
    """An Observation with its fields cleaned and its digest computed; the usual way to make one."""
    return Observation(
        ip=ip,
        source=source,
        fields=clean_fields(fields),
        at=at.astimezone(UTC),
        digest=digest_of(payload),
        port=port,
        interface=interface,
        provenance=provenance,
    )
