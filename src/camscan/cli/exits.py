"""The exit codes, all of them; docs/exit-codes.md is generated from here."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the process tells its caller."""

    OK = 0
    OPERATIONAL = 1
    USAGE = 2
    INCOMPLETE = 3
    FAILED_ON = 10
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """One sentence for the documentation."""
        return _MEANINGS[self]


_MEANINGS = {
    Exit.OK: "The work was completed.",
    Exit.OPERATIONAL: "The machine, the disk or a database did not let camscan work; one line says what.",
    Exit.USAGE: "The command line, a target or an input file is wrong; one line says what and what to do.",
    Exit.INCOMPLETE: "Completed, but something in scope could not be asked; the coverage says what and why.",
    Exit.FAILED_ON: "Completed, and a condition named with --fail-on was met.",
    Exit.INTERRUPTED: "Interrupted; what was written until then is valid.",
}
