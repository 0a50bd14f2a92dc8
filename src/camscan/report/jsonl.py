"""Inventory → JSON Lines: the exchange format, with every claim, its evidence and the observations behind it.

Rules: every line is a whole JSON object with a "type" and ends with a newline, so a file cut short by a
kill is valid up to its last line; lines come as scan, site, device | observation | finding, coverage;
`write_line` makes one line for one write. docs/inventory-format.md and inventory.schema.json describe it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import msgspec

from camscan.model.device import Device
from camscan.model.finding import Finding
from camscan.model.inventory import SCHEMA_VERSION, Inventory, Scan, Site
from camscan.model.observation import Observation
from camscan.report.neutralise import json_line, without_surrogates

ITEMS_AT_ONCE = 64  # about 150 kB: few enough that one odd text does not send many others the slow way

_ENCODER = msgspec.json.Encoder()
_PREFIX = {
    Device: b'{"type":"device",',
    Observation: b'{"type":"observation",',
    Finding: b'{"type":"finding",',
    Site: b'{"type":"site",',
}


def write_line(item: Device | Observation | Finding | Site) -> bytes:
    """The line for one item, newline included; write it with a single write() and it survives a kill."""
    return _PREFIX[type(item)] + dumps(item)[1:] + b"\n"


def scan_line(scan: Scan) -> bytes:
    """The first line: what was asked, where, by which version. The outcome comes last, as coverage."""
    line = {
        "type": "scan",
        "schema_version": SCHEMA_VERSION,
        "camscan_version": scan.camscan_version,
        "scan_id": scan.scan_id,
        "method": scan.method,
        "started": scan.started,
        "scope": scan.scope_text,
        "site": scan.site,
    }
    return dumps(line) + b"\n"


def coverage_line(scan: Scan) -> bytes:
    """The last line of a scan: what was reached, what was not and why, and when it ended.

    A file without it was cut short; `load` says so.
    """
    line = {"type": "coverage", "scan_id": scan.scan_id, "ended": scan.ended, "coverage": scan.coverage}
    return dumps(line) + b"\n"


def pieces(inventory: Inventory) -> Iterator[bytes]:
    """The whole inventory, some whole lines at a time."""
    yield scan_line(inventory.scan)
    for scan in inventory.scans:
        yield scan_line(scan)
    groups: tuple[Iterable[Device | Observation | Finding | Site], ...] = (
        inventory.sites, inventory.devices, inventory.observations, inventory.findings,
    )  # fmt: skip
    for group in groups:
        items = iter(group)
        while some := list(islice(items, ITEMS_AT_ONCE)):
            yield _block(some)
    for scan in inventory.scans:
        yield coverage_line(scan)
    yield coverage_line(inventory.scan)


def _block(items: Sequence[Device | Observation | Finding | Site]) -> bytes:
    """The lines of items of one type: encoded together when nothing in them needs an escape."""
    try:
        block = _ENCODER.encode_lines(items)
    except UnicodeEncodeError:
        return b"".join(map(write_line, items))
    if not _is_plain(block):
        return b"".join(map(write_line, items))
    # A line end inside a text is an escape, so only a line's beginning follows one.
    start = _PREFIX[type(items[0])]
    return start + block[1:].replace(b"\n{", b"\n" + start)


def render(inventory: Inventory) -> bytes:
    """The whole file."""
    return b"".join(pieces(inventory))


def dumps(item: object) -> bytes:
    """One JSON text in UTF-8 without a newline; what a terminal would act upon is a JSON escape."""
    try:
        line = _ENCODER.encode(item)
    except UnicodeEncodeError:  # lone surrogates somewhere inside: no UTF-8 can hold them
        line = _ENCODER.encode(_repaired(item))
    return line if _is_plain(line) else json_line(line.decode("utf-8")).encode("utf-8")


def _is_plain(text: bytes) -> bool:
    return text.isascii() and b"\x7f" not in text


def _repaired(value: object) -> object:
    if isinstance(value, str):
        return without_surrogates(str(value))
    if isinstance(value, msgspec.Struct):
        return {name: _repaired(part) for name, part in msgspec.structs.asdict(value).items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _repaired(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {without_surrogates(str(key)): _repaired(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_repaired(each) for each in value]
    return value
