"""Device × site × policies × advisories → findings: a pure function, nothing is asked of a device."""

from camscan.audit.examine import examine

__all__ = ["examine"]
