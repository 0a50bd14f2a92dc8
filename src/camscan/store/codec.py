"""Observations, devices, findings and coverage ⇄ compressed bytes.

Rules: JSON inside zlib, so that a researcher can read it without camscan; fields carry their names, so
that one added to a type later neither breaks old batches nor is guessed from them. Written and read by
msgspec, which checks types while reading: damaged bytes are a StoreError, never a wrong device. Where
isal is installed (extra `fast`) it writes the same zlib format in a fifth of the time.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from camscan.errors import StoreError
from camscan.model.device import Device
from camscan.model.finding import Finding
from camscan.model.inventory import Coverage
from camscan.model.observation import Observation

try:
    from isal.isal_zlib import compress as _compress
except ImportError:
    from zlib import compress as _compress

LEVEL = 1  # speed decides at a million observations; 9 would save a fifth
_T = TypeVar("_T")
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Batch:
    """Some devices of a scan, in order, and the findings about them."""

    devices: tuple[Device, ...]
    findings: tuple[Finding, ...]


_observations = msgspec.json.Decoder(list[Observation])
_batch = msgspec.json.Decoder(Batch)
_coverage = msgspec.json.Decoder(Coverage)


def pack_observations(batch: Sequence[Observation]) -> bytes:
    """One batch as bytes; `unpack_observations` gives equal Observations back."""
    return _compress(_encoder.encode(batch), LEVEL)


def unpack_observations(blob: bytes) -> list[Observation]:
    """The batch again. Raises StoreError when the bytes are damaged."""
    return _unpack(_observations, blob, "observations")


def pack_devices(batch: Batch) -> bytes:
    """Devices with their evidence, and the findings about them, as bytes."""
    return _compress(_encoder.encode(batch), LEVEL)


def unpack_devices(blob: bytes) -> Batch:
    """The devices and findings again. Raises StoreError when the bytes are damaged."""
    return _unpack(_batch, blob, "devices")


def coverage_text(coverage: Coverage) -> str:
    """Coverage as JSON text."""
    return _encoder.encode(coverage).decode()


def coverage_of(text: str) -> Coverage:
    """Coverage from JSON text. Raises StoreError when it is damaged."""
    try:
        return _coverage.decode(text)
    except (msgspec.MsgspecError, TypeError, RecursionError) as fault:
        raise StoreError(f"a stored coverage is damaged: {fault}") from None


def pack_targets(targets: Iterable[str]) -> bytes:
    """Names of finished targets as bytes; nothing at all for none."""
    text = "\n".join(targets)
    return _compress(text.encode(), LEVEL) if text else b""


def unpack_targets(blob: bytes) -> list[str]:
    """The names again. Raises StoreError when the bytes are damaged."""
    try:
        return zlib.decompress(blob).decode().split("\n") if blob else []
    except (zlib.error, UnicodeDecodeError, TypeError) as fault:
        raise StoreError(f"the stored targets of a scan are damaged: {fault}") from None


def _unpack(decoder: msgspec.json.Decoder[_T], blob: bytes, what: str) -> _T:
    try:
        return decoder.decode(zlib.decompress(blob))
    except (zlib.error, msgspec.MsgspecError, TypeError, RecursionError) as fault:
        raise StoreError(f"a batch of stored {what} is damaged: {fault}") from None
