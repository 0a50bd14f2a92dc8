"""camscan's own JSON Lines, from another site or an earlier scan: its observations, to be concluded anew.

Rules: devices and findings of the file are conclusions and are not taken over; an observation keeps the
provenance it came with. Source: docs/inventory-format.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

import msgspec

from camscan.imports.lines import byte_lines
from camscan.imports.notes import Notes
from camscan.model.address import parse_ip
from camscan.model.observation import Observation, clean_fields

_OBSERVATION = msgspec.json.Decoder(Observation)
_OTHERS = (b"scan", b"site", b"device", b"finding", b"coverage")


def read(stream: BinaryIO, notes: Notes) -> Iterator[Observation]:
    """Every observation line."""
    for number, line in byte_lines(stream, notes):
        text = line.strip()
        if not text or any(text.startswith(b'{"type":"%s"' % kind) for kind in _OTHERS):
            continue
        try:
            seen = _OBSERVATION.decode(text)
            fields = clean_fields(dict(seen.fields))
        except (msgspec.DecodeError, ValueError, RecursionError) as fault:
            notes.fault(f"line {number}", fault)
            continue
        ip = parse_ip(seen.ip)
        if ip is None or seen.at.tzinfo is None:
            notes.fault(f"line {number}", "an observation without address or time zone")
            continue
        notes.records += 1
        yield replace(seen, ip=ip, fields=fields, provenance=seen.provenance or notes.name)
