"""Adds the findings of policies and advisories to an inventory; every command that concludes does this."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from camscan.audit.examine import Examiner
    from camscan.catalog import Catalog
    from camscan.model.device import Device
    from camscan.model.finding import Finding
    from camscan.model.inventory import Inventory, Site


def audited(inventory: Inventory, catalog: Catalog, lists: Iterable[Path] = ()) -> Inventory:
    """The inventory with the findings of today's policies and advisories, those of `lists` included.

    They are kept where its devices are: in memory, or on disk.
    """
    from camscan.audit.examine import findings_of
    from camscan.catalog.policies import with_lists
    from camscan.model.finding import Finding
    from camscan.survey.shelf import Shelf

    in_memory = isinstance(inventory.devices, tuple)
    found = findings_of(inventory, with_lists(catalog, lists), catalog.advisories)
    return replace(inventory, findings=tuple(found) if in_memory else Shelf(found, Finding))


def judge_of(
    catalog: Catalog, site: Site, lists: Iterable[Path] = ()
) -> Callable[[Device], Iterable[Finding]]:
    """What today's policies and advisories say of one device of `site`, as it is found."""
    from camscan.catalog.policies import with_lists

    policies = with_lists(catalog, lists)  # a faulty list is told before anything is sent

    @cache
    def examiner() -> Examiner:  # made for the first device: the first question does not wait for it
        from datetime import UTC, datetime

        from camscan.audit.examine import Examiner

        return Examiner(policies, catalog.advisories, datetime.now(UTC).date())

    return lambda device: examiner().findings(device, site)
