"""One bit for each address that was asked."""

from __future__ import annotations

from camscan.net.asked import Asked
from camscan.net.places import Places


def test_it_holds_exactly_what_was_added_in_scope_and_beside_it() -> None:
    asked = Asked(Places([(0x0A000001, 0x0A000010), (0x0A000101, 0x0A000101)]))
    added = ["10.0.0.1", "10.0.0.9", "10.0.1.1", "10.9.9.9", "fe80::1%eth0"]
    for ip in added:
        asked.add(ip)
    beside = ["10.0.0.2", "10.0.0.8", "10.0.0.10", "10.0.0.16", "10.9.9.8", "fe80::2%eth0"]
    assert added == [ip for ip in [*added, *beside] if ip in asked]
