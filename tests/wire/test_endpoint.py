from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.wire.endpoint import endpoint_mac, ordered_service_addresses, parse_service_address, tail_mac


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("urn:uuid:cea94000-fb96-11b3-8260-8ce748010203", "8c:e7:48:01:02:03"),  # Hikvision
        ("urn:uuid:8d2091bc-1dd2-11b2-807b-8CE748010203", "8c:e7:48:01:02:03"),
        ("urn:uuid:2419d68a-2dd2-21b2-a205-ec71db010203", "ec:71:db:01:02:03"),  # gSOAP sample, Reolink
        ("uuid:3fa1fe68-b915-4053-a3e1-c006c3afec0e", "c0:06:c3:af:ec:0e"),  # TP-Link
        ("urn:uuid:00075fe0-a604-04a6-e05f-0700075fe05f", "00:07:5f:e0:a6:04"),  # Bosch, mirrored
    ],
)
def test_a_vendors_endpoint_states_its_mac(endpoint: str, expected: str) -> None:
    assert expected == endpoint_mac(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "urn:uuid:e83a0086-66ce-4f9b-9f52-2a199ff14dec",  # version 4: Axis, Dahua
        "uuid:503b687a-4b5c-5a1e-8c11-28199ff14dec",  # version 5
        "urn:uuid:2419d68a-2dd2-21b2-a205-010101010101",  # hard-coded, a group address
        "urn:uuid:2419d68a-2dd2-21b2-a205-000000000000",
        "urn:uuid:2419d68a-2dd2-21b2-a205-X2018101811779",
        "urn:uuid:da4a86d1-4362-e82c-a162-d06d1cb8c478",  # of no version
        "http://192.168.1.64/onvif",
        "",
    ],
)
def test_random_and_meaningless_endpoints_state_no_mac(endpoint: str) -> None:
    assert endpoint_mac(endpoint) is None


def test_the_tail_of_a_random_endpoint_is_only_a_candidate() -> None:
    assert "b0:c5:54:1c:71:85" == tail_mac("uuid:ae67e622-7a66-465e-bab0-b0c5541c7185")


def test_a_service_address_is_taken_apart() -> None:
    address = parse_service_address("https://[fe80::1%25eth0]/onvif/device_service?x=1")
    assert address is not None
    assert (True, 443, "/onvif/device_service?x=1") == (address.tls, address.port, address.path)
    plain = parse_service_address("http://192.168.1.108:8899")
    assert plain is not None
    assert (False, "192.168.1.108", 8899, "/") == (plain.tls, plain.host, plain.port, plain.path)


@pytest.mark.parametrize(
    "url", ["", "soap.udp://1.2.3.4", "http://", "http://[bad", "http://h:99999/", "http://h:x/"]
)
def test_what_is_no_service_address_is_none(url: str) -> None:
    assert parse_service_address(url) is None


def test_the_packets_source_comes_first_and_foreign_link_local_is_dropped() -> None:
    urls = (
        "http://169.254.34.187/onvif/device_service",
        "http://10.9.9.9/onvif/device_service",
        "http://192.168.2.7/onvif/device_service",
        "http://192.168.2.190/onvif/device_service",
    )
    hosts = [address.host for address in ordered_service_addresses(urls, "192.168.2.190")]
    assert ["192.168.2.190", "192.168.2.7", "10.9.9.9"] == hosts


def test_link_local_is_kept_when_the_packet_came_from_there() -> None:
    urls = ("http://192.168.2.190/onvif", "http://169.254.34.187/onvif")
    hosts = [address.host for address in ordered_service_addresses(urls, "169.254.34.187")]
    assert "169.254.34.187" == hosts[0]


@given(st.text(max_size=80), st.text(max_size=40))
def test_no_text_raises(text: str, source: str) -> None:
    endpoint_mac(text)
    ordered_service_addresses((text, f"http://{text}"), source)
