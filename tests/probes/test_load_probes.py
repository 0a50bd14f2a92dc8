from __future__ import annotations

from camscan.probes import load_probes


def test_probes_are_found_by_folder_and_sorted_by_stage_and_name() -> None:
    found = [(probe.stage, probe.name) for probe in load_probes()]
    assert sorted(found) == found
    assert {"ws-discovery", "onvif-device", "ssdp", "mdns", "snmp"} <= {name for _, name in found}


def test_every_probe_says_what_it_asks() -> None:
    assert [] == [probe.name for probe in load_probes() if not probe.about.strip()]


def test_every_probe_can_be_asked_or_heard() -> None:
    for probe in load_probes():
        assert probe.asks or probe.group_asks or probe.speaks_on, probe.name
        assert bool(probe.group_asks) == bool(probe.groups), probe.name
