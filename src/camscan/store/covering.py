"""Which addresses a scan asked: silence elsewhere is no news.

Rule: a scope that names no address (only host names, `local`, a file) counts as covering its whole site.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import netaddr

from camscan.errors import ScopeError
from camscan.match.register import Sight
from camscan.model.inventory import Scan
from camscan.model.scope import parse_target


def covered_by(runs: Sequence[Scan]) -> Callable[[Sight], bool]:
    """Would one of these runs have seen this device? Only whole scans of its site that had its address."""
    sites = {
        run.site.id: _asked(run) for run in runs if run.method == "scan" and not run.coverage.interrupted
    }

    def covered(sight: Sight) -> bool:
        asked = sites.get(sight.site)
        return asked is not None and any(map(asked, sight.addresses))

    return covered


def _asked(run: Scan) -> Callable[[str], bool]:
    networks = netaddr.IPSet()
    for word in re.split(r"[\s,;]+", run.scope_text):
        texts = run.site.networks if word.startswith("site:") else (word,)
        for text in filter(None, texts):
            try:
                networks |= parse_target(text).addresses
            except ScopeError:
                continue  # an option or a file name among the targets
    if not networks:
        return lambda _address: True
    return lambda address: "%" in address or address in networks
