"""Observations on disk, page by page, so that many hosts need not be in memory together.

Rules: a page is one address; of each observation only its place, a mark and its port are held in memory
(24 bytes); the file has no name and vanishes with the process. A full disk is an OperationalError.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import overload

import msgspec

from camscan.model.observation import Observation
from camscan.survey.records import Records

_BUFFER_BYTES = 1024 * 1024
_COLUMNS = 3  # place in the file, mark, port
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Observation)
_MAX_SHARED = 50_000
_SHARED_CHARACTERS = 120


class Spool:
    """`add` observations to the page of their address; `page` gives one address back, in order of adding."""

    def __init__(self) -> None:
        self._records = Records("what the files say", _BUFFER_BYTES)
        self._pages: dict[str, array[int]] = {}
        self._shared: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._pages)

    def __iter__(self) -> Iterator[str]:
        return iter(self._pages)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self._records.size

    def count(self, ip: str) -> int:
        """Observations of an address."""
        return len(self._pages.get(ip, ())) // _COLUMNS

    def marks(self, ip: str) -> Sequence[int]:
        """The marks its observations were added with."""
        return self._pages[ip][1::_COLUMNS] if ip in self._pages else ()

    def ports(self, ip: str) -> Sequence[int]:
        """The port keys its observations were added with."""
        return self._pages[ip][2::_COLUMNS] if ip in self._pages else ()

    def add(self, seen: Observation, mark: int, port: int) -> None:
        """Write it. mark, port: any 64-bit numbers. Raises OperationalError when the disk is full."""
        place = self._records.append(_ENCODER.encode(seen))
        page = self._pages.get(seen.ip)
        if page is None:
            page = self._pages[seen.ip] = array("q")
        page.extend((place, mark, port))

    def page(self, ip: str) -> list[Observation]:
        """Everything of one address."""
        return [self._read(place) for place in self._pages[ip][::_COLUMNS]]

    def _read(self, place: int) -> Observation:
        seen = _DECODER.decode(self._records.read(place))
        fields = {
            self._one(name): tuple(self._one(value) for value in values)
            for name, values in seen.fields.items()
        }
        return Observation(
            seen.ip, self._one(seen.source), fields, seen.at, seen.digest, seen.port,
            self._one(seen.zone), self._one(seen.interface), self._one(seen.provenance),
        )  # fmt: skip

    def _one(self, text: str) -> str:
        """The same text always as the same object: devices of one model say the same words."""
        if len(text) > _SHARED_CHARACTERS:
            return text
        if len(self._shared) >= _MAX_SHARED:
            self._shared.clear()
        return self._shared.setdefault(text, text)


class Spooled(Sequence[Observation]):
    """The observations of some pages, address by address, read from disk whenever they are looked at."""

    def __init__(self, spool: Spool, addresses: Iterable[str]) -> None:
        self._spool = spool
        self._addresses = tuple(addresses)

    def __len__(self) -> int:
        return sum(map(self._spool.count, self._addresses))

    def __iter__(self) -> Iterator[Observation]:
        for ip in self._addresses:
            yield from self._spool.page(ip)

    @overload
    def __getitem__(self, index: int) -> Observation: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Observation, ...]: ...

    def __getitem__(self, index: int | slice) -> Observation | tuple[Observation, ...]:
        if isinstance(index, slice):
            places = range(len(self))[index]
            if places.step < 0:
                return tuple(self[each] for each in places)
            return tuple(islice(self, places.start, places.stop, places.step))
        at = range(len(self))[index]
        return next(islice(self, at, None))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]
