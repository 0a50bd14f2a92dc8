"""JSON Lines: round trip, cut files, hostile texts, the schema."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
import simulated_audit
from hypothesis import given
from hypothesis import strategies as st

import hostile
from camscan.errors import FileFormatError
from camscan.report import ecs, jsonl
from camscan.report.load import CUT_SHORT, LINE_CUT, load, read

SCHEMA = json.loads((resources.files("camscan.report") / "inventory.schema.json").read_text("utf-8"))


def test_an_inventory_comes_back_as_it_went(audit: simulated_audit.Audit) -> None:
    assert audit.inventory == read(jsonl.render(audit.inventory).splitlines(keepends=True))


def test_every_line_meets_the_shipped_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for held in (simulated_audit.audit(20, 10).inventory, hostile.inventory()):
        for line in jsonl.render(held).splitlines(keepends=True):
            validator.validate(json.loads(line))


@pytest.mark.parametrize(
    "broken", [{"type": "device"}, {"type": "scan", "schema_version": 2}, {"no": "type"}, {}]
)
def test_the_schema_refuses_what_is_no_line(broken: dict[str, object]) -> None:
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(broken)


def test_the_first_line_names_the_version_and_the_last_is_the_coverage() -> None:
    first, *_, last = map(
        json.loads, jsonl.render(simulated_audit.audit(3, 2).inventory).splitlines(keepends=True)
    )
    assert ("scan", 1) == (first["type"], first["schema_version"])
    assert "coverage" == last["type"]


def test_hostile_texts_stay_true_and_on_one_line() -> None:
    held = hostile.without_surrogates(hostile.inventory())
    content = jsonl.render(held)
    assert held == read(content.splitlines(keepends=True))
    # one scan, the devices, the findings, one coverage
    assert 2 + 2 * len(held.devices) == content.count(b"\n")
    assert not {"\x1b", "\x7f", "\x9b", "\u202e", "\u2028"} & set(content.decode("utf-8"))


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    held = read(jsonl.render(hostile.inventory(hostile.SURROGATE)).splitlines(keepends=True))
    assert "bad\ufffdname" == held.devices[0].hostname


def test_a_file_killed_anywhere_is_read_up_to_its_last_whole_line() -> None:
    whole = simulated_audit.audit(6, 3).inventory
    content = jsonl.render(replace(whole, scans=()))
    first = content.index(b"\n") + 1
    for end in range(first, len(content) - 1, 37):
        held = read(content[:end].splitlines(keepends=True))
        lines = content[:end].splitlines(keepends=True)
        whole_lines = sum(each.startswith(b'{"type":"device"') and each.endswith(b"\n") for each in lines)
        assert len(held.devices) in (whole_lines, whole_lines + 1)
        assert not held.scan.coverage.complete
        assert CUT_SHORT in held.scan.coverage.warnings


def test_a_line_that_was_cut_is_left_out_and_told() -> None:
    content = jsonl.render(simulated_audit.audit(2, 1).inventory)
    cut = content[: content.index(b'"type":"device"') + 200]
    held = read(cut.splitlines(keepends=True))
    assert () == held.devices
    assert (CUT_SHORT, LINE_CUT) == held.scan.coverage.warnings


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], 'x.jsonl: no line of type "scan"'),
        ([b"hello\n"], "x.jsonl, line 1: .*JSON"),
        ([b'{"type":"device","device_id":1}\n'], "x.jsonl, line 1: Expected `str`, got `int`"),
        ([b"\n", b'{"type":"device","device_id":"a","addresses":[]}\n'], "x.jsonl, line 2: a device without"),
        ([b'{"no":"type"}\n'], "x.jsonl, line 1: .*missing required field `type`"),
        (
            [b'{"type":"coverage","scan_id":"a","coverage":{"targets":1,"responders":1}}\n'],
            "without its scan line",
        ),
        ([b"\xff\xfe\n"], "line 1"),
    ],
)
def test_what_is_no_inventory_is_one_clear_line(lines: list[bytes], told: str) -> None:
    with pytest.raises(FileFormatError, match=told):
        read(lines, "x.jsonl")


def test_another_schema_version_is_refused() -> None:
    line = jsonl.scan_line(hostile.inventory("a").scan).replace(b'"schema_version":1', b'"schema_version":2')
    with pytest.raises(FileFormatError, match="schema_version 2, this camscan reads 1; update camscan"):
        read([line])


def test_an_unknown_line_type_and_an_unknown_key_are_ignored() -> None:
    scan, device, *_ = jsonl.render(hostile.inventory("a")).splitlines(keepends=True)
    newer = device.replace(b'{"type":"device",', b'{"type":"device","colour":"white",')
    held = read([scan, b'{"type":"weather","sun":true}\n', newer])
    assert ["h1"] == [each.device_id for each in held.devices]


def test_a_later_line_about_a_device_replaces_the_earlier() -> None:
    held = hostile.inventory("old")
    newer = replace(held.devices[0], hostname="new")
    lines = [jsonl.scan_line(held.scan), jsonl.write_line(held.devices[0]), jsonl.write_line(newer)]
    assert ["new"] == [each.hostname for each in read(lines).devices]


@given(st.binary(max_size=80))
def test_whatever_the_bytes_are_an_inventory_or_a_file_format_error(raw: bytes) -> None:
    scan = jsonl.scan_line(hostile.inventory("a").scan)
    with contextlib.suppress(FileFormatError):
        read([scan, raw])


def test_a_file_is_read_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    held = simulated_audit.audit(5, 3).inventory
    path.write_bytes(jsonl.render(held))
    assert held == load(path)


def test_ecs_events_carry_the_fields_of_the_schema() -> None:
    first, *others = map(json.loads, ecs.render(simulated_audit.audit(5, 5).inventory).splitlines())
    assert 4 == len(others)
    assert "8.11.0" == first["ecs"]["version"]
    assert ["asset", "camscan.device"] == [first["event"]["kind"], first["event"]["dataset"]]
    assert first["host"]["mac"][0].count("-") == 5
    assert first["@timestamp"].endswith("Z")
    assert {"manufacturer", "model", "serial_number", "id"} == set(first["device"])


def test_one_odd_text_among_many_devices_leaves_every_other_line_as_it_is() -> None:
    held = simulated_audit.audit(130, 5).inventory
    odd = replace(held.devices[70], hostname="a\u202e\x7f\ud800", notes=('"}\n{"type":"scan"',))
    many = replace(held, devices=(*held.devices[:70], odd, *held.devices[71:]))
    one_by_one = [jsonl.write_line(device) for device in many.devices]
    written = [
        line for line in jsonl.render(many).splitlines(keepends=True) if line.startswith(b'{"type":"device"')
    ]
    assert one_by_one == written


def test_what_repeats_in_a_file_is_one_object_in_memory_and_equal_to_what_was_written() -> None:
    held = simulated_audit.audit(40, 5).inventory
    again = read(jsonl.render(held).splitlines(keepends=True))
    assert held.devices == again.devices
    assert held.findings == again.findings
    evidence = [
        each for device in again.devices for claim in device.claims.values() for each in claim.evidence
    ]
    assert len({each.rule for each in evidence}) == len({id(each.rule) for each in evidence})
    assert 1 == len({id(each.at) for each in evidence})
