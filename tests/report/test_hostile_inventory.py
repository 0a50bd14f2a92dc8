"""An inventory that somebody else wrote: refused in one line, or shown without a raw character."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from camscan.errors import FileFormatError
from camscan.report import formats
from camscan.report import load as loading
from camscan.report.explain import explain
from camscan.report.load import load, read

SCAN = (
    b'{"type":"scan","schema_version":1,"scan_id":"s","started":"2026-01-01T00:00:00Z",'
    b'"site":{"id":""},"camscan_version":"0","scope":"x"}\n'
)
CLEAR = "\x1b[2J\x9b31m\u202egnp\x07"


def device(**more: object) -> bytes:
    return (
        json.dumps({"type": "device", "device_id": "d", "addresses": ["10.0.0.1"], **more}).encode() + b"\n"
    )


def claim(confidence: float = 0.9) -> dict[str, object]:
    said = {
        "rule": CLEAR, "field": CLEAR, "value": CLEAR, "source": CLEAR, "port": 80, "digest": CLEAR,
        "at": "2026-01-01T00:00:00Z", "family": CLEAR, "weight": 0.9, "says": CLEAR,
    }  # fmt: skip
    return {"value": CLEAR, "confidence": confidence, "evidence": [said], "against": [said]}


def refusal(*lines: bytes) -> str:
    with pytest.raises(FileFormatError) as fault:
        read([SCAN, *lines], "file")
    return str(fault.value)


@pytest.mark.parametrize("start", [b'{"type":"device","x":', b'{"x":'])
def test_a_line_nested_without_end_is_refused_and_named(start: bytes) -> None:
    deep = start + b"[" * 100_000 + b"]" * 100_000 + b',"type":"device"}\n'
    assert "file, line 2: nested too deeply" == refusal(deep)


@pytest.mark.parametrize("confidence", [1e308, -1.0, 1.01])
def test_a_confidence_that_is_none_is_refused(confidence: float) -> None:
    told = refusal(device(claims={"model": claim(confidence)}))
    assert f"file, line 2: the confidence of 'model' is {confidence:g}, not 0 to 1" == told


def test_a_line_longer_than_any_device_is_never_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "MAX_LINE_BYTES", 1000)
    file = tmp_path / "one-line.jsonl"
    file.write_bytes(SCAN + b'{"type":"device' + b" " * 1000)
    with pytest.raises(FileFormatError, match=r"one-line\.jsonl, line 2: longer than"):
        load(file)


def test_explaining_shows_no_character_raw_whoever_wrote_the_file() -> None:
    seen = {
        "type": "observation", "ip": "fe80::1%" + CLEAR, "source": CLEAR, "fields": {CLEAR: [CLEAR]},
        "at": "2026-01-01T00:00:00Z", "digest": CLEAR,
    }  # fmt: skip
    line = device(
        device_id=CLEAR, addresses=["fe80::1%" + CLEAR],
        macs=[{"mac": CLEAR, "observed": True, "source": CLEAR}],
        hostname=CLEAR, claims={CLEAR: claim(), "model": claim()}, discovered_by=[CLEAR], flags=[CLEAR],
        notes=[CLEAR],
    )  # fmt: skip
    finding = {
        "type": "finding", "device_id": CLEAR, "regime": CLEAR, "reference": CLEAR, "verdict": "matches",
        "wording": CLEAR, "basis": CLEAR, "confidence": 0.9, "source": CLEAR,
    }  # fmt: skip
    held = read([SCAN, line, json.dumps(seen).encode() + b"\n", json.dumps(finding).encode() + b"\n"])
    text = explain(held, held.devices[0], everything=True)
    assert "\\x1b[2J" in text
    assert set() == {ch for ch in text if unicodedata.category(ch) in ("Cc", "Cf") and ch != "\n"}


def test_the_page_shows_no_character_raw_of_whoever_says_to_have_written_it() -> None:
    held = read(
        [
            SCAN.replace(b'"camscan_version":"0"', b'"camscan_version":"\\u001b[2J\\u009b</p><script>"'),
            device(),
        ]
    )
    page = b"".join(formats.pieces(held, "html")).decode()
    assert "Written by camscan \\x1b[2J\\x9b&lt;/p&gt;&lt;script&gt;" in page
    assert not set(page) & set("\x1b\x9b")
