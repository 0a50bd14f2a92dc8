"""Two devices never share an id, whatever they claim."""

from __future__ import annotations

from datetime import UTC, datetime

from camscan.catalog import load
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
