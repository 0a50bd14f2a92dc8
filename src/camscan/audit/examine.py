"""`examine`: every finding of an inventory, in its own order; the same input gives the same output."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from camscan.audit.advisories import AdvisoryDesk
from camscan.audit.policies import PolicyDesk
from camscan.model.device import CAMERA_KINDS
from camscan.model.finding import Finding
from camscan.model.inventory import Inventory, Site
from camscan.model.policy import Advisory, Policy


def examine(
    inventory: Inventory,
    policies: Iterable[Policy],
    advisories: Iterable[Advisory],
    *,
    today: date | None = None,
) -> tuple[Finding, ...]:
    """The findings of every device that an inventory lists (cameras, recorders, …); other devices get none.

    today: the day for which policies are judged, by default the day the scan began. Findings the inventory
    already holds are not looked at. Order: devices as in the inventory; per device the policies as given,
    then advisories as given. A policy that ended gives none; one that applies later gives "to be checked".
    """
    desk = PolicyDesk(policies, today or inventory.scan.started.date())
    advice = AdvisoryDesk(advisories)
    sites = _sites(inventory)
    found: list[Finding] = []
    for device in inventory.devices:
        kind = device.claims.get("kind")
        if kind is None or kind.value not in CAMERA_KINDS:
            continue
        found.extend(desk.findings(device, sites.get(device.site) or Site(id=device.site)))
        found.extend(advice.findings(device))
    return tuple(found)


def _sites(inventory: Inventory) -> dict[str, Site]:
    own = inventory.scan.site
    scanned = (scan.site for scan in inventory.scans)
    return {"": own, **{site.id: site for site in (*scanned, *inventory.sites, own)}}
