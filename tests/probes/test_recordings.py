"""Every recording under tests/recordings/<probe>/<vendor_model>/ gives exactly the fields it names."""

from __future__ import annotations

import base64
import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from camscan.model.exchange import Ask, Reply, Transport
from camscan.model.observation import Observation
from camscan.probes import load_probes

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tests" / "recordings").glob("*/*/*.json"))
PROBES = {probe.name: probe for probe in load_probes()}
AT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)


def reply_of(record: dict[str, object]) -> Reply:
    """The Reply a recording stores; the payload is `payload_text` (ASCII) or `payload_base64`."""
    text = record.get("payload_text")
    payload = base64.b64decode(str(record["payload_base64"])) if text is None else str(text).encode("ascii")
    name, ip, port = str(record["probe"]), str(record["source_ip"]), int(str(record["source_port"]))
    transport = Transport.TCP if name == "onvif-device" or record["step"] == "description" else Transport.UDP
    asked = b"POST /onvif/device_service HTTP/1.1\r\n\r\n" if transport is Transport.TCP else b""
    return Reply(Ask(name, ip, port, transport, asked, step=str(record["step"])), ip, port, payload, AT)


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_a_recording_gives_its_fields_and_no_others(path: Path) -> None:
    record = json.loads(path.read_text("utf-8"))
    if record.get("probe") not in PROBES or "observations" not in record:
        pytest.skip("another form of recording")
    probe = PROBES[record["probe"]]
    found = [each for each in probe.read(reply_of(record)) if isinstance(each, Observation)]
    assert record["observations"] == [
        {name: list(values) for name, values in each.fields.items()} for each in found
    ]
    for each in found:
        assert (record["source_ip"], probe.name, record["source_port"], AT) == (
            each.ip,
            each.source,
            each.port,
            each.at,
        )


@pytest.mark.parametrize("name", ["ws-discovery", "onvif-device", "ssdp", "mdns", "snmp"])
def test_a_probes_fields_are_declared_and_listed(name: str) -> None:
    listed = tomllib.loads((ROOT / "fingerprints" / "fields.toml").read_text("utf-8"))
    assert [] == [field for field in PROBES[name].fields if name not in listed[field]["probes"]]
    seen = {
        field
        for path in FILES
        if path.parts[-3] == name
        for each in json.loads(path.read_text("utf-8"))["observations"]
        for field in each
    }
    assert set() == seen - set(PROBES[name].fields)
