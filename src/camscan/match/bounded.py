"""One RE2 pattern whose cost is bounded on any text: groups are sought in short matches only.

RE2 searches 64 KB in well under a millisecond, but needs a hundred times that to place groups in a match so
long; and `never_capture` does not drop named groups. So long texts are searched without the named groups,
and groups are placed only when the match turns out short.
"""

from __future__ import annotations

from typing import Any

from camscan.match.patterns import read_pattern

MAX_SPAN = 1024
"""Bytes of one match in which groups are found."""


class BoundedPattern:
    """An RE2 pattern over UTF-8 bytes. Raises ValueError when RE2 refuses it."""

    __slots__ = ("_finder", "_fold", "_names", "_pattern", "_regexp")

    def __init__(self, pattern: str, ignore_case: bool = False) -> None:
        self._pattern = pattern
        self._fold = "(?i)" if ignore_case else ""
        self._regexp = _compile(self._fold + pattern)
        places = sorted((place, name.decode()) for name, place in self._regexp.groupindex.items())
        self._names = tuple((name, place) for place, name in places)
        self._finder: Any = None

    @property
    def names(self) -> tuple[str, ...]:
        """Named groups, in order of their place."""
        return tuple(name for name, _ in self._names)

    @property
    def size(self) -> int:
        """RE2's program size, a measure of what a byte may cost."""
        return int(self._regexp.programsize)

    def search(self, encoded: bytes, groups: dict[str, str | None]) -> bytes | None:
        """The first match in this UTF-8 text, its named groups added to `groups` (None: took no part).

        None when nothing matches, and when groups would have to be found in more than `MAX_SPAN` bytes.
        """
        if len(encoded) > MAX_SPAN:
            if self._finder is None:
                self._finder = _compile(self._fold + read_pattern(self._pattern).plain, captures=False)
            whole = self._finder.search(encoded)
            if whole is None or (self._names and whole.end() - whole.start() > MAX_SPAN):
                return None
            if not self._names:
                return bytes(whole.group())
        match = self._regexp.search(encoded)
        if match is None:
            return None
        for name, place in self._names:
            start, end = match.span(place)
            groups[name] = encoded[start:end].decode("utf-8", "replace") if start >= 0 else None
        return bytes(match.group())


def _compile(pattern: str, *, captures: bool = True) -> Any:
    import re2  # loaded on first use: `camscan --help` must not pay for it

    options = re2.Options()
    options.log_errors = False
    options.never_capture = not captures
    try:
        return re2.compile(pattern.encode(), options)
    except re2.error as fault:
        reason = fault.args[0] if fault.args else fault
        raise ValueError(reason.decode() if isinstance(reason, bytes) else str(reason)) from None
