"""Every corpus line of the open discovery protocols goes through its decoder: a message or MalformedReply."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from camscan.errors import MalformedReply
from camscan.wire import dns, snmp, soap, ssdp, upnp, wsd
from camscan.wire.scopes import parse_scopes

CORPUS = Path(__file__).parents[1] / "recordings" / "corpus"

# Forms that other tools printed, not bytes of a device; no wire decoder reads them.
PRINTED = {"github_issues-23cb6de96c", "onvif_probematch_fixtures-04cbebf3aa"}
# The printed scopes of these two are no URIs: only the service address can be read.
PRINTED_SCOPES = {"github_issues-9c646bbe07", "github_issues-90e0f4e505"}
CUT_OFF = "github_issues-6a5c7478ef"  # ends before its hardware scope
# What the label says in other words than the device.
OTHER_WORDS = {
    "C200": "MODEL",
    "E1 Zoom": "E1Zoom",
    "Reolink TrackMix WiFi": "ReolinkTrackMixWiFi",
}
INFORMATION_WORDS = {"405 (XM530_50X50-WG_8M)": "XM530_50X50-WG_8M"}


def lines(kind: str) -> list[dict[str, str]]:
    found = [json.loads(line) for line in (CORPUS / f"{kind}.jsonl").read_text("utf-8").splitlines()]
    assert found
    return found


def raw(line: dict[str, str]) -> bytes:
    return base64.b64decode(line["data_b64"]) if "data_b64" in line else line["data"].encode()


def test_every_recorded_probe_match_gives_its_scopes_and_model() -> None:
    for line in lines("onvif_probematch"):
        message = wsd.decode(raw(line))
        assert (wsd.Kind.PROBE_MATCHES, 1) == (message.kind, len(message.matches)), line["id"]
        scopes = parse_scopes(message.matches[0].scopes)
        if not line.get("is_camera") or line["id"] in PRINTED_SCOPES or not line.get("model"):
            continue
        said = [text.replace("_", " ") for text in scopes.hardware or scopes.model]
        expected = OTHER_WORDS.get(line["model"], line["model"]).replace("_", " ")
        if line["id"] == CUT_OFF:
            expected = ""
        assert expected == "".join(said), line["id"]


def test_every_recorded_scope_uri_is_found() -> None:
    for line in lines("onvif_probematch"):
        sent = [
            word for word in line["data"].replace("<", " ").replace(">", " ").split() if "onvif://" in word
        ]
        found = [scope for match in wsd.decode(raw(line)).matches for scope in match.scopes]
        assert [word for word in sent if word.startswith("onvif://")] == [
            scope for scope in found if scope.startswith("onvif://")
        ], line["id"]


def test_computers_and_printers_announce_no_onvif_scope() -> None:
    for line in lines("onvif_probematch"):
        if line.get("is_camera") is False:
            assert () == wsd.decode(raw(line)).matches[0].scopes, line["id"]


def test_every_recorded_device_information_gives_the_devices_own_words() -> None:
    for line in lines("onvif_device_information"):
        if line["id"] in PRINTED:
            with pytest.raises(MalformedReply):
                soap.decode(raw(line))
            continue
        told = soap.device_information(soap.decode(raw(line)))
        assert told is not None, line["id"]
        model = line.get("model", "")
        assert INFORMATION_WORDS.get(model, model) == told.model, line["id"]
        for name, value in (
            ("Manufacturer", told.manufacturer),
            ("Model", told.model),
            ("FirmwareVersion", told.firmware),
            ("SerialNumber", told.serial),
            ("HardwareId", told.hardware),
        ):
            assert (f"<tds:{name}>{value}</tds:{name}>" in line["data"]) or value == "", line["id"]


def test_every_recorded_ssdp_packet_gives_its_headers() -> None:
    for line in lines("ssdp"):
        try:
            message = ssdp.decode(raw(line))
        except MalformedReply:
            assert not line.get("is_camera"), line["id"]
            assert "USN" not in line["data"].upper(), line["id"]
            continue
        given = {
            name.strip().upper(): value.strip()
            for name, colon, value in (row.partition(":") for row in line["data"].splitlines()[1:])
            if colon
        }
        assert given.get("USN", "") == message.usn, line["id"]
        assert given.get("LOCATION", "") == message.location, line["id"]
        assert " ".join(given.get("SERVER", "").split()) == message.server, line["id"]
        assert given.get("NT" if message.kind is ssdp.Kind.NOTIFY else "ST", "") == message.target, line["id"]


def test_every_recorded_description_names_its_device() -> None:
    told = {line["id"]: upnp.decode_description(raw(line)) for line in lines("upnp_description")}
    assert "P3301" == told["axis_ssdp-f998a986b9"].model_number
    assert "00408CA45086" == told["axis_ssdp-f998a986b9"].serial
    assert "gmediarender" == told["github_issues-66e422ccea"].model_name


def test_every_recorded_mdns_packet_is_read_to_its_end() -> None:
    for line in lines("mdns"):
        if "data" in line:  # a TXT entry alone, as the Recog examples are
            with pytest.raises(MalformedReply):
                dns.decode(raw(line))
            continue
        message = dns.decode(raw(line))
        assert not message.damaged, line["id"]
        assert message.records or message.questions, line["id"]
        if line.get("is_camera"):
            text = repr(message)
            assert ("DCS-930L" in text) or ("localcam" in text) or ("IC-3115W" in text), line["id"]


def test_every_recorded_snmp_packet_and_text_is_read() -> None:
    for line in lines("snmp"):
        if "data_b64" in line:
            assert snmp.decode(raw(line)).bindings[0].text, line["id"]
            continue
        with pytest.raises(MalformedReply):
            snmp.decode(raw(line))
        texts = [row.partition(": ")[2] for row in line["data"].splitlines() if row.startswith("sysDescr: ")]
        for text in texts:
            packet = snmp.encode_response("c", 1, [(snmp.SYS_DESCR, snmp.Tag.OCTETS, text.encode())])
            assert text.strip() == snmp.decode(packet).value(snmp.SYS_DESCR).strip(), line["id"]
