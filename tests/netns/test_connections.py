"""Two connections at a time to one device, on a cable that loses many of the packets that close them."""

from __future__ import annotations

from pathlib import Path

import pytest

from camscan.lab.fleet import fleet
from camscan.lab.namespace import Fleet, Medium, unavailable
from camscan.net.pace import Manners

from .conftest import scan_in

pytestmark = [pytest.mark.netns, pytest.mark.timeout(200)]

NETWORK = "10.77.1"
LOSSY = Medium(loss=0.08, delay_seconds=0.005)


def test_no_device_has_more_connections_than_it_may_where_they_are_made(tmp_path: Path) -> None:
    """Counted before the cable: what a device that missed our FIN or RST counts is not ours to know."""
    if reason := unavailable():
        pytest.skip(f"no namespaces here: {reason}")
    devices = fleet(24, (NETWORK,), bystanders=2)
    with Fleet(devices, networks=(NETWORK,), medium=LOSSY, seed=5, witness=True) as running:
        scan_in(running.scanner, tmp_path, *running.targets, "--no-store")
        sent, arrived = running.witnessed(before_the_cable=True), running.witnessed()
    most = {device.ip: sent["most_open"].get(device.ip, 0) for device in devices}
    assert sum(sent["packets"].values()) > sum(arrived["packets"].values()), "the cable lost nothing"
    assert Manners().device_connections_at_once == max(most.values())
