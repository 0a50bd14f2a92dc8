"""The shipped files as a whole: no faults, enough makers, tables that agree with each other."""

from __future__ import annotations

import csv

from camscan.catalog.checking import check_directory
from camscan.catalog.loading import Catalog
from camscan.model.device import CAMERA_KINDS

CAMERA_KIND_NAMES = {kind.value for kind in CAMERA_KINDS}
NAMED_SYSTEMS = (
    "hikvision dahua huawei zte hytera uniview tiandy tvt xiongmai ezviz imou axis hanwha bosch reolink "
    "amcrest tp-link".split()
)
PROTOCOL_WORDS = {
    "hikvision": ("sadp.device_sn", "http.server", "rtsp.realm", "any.serial", "any.firmware", "tls.subject"),
    "dahua": ("dhip.device_class", "any.serial", "any.firmware", "http.realm", "rtsp.server", "ssdp.usn"),
    "uniview": ("any.serial", "any.firmware", "any.model", "rtsp.public"),
    "tvt": ("tvt.device_class", "any.firmware", "any.model"),
    "xiongmai": ("xm.serial_no", "any.firmware", "rtsp.server", "http.title"),
    "axis": (
        "ftp.banner",
        "snmp.sys_descr",
        "dhcp.vendor_class",
        "mdns.instance",
        "upnp.friendly_name",
        "any.serial",
    ),
}


def test_the_shipped_fingerprints_have_no_fault(shipped: Catalog) -> None:
    assert [] == [str(fault) for fault in check_directory(shipped.directory) if not fault.warning]


def test_at_least_sixty_makers_have_rules_that_name_a_camera(shipped: Catalog) -> None:
    makers = {rule.vendor for rule in shipped.fingerprints if rule.claims.get("kind") in CAMERA_KIND_NAMES}
    assert len(makers) >= 60


def test_every_system_the_mission_names_has_at_least_five_rules(shipped: Catalog) -> None:
    counts = {name: sum(rule.vendor == name for rule in shipped.fingerprints) for name in NAMED_SYSTEMS}
    assert {} == {name: count for name, count in counts.items() if count < 5}


def test_the_great_platforms_are_known_by_each_of_their_protocols(shipped: Catalog) -> None:
    missing = {}
    for vendor, fields in PROTOCOL_WORDS.items():
        read = {each.field for rule in shipped.fingerprints if rule.vendor == vendor for each in rule.when}
        if unread := set(fields) - read:
            missing[vendor] = unread
    assert {} == missing


def test_every_maker_of_the_prefix_table_has_a_file(shipped: Catalog) -> None:
    with (shipped.directory / "ieee.csv").open(encoding="utf-8", newline="") as stream:
        named = {row["vendor"] for row in csv.DictReader(stream)}
    assert set() == named - {*shipped.vendors, ""}


def test_unverified_registrants_belong_to_nobody(shipped: Catalog) -> None:
    with (shipped.directory / "ieee.csv").open(encoding="utf-8", newline="") as stream:
        owners = {row["registrant"]: row["vendor"] for row in csv.DictReader(stream)}
    assert ("", "", "") == (owners["infomark"], owners["ANKER-EAST"], owners["PROVISION THAI CO., LTD."])


def test_a_rule_from_general_knowledge_never_proves(shipped: Catalog) -> None:
    words = "vendor product naming, general knowledge"
    proving = [
        rule.id
        for rule in shipped.fingerprints
        if rule.weight == "proves" and all(words == example.source for example in rule.examples)
    ]
    assert [] == proving


def test_brand_rows_name_a_maker_that_exists_or_none(shipped: Catalog) -> None:
    assert [] == [row.brand for row in shipped.brands if row.maker and row.maker not in shipped.vendors]
