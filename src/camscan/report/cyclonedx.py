"""Inventory → CycloneDX 1.6 JSON: each device a component, its firmware a component inside it.

Rules: bom-refs and the serial number follow from the ids, so the same inventory gives the same file;
an advisory is listed with the analysis state that its verdict supports, never more.
Source: CycloneDX 1.6 JSON schema (bom-1.6.schema.json).
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping

import msgspec

from camscan.model.device import Claim
from camscan.model.finding import Finding, Verdict
from camscan.model.inventory import Inventory
from camscan.report.neutralise import MAX_CELL_CHARACTERS, clip, json_line, without_surrogates
from camscan.report.relation import relation
from camscan.report.rows import ADVISORY, Entry, entries, hedged, instant, two_decimals
from camscan.report.summary import standing

Json = Mapping[str, object]

_NAMESPACE = uuid.UUID("7c0f4f6e-2f5b-5b43-9d7a-6d2b3f0c9a11")
_PLACE = b'"components": []'
_STATES = {Verdict.MATCHES: "exploitable"}


def render(inventory: Inventory) -> bytes:
    """The whole document, indented."""
    return b"".join(pieces(inventory))


def pieces(inventory: Inventory) -> Iterator[bytes]:
    """The document component by component: as one tree it takes half a gigabyte for 100,000 devices.

    In JSON text the place between is found with certainty, because a quote inside a string is escaped.
    """
    here = list(standing(entries(inventory)))
    before, place, after = _indented(_around(inventory, here)).partition(_PLACE)
    if not here:
        yield before + place + after + b"\n"
        return
    yield before + _PLACE[:-1]
    for number, entry in enumerate(here):
        start = b",\n    " if number else b"\n    "
        yield start + _indented(_device(entry)).replace(b"\n", b"\n    ")
    yield b"\n  ]" + after + b"\n"


def _indented(part: Json) -> bytes:
    text = msgspec.json.format(msgspec.json.encode(part), indent=2)
    if text.isascii() and b"\x7f" not in text:
        return text
    return json_line(text.decode("utf-8")).encode("utf-8")


def document(inventory: Inventory) -> Json:
    """The document as plain dicts."""
    here = list(standing(entries(inventory)))
    return {**_around(inventory, here), "components": [_device(entry) for entry in here]}


def _around(inventory: Inventory, here: list[Entry]) -> dict[str, object]:
    """The document without its components, whose place is kept."""
    scan = inventory.scan
    made: dict[str, object] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, without_surrogates(scan.scan_id))}",
        "version": 1,
        "metadata": {
            "timestamp": instant(scan.ended or scan.started),
            "lifecycles": [{"phase": "discovery"}],
            "tools": {
                "components": [{"type": "application", "name": "camscan", "version": scan.camscan_version}]
            },
            "component": {
                "type": "platform",
                "bom-ref": _reference("scan", scan.scan_id),
                "name": _text(scan.site.name or scan.site.id or scan.scope_text or "network"),
            },
        },
        "components": [],
    }
    vulnerabilities = _vulnerabilities(here)
    if vulnerabilities:
        made["vulnerabilities"] = vulnerabilities
    return made


def _text(text: str) -> str:
    return clip(without_surrogates(text), MAX_CELL_CHARACTERS)  # the schema ends a version at 1024


def _reference(kind: str, name: str) -> str:
    return f"{kind}:{_text(name)}"


def _device(entry: Entry) -> Json:
    device, site, findings = entry.device, entry.site, entry.findings
    value = device.value
    component: dict[str, object] = {
        "type": "device",
        "bom-ref": _reference("device", device.device_id),
        "name": _text(value("model") or value("kind")),
        "description": f"network video {value('kind')}",
        "properties": [
            {"name": f"camscan:{name}", "value": _text(text)}
            for name, text in (
                ("ip", device.ip),
                ("site", site.name or site.id),
                ("organisation", site.organisation),
                ("brand", value("brand")),
                ("relation", relation(device)),
                ("serial", value("serial")),
                ("confidence", two_decimals(device.confidence)),
                *(("mac", seen.mac) for seen in device.macs),
                *(("finding", hedged(finding)) for finding in findings if finding.regime != ADVISORY),
            )
            if text
        ],
    }
    maker = device.claims.get("manufacturer")
    if maker:
        component["manufacturer"] = {"name": _text(maker.value)}
        component["evidence"] = {"identity": [_identity(maker)]}
    if value("brand"):
        component["publisher"] = _text(value("brand"))
    if value("firmware"):
        component["components"] = [
            {
                "type": "firmware",
                "bom-ref": _reference("firmware", device.device_id),
                "name": _text(f"{value('model') or value('kind')} firmware"),
                "version": _text(value("firmware")),
            }
        ]
    return component


def _identity(maker: Claim) -> Json:
    """How sure the component is who it is said to be; the methods are camscan's pieces of evidence."""
    methods = [
        {
            "technique": "other",
            "confidence": round(min(1.0, max(0.0, each.weight)), 4),
            "value": _text(f"{each.field} = {each.value}"),
        }
        for each in maker.evidence
    ]
    identity: dict[str, object] = {
        "field": "name",
        "confidence": round(min(1.0, max(0.0, maker.confidence)), 4),
    }
    if methods:
        identity["methods"] = methods
    return identity


def _vulnerabilities(here: list[Entry]) -> list[Json]:
    groups: dict[tuple[str, Verdict], list[tuple[Entry, Finding]]] = defaultdict(list)
    for entry in here:
        for finding in entry.findings:
            if finding.regime == ADVISORY:
                groups[finding.reference, finding.verdict].append((entry, finding))
    made: list[Json] = []
    for (reference, verdict), group in sorted(groups.items()):
        finding = group[0][1]
        made.append(
            {
                "bom-ref": _reference("advisory", f"{reference}/{verdict.value}"),
                "id": _text(reference),
                "source": {"name": _text(finding.source)},
                "analysis": {
                    "state": _STATES.get(verdict, "in_triage"),
                    "detail": _text(finding.wording),
                },
                "properties": [{"name": "camscan:verdict", "value": verdict.value}]
                + ([{"name": "camscan:cisa-kev", "value": "yes"}] if finding.known_exploited else []),
                "affects": [{"ref": _affected(entry)} for entry, _ in group],
            }
        )
    return made


def _affected(entry: Entry) -> str:
    kind = "firmware" if entry.device.value("firmware") else "device"
    return _reference(kind, entry.device.device_id)
