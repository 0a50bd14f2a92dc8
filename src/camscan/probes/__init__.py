"""One file, one question: every module of this folder that exports `PROBE` is a probe; no list to edit.

Probes are pure: they build bytes and read bytes. They never know of each other; what one learns, another
may be asked because of, but that is the scan's decision.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

from camscan.model.exchange import Probe


@lru_cache(maxsize=1)
def load_probes() -> tuple[Probe, ...]:
    """Every probe of the folder, by stage and then name.

    A module without PROBE is shared reading code. Raises TypeError for a PROBE that is no Probe and
    ValueError when two share a name: both are mistakes of whoever wrote the file.
    """
    found: dict[str, Probe] = {}
    for info in pkgutil.iter_modules(__path__):
        probe = getattr(importlib.import_module(f"{__name__}.{info.name}"), "PROBE", None)
        if probe is None:
            continue
        if not isinstance(probe, Probe):
            raise TypeError(f"{info.name}.PROBE is a {type(probe).__name__}, not a Probe")
        if probe.name in found:
            raise ValueError(f"{info.name}: there is already a probe named {probe.name}")
        found[probe.name] = probe
    return tuple(sorted(found.values(), key=lambda probe: (probe.stage, probe.name)))
