"""camscan: find every network camera on the networks you run, and say who really made it.

The public interface, loaded on first use: `scan`, `scan_async`, `identify`, `load`, `report`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from camscan.library import identify, load, report, scan, scan_async

__version__ = "0.1.0"
__all__ = ["__version__", "identify", "load", "report", "scan", "scan_async"]


def __getattr__(name: str) -> Any:
    if name in ("identify", "load", "scan_async"):
        return getattr(importlib.import_module("camscan.library"), name)
    if name in ("report", "scan"):  # rooms that can be called (camscan/entry.py)
        return importlib.import_module(f"camscan.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
