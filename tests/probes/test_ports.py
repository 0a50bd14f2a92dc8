from __future__ import annotations

from pathlib import Path

import pytest

from camscan.probes.ports import (
    CAMERA_PORTS,
    CameraPort,
    camera_port,
    ports_markdown,
    ports_of_stage,
    ports_speaking,
)

REQUIRED = {
    80,
    81,
    88,
    322,
    443,
    554,
    1756,
    2020,
    4520,
    5000,
    6036,
    7070,
    8000,
    8080,
    8091,
    8443,
    8554,
    8899,
    9000,
}
REQUIRED |= {10554, 34567, 37777}


def test_every_port_is_listed_once_with_a_reason_of_its_own() -> None:
    ports = [each.port for each in CAMERA_PORTS]
    assert len(set(ports)) == len(ports)
    assert set(ports) >= REQUIRED
    assert all(len(each.reason) > 8 for each in CAMERA_PORTS)


def test_every_port_is_in_exactly_one_stage() -> None:
    assert [each.port for each in CAMERA_PORTS] == [*ports_of_stage(1), *ports_of_stage(2)]


@pytest.mark.parametrize("port", range(9100, 9108))
def test_a_printer_port_can_neither_be_listed_nor_looked_up(port: int) -> None:
    with pytest.raises(ValueError, match="never touched"):
        CameraPort(port, "no reason is good enough", 2, ())
    with pytest.raises(ValueError, match="never touched"):
        camera_port(port)


def test_a_port_of_the_operators_own_is_tried_as_web_tls_and_stream() -> None:
    assert camera_port(12345).speaks == ("http", "tls", "rtsp")
    assert camera_port(37777).speaks == ()


def test_only_existing_probes_speak() -> None:
    assert {"http", "tls", "rtsp", "onvif-device"} == {name for each in CAMERA_PORTS for name in each.speaks}
    assert 554 in ports_speaking("rtsp")
    assert 443 in ports_speaking("tls")


def test_the_reference_page_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "ports.md"
    assert page.read_text("utf-8") == ports_markdown(), "python -m camscan.probes.ports > docs/ports.md"
