"""Devices that nothing but datagrams speaks for."""

from __future__ import annotations

import pytest

from camscan.audit.sureness import SURE
from camscan.model.device import Claim, Device, MacAddress
from camscan.net.interfaces import Interface
from camscan.survey.misaddressed import carried_over
from camscan.survey.unconfirmed import MOST_CONFIDENCE, NOTE, mark_unconfirmed

LINK = Interface("eth9", 9, ("10.0.0.200/24",))
TUNNEL = Interface("tun9", 10, ("10.9.0.200/24",))
SEEN = (MacAddress("02:00:00:00:00:01", True, "neighbour"),)
CLAIMED = (MacAddress("02:00:00:00:00:02", False, "sadp"),)
SURELY = {"manufacturer": Claim("Hikvision", 0.99), "model": Claim("DS-1", 0.5)}


def device(ip: str, macs: tuple[MacAddress, ...] = (), ports: tuple[int, ...] = ()) -> Device:
    return Device(f"d-{ip}", (ip,), macs=macs, open_ports=ports, claims=SURELY)


def marked(*devices: Device) -> list[bool]:
    return [NOTE in each.notes for each in mark_unconfirmed(devices, (LINK, TUNNEL))]


def test_an_address_without_hardware_address_and_tcp_beside_others_that_have_one_is_doubted() -> None:
    honest, forged = device("10.0.0.2", SEEN), device("10.0.0.3")
    kept, doubted = mark_unconfirmed((honest, forged), (LINK,))
    assert honest == kept
    assert MOST_CONFIDENCE == doubted.claims["manufacturer"].confidence < SURE
    assert 0.5 == doubted.claims["model"].confidence
    assert (NOTE,) == doubted.notes
    assert "Hikvision" == doubted.value("manufacturer")


def test_a_hardware_address_that_only_a_payload_claims_confirms_nothing() -> None:
    assert [False, True] == marked(device("10.0.0.2", SEEN), device("10.0.0.3", CLAIMED))


@pytest.mark.parametrize(
    "other",
    [
        device("10.0.0.3", ports=(80,)),
        device("10.5.0.3"),  # behind a router no hardware address is seen
        device("10.9.0.3"),  # nor on a tunnel
        device("10.0.0.200"),  # ourselves
    ],
)
def test_what_cannot_be_expected_is_not_missed(other: Device) -> None:
    assert [False, False] == marked(device("10.0.0.2", SEEN), other)


def test_where_no_hardware_address_is_known_nobody_is_doubted() -> None:
    assert [False, False] == marked(device("10.0.0.2"), device("10.0.0.3"))


def test_identification_anew_keeps_the_doubt() -> None:
    fresh = (device("10.0.0.2", SEEN), device("10.0.0.3"))
    again = carried_over(mark_unconfirmed(fresh, (LINK,)), fresh)
    assert mark_unconfirmed(fresh, (LINK,)) == again
