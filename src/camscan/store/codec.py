"""Observations, devices, findings and coverage ⇄ compressed bytes.

Rules: JSON inside zlib, so that a researcher can read it without camscan; observations go by column (half
the size, twice the speed), devices by row with the field names in front, so that a field added to a type
later neither breaks old batches nor is guessed from them. Fixed level: speed decides at a million.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from typing import Any

from camscan.errors import StoreError
from camscan.model.device import Claim, Device, Evidence, MacAddress
from camscan.model.exchange import Outcome
from camscan.model.finding import Finding, Verdict
from camscan.model.inventory import Coverage, ProbeCoverage
from camscan.model.observation import Observation

LEVEL = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_PLAIN = ("ip", "source", "port", "zone", "interface", "provenance")
_NAMES: dict[type, tuple[str, ...]] = {
    cls: tuple(each.name for each in fields(cls)) for cls in (Device, Finding, Claim, Evidence, MacAddress)
}
_GET: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    cls: attrgetter(*names) for cls, names in _NAMES.items()
}


def pack_observations(batch: Sequence[Observation]) -> bytes:
    """One batch as bytes; `unpack_observations` gives equal Observations back."""
    shapes: dict[tuple[str, ...], int] = {}
    kinds, values = [], []
    for each in batch:
        kinds.append(shapes.setdefault(tuple(each.fields), len(shapes)))
        values.extend([v[0] if len(v) == 1 else v for v in each.fields.values()])
    body: dict[str, Any] = {
        "digest": [each.digest for each in batch],
        "at": [_ticks(each.at) for each in batch],
        "shapes": list(shapes),
        "kinds": kinds,
        "values": values,
    }
    for name in _PLAIN:
        column = list(map(attrgetter(name), batch))
        first = column[0] if column else None
        same = column.count(first) == len(column)
        body[name] = {"all": first} if same else column
    return _squeeze(body)


def unpack_observations(blob: bytes) -> list[Observation]:
    """The batch again. Raises StoreError when the bytes are damaged."""
    body = _unsqueeze(blob)
    try:
        count = len(body["digest"])
        columns = {
            name: [body[name]["all"]] * count if isinstance(body[name], dict) else body[name]
            for name in _PLAIN
        }
        shapes = [tuple(names) for names in body["shapes"]]
        values = iter(body["values"])
        out = []
        for index in range(count):
            words = {}
            for name in shapes[body["kinds"][index]]:
                value = next(values)
                words[name] = (value,) if isinstance(value, str) else tuple(value)
            out.append(
                Observation(
                    fields=words,
                    at=_EPOCH + body["at"][index] * _TICK,
                    digest=body["digest"][index],
                    **{name: column[index] for name, column in columns.items()},
                )
            )
        return out
    except (KeyError, IndexError, TypeError, StopIteration, ValueError) as fault:
        raise StoreError(f"stored observations are damaged ({type(fault).__name__})") from None


def pack_devices(devices: Sequence[Device], findings: Sequence[Finding]) -> bytes:
    """Devices with their evidence, and the findings about them, as bytes."""
    return _squeeze(
        {
            "names": {cls.__name__: names for cls, names in _NAMES.items()},
            "devices": list(map(_GET[Device], devices)),
            "findings": list(map(_GET[Finding], findings)),
        }
    )


def unpack_devices(blob: bytes) -> tuple[list[Device], list[Finding]]:
    """The devices and findings again. Raises StoreError when the bytes are damaged."""
    body = _unsqueeze(blob)
    try:
        names = body["names"]
        devices = [_device(_row(Device, names, row), names) for row in body["devices"]]
        findings = [_finding(_row(Finding, names, row)) for row in body["findings"]]
        return devices, findings
    except (KeyError, IndexError, TypeError, ValueError) as fault:
        raise StoreError(f"stored devices are damaged ({type(fault).__name__})") from None


def coverage_text(coverage: Coverage) -> str:
    """Coverage as JSON text."""
    return json.dumps(
        {
            "targets": coverage.targets,
            "responders": coverage.responders,
            "probes": [
                {"probe": each.probe, "outcomes": dict(each.outcomes), "reasons": each.reasons}
                for each in coverage.probes
            ],
            "warnings": coverage.warnings,
            "complete": coverage.complete,
            "interrupted": coverage.interrupted,
        }
    )


def coverage_of(text: str) -> Coverage:
    """Coverage from JSON text."""
    body = json.loads(text)
    return Coverage(
        targets=body["targets"],
        responders=body["responders"],
        probes=tuple(
            ProbeCoverage(
                each["probe"],
                {Outcome(name): count for name, count in each["outcomes"].items()},
                tuple(each["reasons"]),
            )
            for each in body["probes"]
        ),
        warnings=tuple(body["warnings"]),
        complete=body["complete"],
        interrupted=body["interrupted"],
    )


def pack_targets(targets: Iterable[str]) -> bytes:
    """Names of finished targets as bytes; nothing at all for none."""
    text = "\n".join(targets)
    return zlib.compress(text.encode(), LEVEL) if text else b""


def unpack_targets(blob: bytes) -> list[str]:
    """The names again."""
    return zlib.decompress(blob).decode().split("\n") if blob else []


def _ticks(at: datetime) -> int:
    gap = at - _EPOCH
    return (gap.days * 86400 + gap.seconds) * 1_000_000 + gap.microseconds


def _plain(value: object) -> object:
    """What the JSON writer does not know: rows of our types, instants, days."""
    get = _GET.get(type(value))
    if get is not None:
        return get(value)
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if hasattr(value, "items"):
        return dict(value.items())
    raise TypeError(f"cannot store a {type(value).__name__}")


def _squeeze(body: object) -> bytes:
    text = json.dumps(body, default=_plain, ensure_ascii=False, separators=(",", ":"), check_circular=False)
    return zlib.compress(text.encode(), LEVEL)


def _unsqueeze(blob: bytes) -> Any:
    try:
        return json.loads(zlib.decompress(blob))
    except (zlib.error, ValueError) as fault:
        raise StoreError(f"a stored batch is damaged ({fault})") from None


def _row(cls: type, names: dict[str, list[str]], row: list[Any]) -> dict[str, Any]:
    """Field name → value, without the fields this camscan does not have (any more)."""
    known = _NAMES[cls]
    return {name: value for name, value in zip(names[cls.__name__], row, strict=True) if name in known}


def _device(row: dict[str, Any], names: dict[str, list[str]]) -> Device:
    for name in ("addresses", "open_ports", "discovered_by", "flags", "notes", "identity_keys"):
        row[name] = tuple(row.get(name, ()))
    row["macs"] = tuple(MacAddress(**_row(MacAddress, names, each)) for each in row["macs"])
    row["claims"] = {word: _claim(each, names) for word, each in row["claims"].items()}
    row["first_seen"], row["last_seen"] = _instant(row["first_seen"]), _instant(row["last_seen"])
    return Device(**row)


def _claim(row: list[Any], names: dict[str, list[str]]) -> Claim:
    words = _row(Claim, names, row)
    for side in ("evidence", "against"):
        words[side] = tuple(_evidence(each, names) for each in words[side])
    return Claim(**words)


def _evidence(row: list[Any], names: dict[str, list[str]]) -> Evidence:
    words = _row(Evidence, names, row)
    words["at"] = datetime.fromisoformat(words["at"])
    return Evidence(**words)


def _finding(row: dict[str, Any]) -> Finding:
    row["verdict"] = Verdict(row["verdict"])
    row["effective"] = date.fromisoformat(row["effective"]) if row["effective"] else None
    return Finding(**row)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
