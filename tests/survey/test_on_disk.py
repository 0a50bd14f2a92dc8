"""Devices and findings on disk: every report is the same as from memory, and takes no more for more."""

from __future__ import annotations

import functools
import io
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from camscan import catalog
from camscan.catalog import Catalog
from camscan.cli.auditing import audited
from camscan.match.resolve import Identifier
from camscan.model.device import Device
from camscan.model.inventory import Inventory
from camscan.model.observation import observe
from camscan.report import formats
from camscan.report.next_steps import next_steps
from camscan.report.roll_up import au_2023, ndaa_889, roll_up
from camscan.report.summary import summarise, urgent
from camscan.report.table import print_report
from camscan.survey import imported
from camscan.survey.notebook import Notebook
from camscan.survey.shelf import MANY_DEVICES, Shelf, kept, on_disk

CAPTURE = Path(__file__).parents[1] / "recordings" / "imports" / "lab_scan.pcap.gz"


@functools.lru_cache(maxsize=1)
def known() -> Catalog:
    """Today's fingerprints."""
    return catalog.load()


@functools.lru_cache(maxsize=1)
def in_memory() -> Inventory:
    """The demo building from its capture."""
    return audited(imported.import_files(imported.ImportRequest((CAPTURE,)), known()), known())


def shelved(inventory: Inventory) -> Inventory:
    """The same, kept on disk as an import of thousands is."""
    return audited(replace(inventory, devices=on_disk(inventory.devices)), known())


def terminal(inventory: Inventory) -> str:
    """The report as printed."""
    page = io.StringIO()
    print_report(Console(file=page, width=200, highlight=False), inventory)
    return page.getvalue()


def test_an_import_of_many_devices_is_kept_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imported, "MANY_DEVICES", 0)
    many = imported.import_files(imported.ImportRequest((CAPTURE,)), known())
    found = audited(many, known())
    assert isinstance(found.devices, Shelf)
    assert isinstance(found.findings, Shelf)
    assert tuple(in_memory().devices) == tuple(found.devices)
    assert len(in_memory().findings) > 50
    assert in_memory().findings == tuple(found.findings)


@pytest.mark.parametrize("name", [each.name for each in formats.FORMATS if each.name not in ("pdf", "xlsx")])
def test_every_report_is_the_same_from_disk(name: str) -> None:
    assert formats.render(in_memory(), name) == formats.render(shelved(in_memory()), name)


def test_the_terminal_and_the_counts_are_the_same_from_disk() -> None:
    held, disk = in_memory(), shelved(in_memory())
    assert terminal(held) == terminal(disk)
    one, other = summarise(held), summarise(disk)
    assert tuple(one.entries) == tuple(other.entries)
    assert replace(one, entries=()) == replace(other, entries=())
    assert one.entries[3:9] == other.entries[3:9]
    assert one.entries[::-2] == other.entries[::-2]
    assert one.entries[-1] == other.entries[-1]
    assert urgent(one.entries, 5) == urgent(other.entries, 5)
    assert roll_up(held, ("brand", "manufacturer")) == roll_up(disk, ("brand", "manufacturer"))
    assert au_2023(held) == au_2023(disk)
    assert ndaa_889(held) == ndaa_889(disk)


def test_findings_that_do_not_stand_together_are_all_found() -> None:
    held = in_memory()
    mixed = (*held.findings[::2], *held.findings[1::2])
    one, other = replace(held, findings=mixed), replace(held, findings=Shelf(mixed, type(mixed[0])))
    assert formats.render(one, "csv") == formats.render(other, "csv")


def _copies(count: int) -> Inventory:
    devices = [device for device in in_memory().devices if device.value("manufacturer")]
    made = (
        replace(devices[number % len(devices)], device_id=f"d-{number:012x}", addresses=(f"10.0.0.{number}",))
        for number in range(count)
    )
    return shelved(replace(in_memory(), devices=on_disk(made), observations=()))


def _peak(work: Callable[[Inventory], object], inventory: Inventory) -> int:
    tracemalloc.start()
    try:
        work(inventory)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _written(name: str) -> Callable[[Inventory], object]:
    return lambda inventory: sum(map(len, formats.pieces(inventory, name)))


@pytest.mark.parametrize(
    "work",
    [_written("jsonl"), _written("csv"), _written("ecs"), lambda inventory: next_steps(summarise(inventory))],
    ids=["jsonl", "csv", "ecs", "counts"],
)
def test_memory_of_a_report_hardly_grows_with_the_devices(work: Callable[[Inventory], object]) -> None:
    few, many = _copies(200), _copies(1000)
    work(few)  # modules and tables of words that load once
    grown = _peak(work, many) - _peak(work, few)
    assert len(many.findings) > 2000
    # In memory a device and its findings take above 15 kB. Ids and places are what is left.
    assert grown / 800 < 1500


def test_what_single_addresses_showed_is_concluded_anew_once_it_was_let_go() -> None:
    notebook = Notebook(Identifier(catalog.load()))
    for number in range(3):
        seen = {"http.server": "Acme/1", "sadp.device_sn": f"DS-2CD2T47G1-L2019052{number}AAWRD2"}
        notebook.add(observe(f"10.0.0.{number}", "sadp", seen, at=datetime(2026, 11, 24, tzinfo=UTC)))
    before = notebook.verdict("10.0.0.1")
    assert 3 == len(notebook.devices())
    assert before == notebook.verdict("10.0.0.1")
    more = {"sadp.firmware": "V5.6.5"}
    notebook.add(observe("10.0.0.1", "sadp", more, at=datetime(2026, 11, 24, tzinfo=UTC)))
    assert 2 == len(notebook.of("10.0.0.1"))
    assert before.value("serial") == notebook.verdict("10.0.0.1").value("serial")  # type: ignore[union-attr]


def test_devices_beyond_a_thousand_are_kept_on_disk_and_fewer_in_memory() -> None:
    few = [Device(f"d{number}", (f"10.0.0.{number}",)) for number in range(3)]
    many = [replace(few[0], device_id=f"d{number}") for number in range(MANY_DEVICES + 1)]
    assert tuple(few) == kept(few)
    assert isinstance(kept(many), Shelf)
    assert tuple(many) == tuple(kept(many))
