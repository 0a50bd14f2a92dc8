"""Five hundred cameras answering one question at once."""

from __future__ import annotations

import pytest

from camscan.lab.fleet import wsd_burst
from camscan.lab.process import LabProcess
from camscan.net.pace import Manners


@pytest.mark.timeout(120)
@pytest.mark.parametrize("clones", [False, True], ids=["own UUIDs", "one UUID shared by all"])
def test_every_one_of_500_responders_in_a_burst_is_found(run_scan, clones: bool) -> None:  # type: ignore[no-untyped-def]
    with LabProcess(wsd_burst(500, clones=clones)) as lab:
        inventory = run_scan(
            lab, probes=("ws-discovery",), mdns=False, manners=Manners(50_000, 500, group_window_seconds=2)
        )
    assert 500 == len({ip for device in inventory.devices for ip in device.addresses})
    assert 500 == len(inventory.devices)
