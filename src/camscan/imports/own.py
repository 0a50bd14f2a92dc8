"""camscan's own JSON Lines, from another site or an earlier scan: its observations, to be concluded anew.

Rules: devices and findings of the file are conclusions and are not taken over; an observation keeps the
provenance it came with. Source: docs/inventory-format.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC
from typing import BinaryIO

import msgspec

from camscan.imports.lines import byte_lines, port_of
from camscan.imports.notes import Notes
from camscan.model.address import parse_ip
from camscan.model.number import whole_number
from camscan.model.observation import Fields, Observation, clean_fields

_OBSERVATION = msgspec.json.Decoder(Observation)
_NUMBERS: Mapping[str, Callable[[str], object]] = {
    "net.open_port": port_of,
    "dhip.init": lambda text: whole_number(text) is not None,
}
_OTHERS = (b"scan", b"site", b"device", b"finding", b"coverage")


def read(stream: BinaryIO, notes: Notes) -> Iterator[Observation]:
    """Every observation line."""
    for number, line in byte_lines(stream, notes):
        text = line.strip()
        if not text or any(text.startswith(b'{"type":"%s"' % kind) for kind in _OTHERS):
            continue
        try:
            seen = _OBSERVATION.decode(text)
            fields = _checked(clean_fields(dict(seen.fields)), notes)
            at = seen.at.astimezone(UTC)
        except (msgspec.DecodeError, ValueError, RecursionError, OverflowError) as fault:
            notes.fault(f"line {number}", fault)
            continue
        ip = parse_ip(seen.ip)
        if ip is None or seen.at.tzinfo is None:
            notes.fault(f"line {number}", "an observation without address or time zone")
            continue
        if seen.port is not None and not 0 <= seen.port <= 65535:
            notes.fault(f"line {number}", f"{seen.port} is no port")
            continue
        if not fields:
            continue
        notes.records += 1
        yield replace(seen, ip=ip, fields=fields, at=at, provenance=seen.provenance or notes.name)


def _checked(fields: Fields, notes: Notes) -> Fields:
    """Without what no reader of ours writes: undeclared names, ports and bit masks that are no numbers."""
    declared = fields.keys() if notes.declared is None else notes.declared
    found = {name: values for name, values in fields.items() if name in declared}
    if len(found) < len(fields):
        notes.skipped["fields that this camscan does not know"] += len(fields) - len(found)
    for name, is_number in _NUMBERS.items():
        if name in found:
            found[name] = tuple(filter(is_number, found[name]))
    return {name: values for name, values in found.items() if values}
