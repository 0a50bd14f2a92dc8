"""The whole pipeline against the simulated building: all true, nothing beside the scope, all polite."""

from __future__ import annotations

from collections import Counter

import pytest

from camscan.lab.process import LabProcess
from camscan.model.device import CAMERA_KINDS, Kind
from camscan.model.exchange import Outcome
from camscan.net.pace import Manners
from camscan.report import jsonl
from camscan.report.load import read

MANNERS = Manners()
COLUMNS = ("kind", "brand", "manufacturer", "model", "firmware", "firmware_date", "serial")


@pytest.mark.timeout(180)
def test_every_device_is_what_it_truly_is(lab: LabProcess, run_scan) -> None:  # type: ignore[no-untyped-def]
    inventory = run_scan(lab)
    found = {ip: device for device in inventory.devices for ip in device.addresses}
    wrong = []
    for device in lab.devices:
        truth, seen = device.truth, found.get(device.truth.ip)
        if truth.kind is Kind.NOT_A_CAMERA:
            if seen is not None and seen.kind in CAMERA_KINDS:
                wrong.append(f"{truth.ip} is {truth.model or 'no camera'}, called {seen.kind}")
            continue
        if seen is None:
            wrong.append(f"{truth.ip} {truth.brand} {truth.model} was not found")
            continue
        wrong += [
            f"{truth.ip} {name}: {seen.value(name)!r}, not {truth.seen(name)!r}"
            for name in COLUMNS
            if seen.value(name).partition(" build ")[0] != truth.seen(name).partition(" build ")[0]
        ]
    assert not wrong, "\n".join(wrong)

    log = lab.log()
    connections: Counter[str] = Counter()
    for place, count in log["connections"].items():
        connections[place.rpartition(":")[0]] += count
    assert max(connections.values()) <= MANNERS.device_connections
    assert [] == log["authorizations"]
    assert [] == log["forbidden"]

    coverage = inventory.scan.coverage
    assert all(coverage.targets == sum(row.outcomes.values()) for row in coverage.probes)
    assert not any(row.outcomes.get(Outcome.BUG) for row in coverage.probes)
    assert coverage.complete

    again = read(jsonl.render(inventory).splitlines(keepends=True))
    assert inventory.devices == again.devices
    assert len(inventory.observations) == len(again.observations)


@pytest.mark.timeout(180)
def test_an_excluded_device_hears_nothing_in_any_phase(devices, run_scan) -> None:  # type: ignore[no-untyped-def]
    excluded = ("127.77.0.10", "127.77.0.30", "127.77.0.66")
    with LabProcess(devices[:40], excluded=excluded) as lab:
        inventory = run_scan(lab, exclude=excluded)
        log = lab.log()
    assert [] == log["excluded_contacts"]
    assert not any(ip in excluded for device in inventory.devices for ip in device.addresses)
    reasons = " ".join(reason for row in inventory.scan.coverage.probes for reason in row.reasons)
    assert "excluded address lies on" in reasons
    assert "127.77.0.11" in {device.ip for device in inventory.devices}


@pytest.mark.timeout(120)
def test_a_scan_that_is_stopped_keeps_what_it_knew(lab: LabProcess, run_scan) -> None:  # type: ignore[no-untyped-def]
    inventory = run_scan(lab, stop_after=1.0)
    assert inventory.scan.coverage.interrupted
    assert not inventory.scan.coverage.complete
    assert len(inventory.devices) > 5
    assert read(jsonl.render(inventory).splitlines(keepends=True)).devices == inventory.devices
