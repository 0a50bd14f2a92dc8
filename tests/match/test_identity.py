"""A device is not its MAC: the published bad cases, and one camera seen in many ways."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from camscan.match.announced import is_placeholder, plausible_serial
from camscan.match.identity import Grouping, group_addresses, marks_of
from camscan.model.observation import Observation, observe

AT = datetime(2026, 11, 24, tzinfo=UTC)
SERIALS = ("sadp.device_sn", "onvif.device_serial", "dhip.serial_no")
HIK = "DS-2CD2T47G1-L20190522AAWRD22374804"


def heard(ip: str, **fields: str) -> Observation:
    return observe(
        ip, "test", {k.replace("__", "."): v for k, v in fields.items()}, at=AT, payload=repr(fields).encode()
    )


def grouped(*observations: Observation) -> Grouping:
    by_ip: dict[str, list[Observation]] = {}
    for each in observations:
        by_ip.setdefault(each.ip, []).append(each)
    return group_addresses({ip: marks_of(found, SERIALS) for ip, found in by_ip.items()})


def sets(grouping: Grouping) -> set[frozenset[str]]:
    return {frozenset(group) for group in grouping.groups}


def test_one_camera_seen_five_ways_is_one_device() -> None:
    found = grouped(
        heard("10.0.0.5", sadp__device_sn=HIK, mac__claimed="68-6D-BC-3B-52-DD"),
        heard("10.0.0.5", mac__observed="68:6d:bc:3b:52:dd"),
        heard("fe80::6a6d:bcff:fe3b:52dd%eth0", onvif__types="NetworkVideoTransmitter"),
        heard("169.254.8.9", sadp__device_sn=HIK),
        heard("10.0.1.5", onvif__device_serial=HIK, mac__claimed="68:6d:bc:3b:52:dd"),
    )
    assert {frozenset({"10.0.0.5", "fe80::6a6d:bcff:fe3b:52dd%eth0", "169.254.8.9", "10.0.1.5"})} == sets(
        found
    )
    assert frozenset() == found.conflicts


def test_identical_macs_on_two_units_with_different_serials_stay_two() -> None:
    found = grouped(
        heard("10.0.0.5", mac__observed="00:12:34:56:78:9a", sadp__device_sn=HIK),
        heard(
            "10.0.0.6", mac__observed="00:12:34:56:78:9a", sadp__device_sn=HIK.replace("22374804", "22374805")
        ),
    )
    assert 2 == len(found.groups)
    assert frozenset({"10.0.0.5", "10.0.0.6"}) == found.conflicts
    assert "kept apart: their serials differ" in found.notes["10.0.0.5"][0]


def test_one_serial_behind_two_hardware_addresses_stays_two() -> None:
    found = grouped(
        heard("10.0.0.5", mac__observed="68:6d:bc:00:00:01", onvif__device_serial="210235C2QSA188000194"),
        heard("10.0.0.6", mac__observed="68:6d:bc:00:00:02", onvif__device_serial="210235C2QSA188000194"),
    )
    assert 2 == len(found.groups)
    assert "hardware addresses differ" in found.notes["10.0.0.6"][0]


@pytest.mark.parametrize(
    "serial", ["SerialNumber", "0", "000000000000", "1234567890", "n/a", "IPC", "", "11111111"]
)
def test_a_placeholder_serial_joins_nobody(serial: str) -> None:
    assert not plausible_serial(serial)
    found = grouped(
        heard("10.0.0.5", onvif__device_serial=serial), heard("10.0.0.6", onvif__device_serial=serial)
    )
    assert 2 == len(found.groups)
    assert frozenset() == found.conflicts


@pytest.mark.parametrize("mac", ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "68:6d:bc", "zz:zz:zz:zz:zz:zz"])
def test_a_malformed_mac_joins_nobody(mac: str) -> None:
    assert 2 == len(grouped(heard("10.0.0.5", mac__claimed=mac), heard("10.0.0.6", mac__claimed=mac)).groups)


@pytest.mark.parametrize(
    "endpoint",
    [
        "urn:uuid:2419d68a-2dd2-21b2-a205-ec71db112233",  # gSOAP sample code
        "urn:uuid:2419d68a-2dd2-21b2-a205-010101010101",
        "uuid:6a9f3c10-1111-4222-8333-444455556666",  # cloned firmware: nothing else agrees
    ],
)
def test_a_uuid_shared_by_strangers_joins_nobody(endpoint: str) -> None:
    assert 2 == len(
        grouped(
            heard("10.0.0.5", onvif__endpoint=endpoint), heard("10.0.0.6", onvif__endpoint=endpoint)
        ).groups
    )


def test_a_uuid_and_a_claimed_mac_that_agree_join_two_interfaces() -> None:
    endpoint = "urn:uuid:cea94000-fb96-11b3-8260-686dbc3b52dd"
    mac = "68:6d:bc:3b:52:dd"
    found = grouped(
        heard("10.0.0.5", onvif__endpoint=endpoint, mac__claimed=mac),
        heard("10.0.9.5", onvif__endpoint=endpoint, mac__claimed=mac),
    )
    assert 1 == len(found.groups)


def test_one_uuid_on_an_ipv4_and_a_link_local_address_is_one_device() -> None:
    endpoint = "uuid:6a9f3c10-1111-4222-8333-444455556666"
    pair = (heard("10.0.0.5", onvif__endpoint=endpoint), heard("fe80::1%eth0", onvif__endpoint=endpoint))
    assert 1 == len(grouped(*pair).groups)
    assert 3 == len(grouped(*pair, heard("10.0.0.6", onvif__endpoint=endpoint)).groups)


def test_many_addresses_behind_one_mac_are_a_router() -> None:
    found = grouped(*(heard(f"10.0.1.{n}", mac__observed="00:00:5e:00:53:01") for n in range(1, 20)))
    assert 19 == len(found.groups)
    assert "probably a router" in found.notes["10.0.1.7"][0]


@pytest.mark.parametrize("word", ["General", "IP Camera", "IPC", "N/A", "H264DVR", "unknown", "---", "0000"])
def test_a_word_that_names_nothing_is_no_value(word: str) -> None:
    assert is_placeholder(word)


def test_keys_name_the_strongest_mark_first() -> None:
    marks = marks_of(
        [heard("10.0.0.5", mac__observed="68:6d:bc:00:00:01", sadp__device_sn=HIK, tls__sha256="ab" * 32)],
        SERIALS,
    )
    assert ("mac:68:6d:bc:00:00:01", "serial:DS2CD2T47G1L20190522AAWRD22374804") == marks.keys("10.0.0.5")[:2]
    assert "address:10.0.0.5" == marks.keys("10.0.0.5")[-1]


def everyones(ip: str, serials: list[str], macs: list[str]) -> list[Observation]:
    return [
        observe(ip, "sadp", {"sadp.device_sn": serial, "mac.claimed": mac}, at=AT, payload=serial.encode())
        for serial, mac in zip(serials, macs, strict=True)
    ]


@pytest.mark.parametrize("stolen", [2, 5, 30])
def test_one_that_answers_with_everybodys_serial_and_mac_does_not_join_them(stolen: int) -> None:
    serials = [f"DS-2CD2T47G1-L20190522AAWRD2{number:07d}" for number in range(30)]
    macs = [f"68:6d:bc:00:00:{number:02x}" for number in range(30)]
    honest = [
        each
        for number in range(30)
        for each in everyones(f"10.0.0.{number + 1}", [serials[number]], [macs[number]])
    ]
    thief = everyones("10.0.0.99", serials[:stolen], macs[:stolen])
    marks = {
        ip: marks_of([o for o in (*honest, *thief) if o.ip == ip], ["sadp.device_sn"])
        for ip in {o.ip for o in (*honest, *thief)}
    }
    found = group_addresses(marks)
    assert len(found.groups) >= 30
    assert max(len(group) for group in found.groups) <= 2


def test_a_cloned_endpoint_uuid_does_not_join_strangers_by_the_address_inside_it() -> None:
    endpoint = "urn:uuid:4d454930-0000-1000-8000-bcad28a1b2c3"
    clones = [
        heard(f"10.0.0.{n}", onvif__endpoint=endpoint, mac__claimed="bc:ad:28:a1:b2:c3") for n in (1, 2, 3)
    ]
    found = grouped(*clones)
    assert {frozenset({each.ip}) for each in clones} == sets(found)
    assert any("cloned firmware" in note for note in found.notes["10.0.0.2"])


def test_the_address_inside_a_uuid_joins_when_a_scope_states_it_too() -> None:
    one = [
        heard(
            ip,
            onvif__endpoint="urn:uuid:4d454930-0000-1000-8000-bcad28a1b2c3",
            onvif__scope="onvif://www.onvif.org/MAC/bc:ad:28:a1:b2:c3",
            mac__claimed="bc:ad:28:a1:b2:c3",
        )
        for ip in ("10.0.0.1", "10.0.1.1")
    ]
    assert {frozenset({"10.0.0.1", "10.0.1.1"})} == sets(grouped(*one))
