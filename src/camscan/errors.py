"""Every exception camscan raises, grouped by who can put it right.

A message is one line: what was wrong, where, and what to do about it.
"""

from __future__ import annotations


class CamscanError(Exception):
    """Root of everything camscan raises on purpose; anything else is a bug."""


class UsageError(CamscanError):
    """The operator asked for something impossible and can ask differently (exit 2)."""


class ScopeError(UsageError):
    """A target, exclusion or credential cannot be read, or lies outside what is allowed."""


class OperationalError(CamscanError):
    """The machine did not let camscan do its work: no interface, no descriptor, no disk (exit 1)."""


class MissingExtra(OperationalError):
    """An optional package is not installed; the message names the command that installs it."""


class FingerprintError(CamscanError):
    """A fingerprint, policy or advisory file is wrong; names file, id and key (its author fixes it)."""


class StoreError(CamscanError):
    """The database cannot be opened, is newer than this camscan, or refused a write (administrator)."""


class FileFormatError(CamscanError):
    """A file made by another tool, or an inventory, cannot be read; names file and line."""


class MalformedReply(CamscanError):
    """Bytes from the network that break their protocol; becomes `Outcome.MALFORMED`, never a crash."""
