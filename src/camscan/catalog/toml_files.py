"""One TOML file of a fingerprint directory; what cannot be read is a fault, never an exception."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from camscan.catalog.contents import refusal
from camscan.catalog.faults import Fault


def read_toml(
    file: Path, name: str, faults: list[Fault], *, text_dates: bool = False
) -> dict[str, Any] | None:
    """The table in this file, or None with one fault in `faults`.

    name: how faults call the file; text_dates: dates come back as ISO text.
    """
    if why := refusal(file):
        faults.append(Fault(name, "", "", why))
        return None
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        return _with_text_dates(document) if text_dates else document
    except (OSError, UnicodeDecodeError) as fault:
        faults.append(Fault(name, "", "", f"cannot be read: {fault}"))
    except (ValueError, RecursionError) as fault:  # besides TOML's own: numbers and nesting beyond Python's
        faults.append(Fault(name, "", "", f"not TOML: {fault}"))
    return None


def _with_text_dates(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_text_dates(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_text_dates(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
