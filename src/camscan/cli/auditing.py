"""Adds the findings of policies and advisories to an inventory; every command that concludes does this."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from camscan.catalog import Catalog
    from camscan.model.device import Device
    from camscan.model.finding import Finding
    from camscan.model.inventory import Inventory, Site


def audited(inventory: Inventory, catalog: Catalog, lists: Iterable[Path] = ()) -> Inventory:
    """The inventory with the findings of today's policies and advisories, those of `lists` included."""
    from camscan.audit.examine import examine
    from camscan.catalog.policies import with_lists

    return replace(inventory, findings=examine(inventory, with_lists(catalog, lists), catalog.advisories))


def judge_of(
    catalog: Catalog, site: Site, lists: Iterable[Path] = ()
) -> Callable[[Device], Iterable[Finding]]:
    """What today's policies and advisories say of one device of `site`, as it is found."""
    from datetime import UTC, datetime

    from camscan.audit.examine import Examiner
    from camscan.catalog.policies import with_lists

    examiner = Examiner(with_lists(catalog, lists), catalog.advisories, datetime.now(UTC).date())
    return lambda device: examiner.findings(device, site)
