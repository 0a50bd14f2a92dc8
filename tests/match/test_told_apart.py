"""Two devices never share an id, whatever they claim."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from camscan.catalog import load
from camscan.match import identity
from camscan.match.resolve import Identifier
from camscan.model.observation import Observation, observe

AT = datetime(2026, 11, 24, tzinfo=UTC)


def sadp(ip: str, serial: str) -> Observation:
    return observe(ip, "sadp", {"sadp.device_sn": serial}, at=AT, payload=serial.encode(), port=37020)


def test_a_thief_of_serials_takes_nobodys_id() -> None:
    serials = [f"DS-2CD2T47G1-L20190522AAWRD2{number:07d}" for number in range(20)]
    honest = [sadp(f"10.0.0.{number + 1}", serial) for number, serial in enumerate(serials)]
    devices = Identifier(load()).identify([*honest, *(sadp("10.0.0.99", each) for each in serials)])
    assert 21 == len({device.device_id for device in devices})
    alone = Identifier(load()).identify(honest)
    assert {d.ip: d.device_id for d in alone}.items() <= {d.ip: d.device_id for d in devices}.items()


def test_fifty_devices_behind_a_router_that_answers_for_all_have_fifty_ids() -> None:
    behind = [
        observe(f"10.0.0.{number}", "neighbour", {"mac.observed": "00:12:34:56:78:9a"}, at=AT)
        for number in range(1, 51)
    ]
    devices = Identifier(load()).identify(behind)
    assert 50 == len({device.device_id for device in devices})
    assert all(device.identity_keys for device in devices)


def opened(*ports: int) -> list[Observation]:
    return [
        observe("10.0.0.7", "tcp-connect", {"net.open_port": str(port)}, at=AT, payload=b"%d" % port)
        for port in ports
    ]


def test_a_tarpit_is_no_camera_for_accepting_a_camera_s_port() -> None:
    (tarpit,) = Identifier(load()).identify(opened(80, 443, 554, 37777))
    assert "unknown" == tarpit.kind
    assert any("tarpit" in note for note in tarpit.notes)


def test_a_recorder_with_its_own_port_open_still_looks_like_one() -> None:
    (recorder,) = Identifier(load()).identify(opened(80, 37777))
    assert "camera-like-unknown" == recorder.kind


def said_by(ip: str, source: str, **fields: str) -> Observation:
    return observe(
        ip, source, {k.replace("__", "."): v for k, v in fields.items()}, at=AT, payload=repr(fields).encode()
    )


def test_two_platforms_on_one_address_are_said_to_contradict_and_no_label_is_matched_to_a_maker() -> None:
    (torn,) = Identifier(load()).identify(
        [
            said_by("10.0.0.8", "sadp", sadp__device_sn="DS-2CD2143G2-I20220101AAWRK12345635"),
            said_by("10.0.0.8", "sadp", sadp__device_description="DS-2CD2143G2-I"),
            said_by("10.0.0.8", "dhip", dhip__serial_no="4K049EBPAG1D7F5", dhip__device_class="IPC"),
            said_by("10.0.0.8", "dhip", dhip__version="2.800.0000000.13.R", dhip__device_type="IPC-HFW1230S"),
        ]
    )
    assert torn.claims["manufacturer"].confidence < 0.3
    assert any("contradict each other" in note and "Dahua" in note for note in torn.notes)
    assert "relation" not in torn.claims
    assert not any("made by" in note for note in torn.notes)


def test_a_sadp_device_that_hides_its_name_is_listed_and_its_platform_is_likely() -> None:
    (hidden,) = Identifier(load()).identify(
        [said_by("10.0.0.9", "sadp", sadp__device_type="139265", sadp__hidden="DeviceSN")]
    )
    assert ("camera-like-unknown", "Hikvision") == (hidden.kind, hidden.value("manufacturer"))
    assert 0.6 <= hidden.claims["manufacturer"].confidence < 0.9


def test_thousands_that_claim_one_serial_are_not_compared_each_with_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = 0

    def count(*marks: object) -> str:
        nonlocal compared
        compared += 1
        return contradiction(*marks)  # type: ignore[arg-type]

    contradiction = identity._contradiction
    monkeypatch.setattr(identity, "_contradiction", count)
    serial = "DS-2CD2T47G1-L20190522AAWRD20000001"
    everyone = []
    for number in range(1000):
        ip, mac = (
            f"10.0.{number // 250}.{number % 250 + 1}",
            f"68:6d:bc:00:{number // 256:02x}:{number % 256:02x}",
        )
        everyone.append(observe(ip, "sadp", {"sadp.device_sn": serial, "mac.observed": mac}, at=AT))
    devices = Identifier(load()).identify(everyone)
    assert 1000 == len(devices) == len({device.device_id for device in devices})
    assert all("identity-conflict" in device.flags for device in devices)
    assert compared < 2 * identity.MAX_RIVALS**2


@pytest.mark.parametrize("channels", ["\u00b2", "9" * 5000, "", "-1"])
def test_a_number_that_is_none_is_no_number(channels: str) -> None:
    (device,) = Identifier(load()).identify(
        [
            said_by("10.0.0.1", "dhip", dhip__init=channels, device__channels=channels),
            said_by("10.0.0.1", "tcp-connect", net__open_port=channels),
        ]
    )
    assert "not-activated" not in device.flags
    assert () == device.open_ports
