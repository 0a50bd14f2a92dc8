"""Records in a file without a name, which vanishes with whoever holds it.

Rules: a record is found by its place, the number of its first byte; reading and appending may alternate. A
full disk is an OperationalError that names the folder and the way out.
"""

from __future__ import annotations

import tempfile
import weakref

from camscan.errors import OperationalError

_LENGTH_BYTES = 4


class Records:
    """`append` bytes, `read` them again. what: the words for what is kept, for the message."""

    def __init__(self, what: str, buffer_bytes: int) -> None:
        self._what = what
        self._file = tempfile.TemporaryFile(prefix="camscan-", buffering=buffer_bytes)  # noqa: SIM115
        weakref.finalize(self, self._file.close)
        self._appending = True
        self.size = 0

    def append(self, record: bytes) -> int:
        """Write it at the end; returns its place."""
        try:
            if not self._appending:  # a seek flushes, which costs a system call
                self._file.seek(self.size)
                self._appending = True
            self._file.write(len(record).to_bytes(_LENGTH_BYTES, "little") + record)
        except OSError as fault:
            raise self._failed(fault) from None
        place = self.size
        self.size += _LENGTH_BYTES + len(record)
        return place

    def flush(self) -> None:
        """Write what is buffered, so that a full disk is told now."""
        try:
            self._file.flush()
        except OSError as fault:
            raise self._failed(fault) from None

    def read(self, place: int) -> bytes:
        """The record at this place."""
        self._appending = False
        try:
            self._file.seek(place)  # the buffer's rest is written before the first reading
            length = int.from_bytes(self._file.read(_LENGTH_BYTES), "little")
            record: bytes = self._file.read(length)
        except OSError as fault:
            raise self._failed(fault) from None
        return record

    def _failed(self, fault: OSError) -> OperationalError:
        return OperationalError(
            f"cannot keep {self._what} in {tempfile.gettempdir()}: {fault.strerror}; "
            "set TMPDIR to a folder with more space"
        )
