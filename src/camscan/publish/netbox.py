"""Inventory → NetBox 4.2 or later, through pynetbox: a second push of the same inventory changes nothing.

Rules: a device is recognised by the custom field `camscan_id`, else by its serial when NetBox has exactly
one such device; camscan creates what is missing and afterwards keeps only device type, serial, description
and its own mark up to date; name, status, site and role belong to NetBox once they exist; nothing is ever
deleted; an address that NetBox gives to another device is reported and left alone. Needs the extra `netbox`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from camscan.errors import MissingExtra, OperationalError
from camscan.model.device import CAMERA_KINDS, Device
from camscan.model.inventory import Inventory, Site
from camscan.wire import netbox

OLDEST = (4, 2)  # before it, a MAC address was a field of the interface
TIMEOUT_SECONDS = 30.0


@dataclass(slots=True)
class Pushed:
    """What a push did, by kind of object; conflicts are one line each, for people."""

    created: Counter[str] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    conflicts: list[str] = field(default_factory=list)
    dry_run: bool = False

    def lines(self) -> Iterator[str]:
        """The result in words."""
        would = "would have " if self.dry_run else ""
        for verb, counts in (("created", self.created), ("updated", self.updated)):
            for kind, count in sorted(counts.items()):
                yield f"netbox: {would}{verb} {count} {kind}"
        yield f"netbox: {self.unchanged} devices unchanged"
        yield from (f"netbox: {conflict}" for conflict in self.conflicts)


def push(inventory: Inventory, url: str, token: str, *, dry_run: bool = False) -> Pushed:
    """Bring NetBox up to date. Raises MissingExtra, OperationalError (unreachable, refused, too old)."""
    try:
        import pynetbox
    except ImportError:
        raise MissingExtra("pushing to NetBox needs pynetbox: pip install 'camscan[netbox]'") from None
    import requests

    try:
        session = requests.Session()
        session.request = _with_timeout(session.request)  # type: ignore[method-assign]
        api = pynetbox.api(url, token=token)
        api.http_session = session
        version = tuple(int(part) for part in str(api.version).split(".")[:2])
        if version < OLDEST:
            raise OperationalError(
                f"NetBox {api.version} at {url} is older than 4.2, the oldest camscan can push to"
            )
        return _Push(api, Pushed(dry_run=dry_run)).run(inventory)
    except pynetbox.RequestError as fault:
        raise OperationalError(f"NetBox at {url} refused: {fault.error}") from None
    except (requests.RequestException, pynetbox.ContentError) as fault:
        raise OperationalError(f"NetBox at {url} cannot be reached: {type(fault).__name__}") from None


def _with_timeout(request: Any) -> Any:
    def timed(*args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("timeout", TIMEOUT_SECONDS)
        return request(*args, **kwargs)

    return timed


class _Push:
    """One push: what NetBox holds is read once, then compared device by device."""

    def __init__(self, api: Any, done: Pushed) -> None:
        self._api = api
        self._done = done
        self._found: dict[tuple[str, str], Any] = {}
        self._tag = {"name": netbox.TAG, "slug": netbox.TAG}

    def run(self, inventory: Inventory) -> Pushed:
        sites = {site.id: site for scan in inventory.scans for site in [scan.site]}
        sites |= {site.id: site for site in (*inventory.sites, inventory.scan.site)}
        self._ensure("custom field", self._api.extras.custom_fields, {"name": netbox.ID_FIELD}, _ID_FIELD)
        self._ensure("tag", self._api.extras.tags, {"slug": netbox.TAG}, self._tag)
        known = (
            {
                str(record.custom_fields.get(netbox.ID_FIELD)): record
                for record in self._api.dcim.devices.filter(tag=netbox.TAG)
                if record.custom_fields.get(netbox.ID_FIELD)
            }
            if not self._new("tag", netbox.TAG)
            else {}
        )
        for device in inventory.devices:
            if device.kind in CAMERA_KINDS and device.status != "removed":
                site = inventory.scan.site if not device.site else sites.get(device.site, Site(device.site))
                self._device(device, site, known.get(device.device_id) or self._by_serial(device))
        return self._done

    def _device(self, device: Device, site: Site, record: Any) -> None:
        wanted: dict[str, Any] = {
            "device_type": self._device_type(device),
            "serial": netbox.plain(device.value("serial"), netbox.MAX_SERIAL),
            "description": netbox.description(device),
        }
        if record is None:
            record = self._create(
                "device",
                self._api.dcim.devices,
                {
                    **wanted,
                    "name": netbox.device_name(device),
                    "role": self._named(
                        "device role", self._api.dcim.device_roles, netbox.role(device), color="607d8b"
                    ),
                    "site": self._named(
                        "site", self._api.dcim.sites, netbox.site_name(site), status="active"
                    ),
                    "status": netbox.status(device),
                    "custom_fields": {netbox.ID_FIELD: device.device_id},
                    "tags": [self._tag],
                },
            )
            changed = True
        else:
            changed = self._update("device", record, wanted | self._mark(record, device))
        changed |= self._interface(device, record)
        if not changed:
            self._done.unchanged += 1

    def _mark(self, record: Any, device: Device) -> dict[str, Any]:
        """camscan's own id and tag, for a device that NetBox knew before."""
        mark: dict[str, Any] = {}
        if record.custom_fields.get(netbox.ID_FIELD) != device.device_id:
            mark["custom_fields"] = {**dict(record.custom_fields), netbox.ID_FIELD: device.device_id}
        tags = [{"name": tag.name, "slug": tag.slug} for tag in record.tags]
        if self._tag not in tags:
            mark["tags"] = [*tags, self._tag]
        return mark

    def _by_serial(self, device: Device) -> Any:
        serial = netbox.plain(device.value("serial"), netbox.MAX_SERIAL)
        if not serial:
            return None
        found = list(self._api.dcim.devices.filter(serial=serial))
        free = [each for each in found if not each.custom_fields.get(netbox.ID_FIELD)]
        return free[0] if len(free) == 1 and len(found) == 1 else None

    def _interface(self, device: Device, record: Any) -> bool:
        """The interface with its MAC and address; True when anything changed."""
        if record is None:  # dry run, the device does not exist yet
            return True
        known = list(self._api.dcim.interfaces.filter(device_id=record.id))
        interface = next((each for each in known if each.name == "network"), None)
        changed = interface is None
        if interface is None:
            body = {"device": record.id, "name": "network", "type": "other"}
            interface = self._create("interface", self._api.dcim.interfaces, body)
        if interface is None:
            return True
        return self._mac(device, interface) | self._address(device, record, interface) | changed

    def _mac(self, device: Device, interface: Any) -> bool:
        seen = next((each.mac for each in device.macs if each.observed), "")
        if not seen:
            return False
        owner = {"assigned_object_type": "dcim.interface", "assigned_object_id": interface.id}
        known = list(self._api.dcim.mac_addresses.filter(mac_address=seen, assigned_object_id=interface.id))
        if known:
            return False
        mac = self._create("MAC address", self._api.dcim.mac_addresses, {"mac_address": seen, **owner})
        if mac is not None:
            self._update("interface", interface, {"primary_mac_address": mac.id})
        return True

    def _address(self, device: Device, record: Any, interface: Any) -> bool:
        host = device.ip.partition("%")[0]
        width, primary = (128, "primary_ip6") if ":" in host else (32, "primary_ip4")
        known = list(self._api.ipam.ip_addresses.filter(address=host))
        mine = next((each for each in known if each.assigned_object_id == interface.id), None)
        owner = {"assigned_object_type": "dcim.interface", "assigned_object_id": interface.id}
        changed = mine is None
        if mine is None and any(each.assigned_object_id for each in known):
            other = next(each for each in known if each.assigned_object_id)
            self._done.conflicts.append(
                f"{host} belongs to {other.assigned_object} there; {record.name} has it here"
            )
            return False
        if mine is None and known:
            mine = known[0]
            self._update("IP address", mine, owner)
        elif mine is None:
            body = {"address": f"{host}/{width}", "status": "active", **owner}
            mine = self._create("IP address", self._api.ipam.ip_addresses, body)
        if mine is not None:
            changed |= self._update("device", record, {primary: mine.id}, count=False)
        return changed

    def _device_type(self, device: Device) -> int:
        maker, model = netbox.manufacturer(device), netbox.device_type(device)
        made_by = self._named("manufacturer", self._api.dcim.manufacturers, maker)
        slug = netbox.slug(f"{maker} {model}")
        body = {"manufacturer": made_by, "model": model, "slug": slug, "u_height": 0}
        return self._ensure("device type", self._api.dcim.device_types, {"slug": slug}, body)

    def _named(self, kind: str, endpoint: Any, name: str, **more: str) -> int:
        slug = netbox.slug(name)
        return self._ensure(kind, endpoint, {"slug": slug}, {"name": name, "slug": slug, **more})

    def _ensure(self, kind: str, endpoint: Any, key: Mapping[str, str], body: Mapping[str, Any]) -> int:
        """Id of the object with this key, created when missing; 0 in a dry run for one not there yet."""
        handle = (kind, next(iter(key.values())))
        if handle not in self._found:
            found = next(iter(endpoint.filter(**key)), None)
            self._found[handle] = found or self._create(kind, endpoint, body)
        record = self._found[handle]
        return record.id if record is not None else 0

    def _new(self, kind: str, key: str) -> bool:
        return self._found[kind, key] is None

    def _create(self, kind: str, endpoint: Any, body: Mapping[str, Any]) -> Any:
        self._done.created[kind] += 1
        return None if self._done.dry_run else endpoint.create(dict(body))

    def _update(self, kind: str, record: Any, wanted: Mapping[str, Any], *, count: bool = True) -> bool:
        held = record.serialize()
        changes = {name: value for name, value in wanted.items() if held.get(name) != value}
        if not changes:
            return False
        if count:
            self._done.updated[kind] += 1
        if not self._done.dry_run:
            record.update(changes)
        return True


_ID_FIELD = {
    "name": netbox.ID_FIELD,
    "label": "camscan id",
    "type": "text",
    "object_types": ["dcim.device"],
    "description": "The device id in the camscan inventory",
}
