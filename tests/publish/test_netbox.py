"""The push to NetBox, against a fake that enforces NetBox's own request schemas and filters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import fake_netbox
import pytest
import simulated_audit
from msgspec import structs

import hostile
from camscan.errors import OperationalError
from camscan.publish.netbox import push

pytest.importorskip("pynetbox", reason="the extra netbox is not installed")

INVENTORY = simulated_audit.audit(12, 6).inventory
STANDING = [device for device in INVENTORY.devices if device.status != "removed"]


@pytest.fixture(params=["4.3", "4.7"])
def netbox(request: pytest.FixtureRequest) -> Iterator[fake_netbox.FakeNetBox]:
    made = fake_netbox.FakeNetBox(request.param)
    with fake_netbox.serve(made):
        yield made


def test_every_standing_device_arrives_with_its_maker_type_site_mac_and_address(
    netbox: fake_netbox.FakeNetBox,
) -> None:
    push(INVENTORY, netbox.url, fake_netbox.TOKEN)
    devices = netbox.objects["dcim/devices"].values()
    assert {device.device_id for device in STANDING} == {
        each["custom_fields"]["camscan_id"] for each in devices
    }
    addresses = {each["address"] for each in netbox.objects["ipam/ip-addresses"].values()}
    assert {f"{device.ip}/32" for device in STANDING} == addresses
    macs = {each["mac_address"] for each in netbox.objects["dcim/mac-addresses"].values()}
    assert {device.macs[0].mac for device in STANDING} == macs
    makers = {each["name"] for each in netbox.objects["dcim/manufacturers"].values()}
    assert {device.value("manufacturer") or "Unknown" for device in STANDING} == makers
    assert all(each["primary_ip4"] for each in devices)


def test_a_second_push_changes_nothing(netbox: fake_netbox.FakeNetBox) -> None:
    push(INVENTORY, netbox.url, fake_netbox.TOKEN)
    netbox.changes.clear()
    again = push(INVENTORY, netbox.url, fake_netbox.TOKEN)
    assert [] == netbox.changes
    assert (len(STANDING), {}, {}) == (again.unchanged, dict(again.created), dict(again.updated))


def test_new_firmware_changes_the_description_of_that_device_only(netbox: fake_netbox.FakeNetBox) -> None:
    push(INVENTORY, netbox.url, fake_netbox.TOKEN)
    netbox.changes.clear()
    first = STANDING[0]
    newer = structs.replace(first.claims["firmware"], value="V9")
    changed = replace(first, claims={**first.claims, "firmware": newer})
    devices = tuple(changed if each is first else each for each in INVENTORY.devices)
    again = push(replace(INVENTORY, devices=devices), netbox.url, fake_netbox.TOKEN)
    assert [("PATCH", "dcim/devices")] == netbox.changes
    assert {"device": 1} == dict(again.updated)


def test_a_dry_run_changes_nothing_and_says_what_it_would_do(netbox: fake_netbox.FakeNetBox) -> None:
    done = push(INVENTORY, netbox.url, fake_netbox.TOKEN, dry_run=True)
    assert [] == netbox.changes
    assert f"netbox: would have created {len(STANDING)} device" in list(done.lines())


def test_a_device_that_netbox_knows_by_its_serial_is_adopted_and_keeps_its_name(
    netbox: fake_netbox.FakeNetBox,
) -> None:
    maker = netbox.seed("dcim/manufacturers", name="Old name", slug="old")
    kind = netbox.seed("dcim/device-types", manufacturer=maker, model="x", slug="x")
    role = netbox.seed("dcim/device-roles", name="CCTV", slug="cctv")
    site = netbox.seed("dcim/sites", name="Head office", slug="head-office")
    serial = STANDING[0].value("serial")[:50]
    known = netbox.seed(
        "dcim/devices",
        name="Entrance",
        device_type=kind,
        role=role,
        site=site,
        serial=serial,
        status="planned",
    )
    push(INVENTORY, netbox.url, fake_netbox.TOKEN)
    adopted = netbox.objects["dcim/devices"][known]
    assert ("Entrance", site, role, "planned") == tuple(
        adopted[name] for name in ("name", "site", "role", "status")
    )
    assert STANDING[0].device_id == adopted["custom_fields"]["camscan_id"]
    assert len(STANDING) == len(netbox.objects["dcim/devices"])


def test_an_address_of_another_device_is_reported_and_left_alone(netbox: fake_netbox.FakeNetBox) -> None:
    taken = netbox.seed(
        "ipam/ip-addresses",
        address=f"{STANDING[0].ip}/24",
        assigned_object_type="dcim.interface",
        assigned_object_id=4711,
    )
    done = push(INVENTORY, netbox.url, fake_netbox.TOKEN)
    assert 4711 == netbox.objects["ipam/ip-addresses"][taken]["assigned_object_id"]
    assert [f"{STANDING[0].ip} belongs to network there"] == [line.split(";")[0] for line in done.conflicts]


def test_hostile_texts_meet_the_contract(netbox: fake_netbox.FakeNetBox) -> None:
    held = hostile.inventory()
    push(held, netbox.url, fake_netbox.TOKEN)
    assert len(held.devices) == len(netbox.objects["dcim/devices"])


def test_a_wrong_token_is_one_clear_line(netbox: fake_netbox.FakeNetBox) -> None:
    with pytest.raises(OperationalError, match="refused"):
        push(INVENTORY, netbox.url, "wrong")


def test_an_old_netbox_is_refused() -> None:
    old = fake_netbox.FakeNetBox("4.3")
    old.version = "4.1"
    with fake_netbox.serve(old), pytest.raises(OperationalError, match=r"NetBox 4.1 .* is older than 4.2"):
        push(INVENTORY, old.url, fake_netbox.TOKEN)


def test_a_netbox_that_is_not_there_is_one_clear_line() -> None:
    with pytest.raises(OperationalError, match="cannot be reached"):
        push(INVENTORY, "http://127.0.0.1:9", fake_netbox.TOKEN)
