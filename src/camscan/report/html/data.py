"""The devices as compact JSON for the page's script: rows of text and, folded away, the evidence.

Rules: texts are made visible and clipped here, once; where words were heard (source, port, field, rule) is
kept in one table and referred to by number, since a thousand cameras of one make repeat it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from camscan.model.device import Claim, Device, Evidence
from camscan.report.language import Language
from camscan.report.neutralise import MAX_CELL_CHARACTERS, safe_text
from camscan.report.relation import relation
from camscan.report.rows import Entry, hedged, instant, shown_mac, two_decimals
from camscan.report.summary import Summary
from camscan.report.wording import finding_sentence, kind_name, relation_name

MAX_DEVICES_WITH_EVIDENCE = 20_000
MAX_WORDS = 300
ITEMS_IN_A_PIECE = 512

FIELDS = (
    "id", "site", "organisation", "ip", "type", "brand", "maker", "model", "firmware", "serial", "mac",
    "hostname", "confidence", "findings", "last_seen",
)  # fmt: skip

CLAIMS = ("manufacturer", "brand", "kind", "model", "firmware", "serial")


def device_data(summary: Summary, words: Language) -> Iterator[str]:
    """JSON in pieces: fields, rows (in FIELDS order), detail per row (or null), heard, texts for the script.

    In pieces, because as one text 100,000 rows are copied five times on their way into the page.
    """
    heard: dict[tuple[str, str, str], int] = {}
    folded = len(summary.entries) <= MAX_DEVICES_WITH_EVIDENCE
    yield f'{{"fields":{_json(FIELDS)},"rows":'
    yield from _list(_row(entry, words) for entry in summary.entries)
    yield ',"details":'
    yield from _list(_detail(entry, words, heard) for entry in summary.entries) if folded else ("null",)
    yield f',"heard":{_json(list(heard))},"texts":{_json(script_texts(words))}}}'


def _list(items: Iterator[object]) -> Iterator[str]:
    before = "["
    while some := list(islice(items, ITEMS_IN_A_PIECE)):
        yield before + _json(some)[1:-1]
        before = ","
    yield "]" if before == "," else "[]"


def _json(value: object) -> str:
    try:
        return msgspec.json.encode(value).decode("utf-8")
    except UnicodeEncodeError:  # pragma: no cover (safe_text shows surrogates as escapes)
        raise AssertionError("a text was not made visible") from None


def script_texts(words: Language) -> dict[str, str]:
    """What the script prints, translated."""
    _ = words.gettext
    return {
        "unknown": _("unknown"),
        "shown": _("Devices shown: {shown} of {all}"),
        "page": _("Page {page} of {pages}"),
        "details": _("Evidence for {device}"),
        "claim.manufacturer": _("Made by"),
        "claim.brand": _("Label"),
        "claim.kind": _("Type"),
        "claim.model": _("Model"),
        "claim.firmware": _("Firmware"),
        "claim.serial": _("Serial number"),
        "sure": _("{percent} sure"),
        "against": _("Against it"),
        "because": _("Because"),
        "none": _("No evidence is recorded."),
        "left_out": _(
            "Evidence is left out of so large a page; it is in the JSON Lines file: “camscan explain”."
        ),
        "all": _("all"),
    }


def _safe(text: str, limit: int = MAX_CELL_CHARACTERS) -> str:
    return text if len(text) <= limit and text.isprintable() else safe_text(text, limit)


def _row(entry: Entry, words: Language) -> list[str]:
    device, site, findings = entry.device, entry.site, entry.findings
    value = device.value
    cells = (
        device.device_id,
        site.name or site.id,
        site.organisation,
        device.ip,
        kind_name(value("kind"), words),
        value("brand"),
        value("manufacturer"),
        value("model"),
        value("firmware"),
        value("serial"),
        shown_mac(device),
        device.hostname,
        two_decimals(device.confidence),
        "; ".join(dict.fromkeys(map(hedged, findings))),
        instant(device.last_seen)[:10],
    )
    return [_safe(cell, 200) for cell in cells]


def _detail(entry: Entry, words: Language, heard: dict[tuple[str, str, str], int]) -> list[object]:
    """[[claim…], [finding…], [fact…], [note…]]; see page.js for how each is shown."""
    device = entry.device
    return [
        [_claim(name, device, heard, words) for name in CLAIMS if name in device.claims],
        [
            [
                _safe(finding_sentence(f, device.value("manufacturer"), words)),
                _safe(f.basis if words.code == "en" else f.wording),
                _safe(f.source),
                f.effective.isoformat() if f.effective else "",
            ]
            for f in entry.findings
        ],
        [[label, _safe(text)] for label, text in _facts(entry, words) if text],
        [_safe(note) for note in (*device.flags, *device.notes)],
    ]


def _claim(
    name: str, device: Device, heard: dict[tuple[str, str, str], int], words: Language
) -> list[object]:
    claim: Claim = device.claims[name]
    value = kind_name(claim.value, words) if name == "kind" else claim.value
    return [
        name,
        _safe(value),
        round(claim.confidence, 2),
        _words(claim.evidence, heard),
        _words(claim.against, heard),
    ]


def _words(evidence: Iterable[Evidence], heard: dict[tuple[str, str, str], int]) -> list[list[object]]:
    said: list[list[object]] = []
    for each in evidence:
        source = f"{each.source} :{each.port}" if each.port is not None else each.source
        where = (_safe(source), _safe(each.field), _safe(each.rule))
        said.append([heard.setdefault(where, len(heard)), _safe(each.value, MAX_WORDS), _safe(each.says, 80)])
    return said


def _facts(entry: Entry, words: Language) -> Iterable[tuple[str, str]]:
    _ = words.gettext
    device, site = entry.device, entry.site
    yield _("Label and maker"), relation_name(relation(device), words)
    yield _("Addresses"), "; ".join(device.addresses)
    yield _("Hardware addresses"), "; ".join(seen.mac for seen in device.macs)
    yield _("Host name"), device.hostname
    yield _("Open ports"), " ".join(map(str, device.open_ports))
    yield _("Answered"), "; ".join(device.discovered_by)
    yield _("Channels"), device.value("channels")
    yield _("Firmware date"), device.value("firmware_date")
    yield _("Built"), device.value("manufactured")
    yield _("Segment"), device.zone
    yield _("Department"), site.department
    yield _("Status"), device.status
    yield _("First seen"), instant(device.first_seen)
    yield _("Last seen"), instant(device.last_seen)
    yield _("Device id"), device.device_id
