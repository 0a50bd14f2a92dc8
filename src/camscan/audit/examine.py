"""`examine`: every finding of an inventory, in its own order; the same input gives the same output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from camscan.audit.advisories import AdvisoryDesk
from camscan.audit.policies import PolicyDesk
from camscan.model.device import CAMERA_KINDS, Device
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
    """What `findings_of` gives, at once."""
    return tuple(findings_of(inventory, policies, advisories, today=today))


def findings_of(
    inventory: Inventory,
    policies: Iterable[Policy],
    advisories: Iterable[Advisory],
    *,
    today: date | None = None,
) -> Iterator[Finding]:
    """The findings of every device that an inventory lists (cameras, recorders, …); other devices get none.

    today: the day for which policies are judged, by default the day the scan began. Findings the inventory
    already holds are not looked at. Order: devices as in the inventory; per device the policies as given,
    then advisories as given. A policy that ended gives none; one that applies later gives "to be checked".
    """
    examiner = Examiner(policies, advisories, today or inventory.scan.started.date())
    sites = _sites(inventory)
    for device in inventory.devices:
        yield from examiner.findings(device, sites.get(device.site) or Site(id=device.site))


class Examiner:
    """Policies and advisories made ready once, for devices that come one by one."""

    def __init__(self, policies: Iterable[Policy], advisories: Iterable[Advisory], day: date) -> None:
        """day: the day for which policies are judged."""
        self._desk = PolicyDesk(policies, day)
        self._advice = AdvisoryDesk(advisories)

    def findings(self, device: Device, site: Site) -> Iterator[Finding]:
        """Those of one device: policies in their order, then advisories; none for what is no camera."""
        if device.kind in CAMERA_KINDS:
            yield from self._desk.findings(device, site)
            yield from self._advice.findings(device)


def _sites(inventory: Inventory) -> dict[str, Site]:
    own = inventory.scan.site
    scanned = (scan.site for scan in inventory.scans)
    return {"": own, **{site.id: site for site in (*scanned, *inventory.sites, own)}}
