from __future__ import annotations

import pytest

from camscan.errors import MalformedReply
from camscan.wire.claimed import claimed_addresses, require_mac


def test_addresses_are_canonical_and_in_order_and_once() -> None:
    claimed = claimed_addresses(
        " 192.168.1.64 ", "FE80:0::1/64", "fe80::1%eth0", "192.168.1.64", "2001:DB8::5"
    )
    assert claimed == ("192.168.1.64", "fe80::1", "2001:db8::5")


@pytest.mark.parametrize(
    "text",
    ["", "0.0.0.0", "::", "255.255.255.255", "239.255.255.250", "ff02::c", "192.168.1", "camera", "1" * 9999],
)
def test_what_names_no_single_host_is_dropped(text: str) -> None:
    assert claimed_addresses(text) == ()


def test_a_required_mac_is_canonical_or_malformed() -> None:
    assert require_mac("00-09-18-12-34-56", "test") == "00:09:18:12:34:56"
    with pytest.raises(MalformedReply, match="test: no hardware address"):
        require_mac("none", "test")
