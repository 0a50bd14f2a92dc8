"""Inventory → CSV for NetBox's bulk import: manufacturers, device types, then devices (`.netbox*.csv`)."""

from __future__ import annotations

from camscan.model.inventory import Inventory
from camscan.report.csv import table
from camscan.report.rows import entries
from camscan.report.summary import standing
from camscan.wire import netbox


def render(inventory: Inventory) -> bytes:
    """Devices. NetBox must know the manufacturers, device types, roles and sites, and the custom field."""
    header = (
        "name", "role", "manufacturer", "device_type", "serial", "status", "site", "description", "tags",
        f"cf_{netbox.ID_FIELD}",
    )  # fmt: skip
    lines = [
        (
            netbox.device_name(each.device),
            netbox.role(each.device),
            netbox.manufacturer(each.device),
            netbox.device_type(each.device),
            netbox.plain(each.device.value("serial"), netbox.MAX_SERIAL),
            netbox.status(each.device),
            netbox.site_name(each.site),
            netbox.description(each.device),
            netbox.TAG,
            each.device.device_id,
        )
        for each in standing(entries(inventory))
    ]
    return table(header, lines)


def render_manufacturers(inventory: Inventory) -> bytes:
    """name, slug"""
    names = {netbox.manufacturer(entry.device) for entry in standing(entries(inventory))}
    return table(("name", "slug"), [(name, netbox.slug(name)) for name in sorted(names)])


def render_device_types(inventory: Inventory) -> bytes:
    """manufacturer, model, slug"""
    types = {
        (netbox.manufacturer(entry.device), netbox.device_type(entry.device))
        for entry in standing(entries(inventory))
    }
    lines = [(maker, model, netbox.slug(f"{maker} {model}"), "0") for maker, model in sorted(types)]
    return table(("manufacturer", "model", "slug", "u_height"), lines)
