"""The lanes of a sweep, one for each link, opened when the first frame goes there."""

from __future__ import annotations

from collections.abc import Iterator

from camscan.errors import OperationalError
from camscan.net.raw.lane import Lane, SourcePort
from camscan.net.raw.routes import Link

_RING_FRAMES, _RING_FRAMES_FAST = 1 << 13, 1 << 15


class Lanes:
    """Open lanes by link, and in `faults` why there is none on a link."""

    def __init__(self, batch: int, *, fast: bool) -> None:
        self._port = SourcePort()
        self._batch, self._ring_frames = batch, _RING_FRAMES_FAST if fast else _RING_FRAMES
        self._lanes: dict[Link, Lane] = {}
        self.faults: dict[Link, str] = {}

    def __iter__(self) -> Iterator[Lane]:
        return iter(tuple(self._lanes.values()))

    def on(self, link: Link) -> Lane | None:
        """The lane of this link; None where none can be had."""
        if link not in self._lanes and link not in self.faults:
            try:
                self._lanes[link] = Lane(
                    link, self._port.number, capacity=self._batch, ring_frames=self._ring_frames
                )
            except OperationalError as fault:
                self.faults[link] = str(fault)
        return self._lanes.get(link)

    def failed(self, link: Link, fault: OSError) -> None:
        """The link is gone, or the right to use it."""
        self.faults[link] = f"the port sweep on {link.name} ended early: {fault.strerror or fault}"
        self._lanes.pop(link).close()

    def close(self) -> None:
        """Close all sockets, and give the port back."""
        for lane in self:
            lane.close()
        self._lanes.clear()
        self._port.close()
