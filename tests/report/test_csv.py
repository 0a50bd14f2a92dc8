"""The CSV: columns, golden file, hostile texts, any columns."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import simulated_audit

import hostile
from camscan.errors import UsageError
from camscan.report import rows
from camscan.report.csv import render

GOLDEN = Path(__file__).parent.parent / "golden" / "inventory.csv"

PROMISED = (
    "site, ip, mac, hostname, device_type, brand, manufacturer, model, firmware, serial, confidence, "
    "policies, advisories, open_ports, discovered_by, evidence, first_seen, last_seen, device_id"
)


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))


def test_the_nineteen_columns_come_in_the_promised_order() -> None:
    assert PROMISED == ", ".join(rows.STANDARD_NAMES)


def test_a_small_audit_is_written_as_the_golden_file_has_it() -> None:
    assert GOLDEN.read_bytes() == render(simulated_audit.audit(24, 12).inventory)


def test_there_is_one_row_for_each_device(audit: simulated_audit.Audit) -> None:
    written = read(render(audit.inventory))
    assert [unit.serial for unit in audit.units] == [row[9] for row in written[1:]]
    assert {19} == {len(row) for row in written}


def test_no_hostile_text_is_a_formula_a_line_break_or_invisible() -> None:
    written = read(render(hostile.inventory()))
    assert len(hostile.EVERYTHING) + 1 == len(written)
    for row in written:
        for text in row:
            assert not text.lstrip(' "“”').startswith(("=", "+", "-", "@", "＝"))
            assert text.isprintable()
            assert len(text) <= 1001


def test_chosen_columns_come_in_the_order_asked_for(audit: simulated_audit.Audit) -> None:
    header, first, *_ = read(render(audit.inventory, rows.choose(["relation", "ip", "organisation"])))
    assert ["relation", "ip", "organisation"] == header
    unit = audit.units[0]
    assert [unit.relation, unit.ip, unit.organisation] == first


def test_a_plus_adds_to_the_standard_columns() -> None:
    assert (*rows.STANDARD_NAMES, "notes") == tuple(c.name for c in rows.choose(["+notes"]))


def test_an_unknown_column_is_a_usage_error_that_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no column 'colour'; known columns: site, ip, .*notes"):
        rows.choose(["colour"])


def test_what_is_no_camera_is_not_listed() -> None:
    held = hostile.inventory("printer")
    from dataclasses import replace

    from camscan.model.device import Claim

    printer = replace(held.devices[0], claims={"kind": Claim("not-a-camera", 0.9)})
    assert [] == list(rows.entries(replace(held, devices=(printer,))))
    assert 1 == len(list(rows.entries(replace(held, devices=(printer,)), everything=True)))


def test_every_single_column_equals_its_place_in_the_standard_row(audit: simulated_audit.Audit) -> None:
    entry = next(rows.entries(audit.inventory))
    assert rows.standard_row(entry) == [column.value(entry) for column in rows.STANDARD]


def test_a_row_of_any_columns_is_what_each_column_says(audit: simulated_audit.Audit) -> None:
    columns = rows.choose(["notes", "ip", "relation", "evidence", "site", "channels"])
    listed = list(rows.entries(audit.inventory))[:50]
    assert [[column.value(entry) for column in columns] for entry in listed] == list(
        rows.rows(listed, columns)
    )
