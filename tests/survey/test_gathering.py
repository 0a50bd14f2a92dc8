"""What files say is gathered by address, and nobody draws away what another said of itself."""

from __future__ import annotations

from datetime import UTC, datetime

from camscan.imports.notes import Unplaced
from camscan.model.observation import observe
from camscan.survey.gathering import Gathering

AT = datetime(2026, 11, 24, tzinfo=UTC)
MAC = "44:19:b6:00:00:01"
LIAR, TRUE = "10.0.0.66", "10.0.0.7"


def places(source: str, field: str, claimed_ip: str) -> dict[str, set[str]]:
    """Address → sources heard there: LIAR has the hardware address in `field`, a frame tells of it."""
    gathering = Gathering()
    gathering.add(observe(LIAR, "mdns", {field: MAC}, at=AT))
    gathering.add(
        Unplaced(MAC, source, {"sadp.device_description": "DS-2CD2042WD-I"}, AT, claimed_ip=claimed_ip)
    )
    assert [] == gathering.place()
    return {ip: {each.source for each in gathering.page(ip)} for ip in gathering.addresses()}


def test_a_sadp_frame_stays_with_the_address_it_says_whoever_claims_its_hardware_address() -> None:
    assert {LIAR: {"mdns"}, TRUE: {"sadp"}} == places("sadp", "mac.claimed", TRUE)


def test_where_the_wire_showed_the_hardware_address_counts_more() -> None:
    assert {LIAR: {"mdns", "sadp"}} == places("sadp", "mac.observed", TRUE)


def test_the_address_a_dhcp_client_asks_for_counts_less_than_one_that_states_the_hardware_address() -> None:
    assert {LIAR: {"mdns", "dhcp"}} == places("dhcp", "mac.claimed", TRUE)
