"""Devices or findings on disk, in order: a sequence that is read whenever it is looked at.

Rules: 8 bytes of memory for each; the file has no name and vanishes with the sequence. What is read is equal
to what was put there, but not the same object.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar, overload

import msgspec

from camscan.model.device import Device
from camscan.survey.records import Records

MANY_DEVICES = 1_000
"""Beyond which they are kept on disk, and with them their findings."""
_BUFFER_BYTES = 256 * 1024
_ENCODER = msgspec.msgpack.Encoder()

Item = TypeVar("Item")


class Shelf(Sequence[Item], Generic[Item]):
    """`Shelf(items, kind)` puts them there, one at a time. Raises OperationalError when the disk is full."""

    def __init__(self, items: Iterable[Item], kind: type[Item]) -> None:
        self._decoder = msgspec.msgpack.Decoder(kind)
        self._records = Records("what was concluded", _BUFFER_BYTES)
        self._places = array("Q", (self._records.append(_ENCODER.encode(each)) for each in items))
        self._records.flush()

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Item]:
        for place in self._places:
            yield self._read(place)

    @overload
    def __getitem__(self, index: int) -> Item: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Item, ...]: ...

    def __getitem__(self, index: int | slice) -> Item | tuple[Item, ...]:
        if isinstance(index, slice):
            return tuple(self._read(place) for place in self._places[index])
        return self._read(self._places[index])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    def _read(self, place: int) -> Item:
        return self._decoder.decode(self._records.read(place))


def kept(devices: Sequence[Device]) -> Sequence[Device]:
    """In memory while they are few."""
    return on_disk(devices) if len(devices) > MANY_DEVICES else tuple(devices)


def on_disk(devices: Iterable[Device]) -> Shelf[Device]:
    """The devices, put on disk."""
    return Shelf(devices, Device)
