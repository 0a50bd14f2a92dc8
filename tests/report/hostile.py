"""One inventory whose devices say the worst things a name can hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from camscan.model.device import Claim, Device, Evidence, MacAddress
from camscan.model.finding import Finding, Verdict
from camscan.model.inventory import Coverage, Inventory, Scan, Site

AT = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)

FORMULA = '=cmd|"/c calc"!A1'
FULL_WIDTH_FORMULA = "＝1+1"
QUOTED_FORMULA = '"\' =HYPERLINK("http://evil.example")'
AFTER_SEMICOLON = "harmless;=1+1"
TAB_FORMULA = "\t=1+1"
HTML = '<script>alert(1)</script><img src=x onerror="alert(2)">'
END_OF_SCRIPT = "</script><script>alert(3)</script>"
ANSI = "\x1b[2J\x1b[31mred\x1b]0;title\x07"
C1 = "\x9b31mred"
OVERRIDE = "cam\u202egnp.exe\u2066"
LONG = "A" * 10_240
SURROGATE = "bad\ud800name"
MARKDOWN = "[click](javascript:alert(1)) | `code` **bold** <b>"
TEMPLATE = "{{ 7*7 }} {% raw %} %(count)s"
NEWLINES = "one\r\ntwo\nthree\u2028four"

EVERYTHING = (
    FORMULA, FULL_WIDTH_FORMULA, QUOTED_FORMULA, AFTER_SEMICOLON, TAB_FORMULA, HTML, END_OF_SCRIPT, ANSI, C1,
    OVERRIDE, LONG, SURROGATE, MARKDOWN, TEMPLATE, NEWLINES, "+1", "-1", "@SUM(1)", "␟", "a␟=1",
)  # fmt: skip


def _said(text: str) -> Evidence:
    return Evidence(text, "http.title", text, text, 80, "0" * 16, AT, "http", 0.9, text)


def device(number: int, text: str) -> Device:
    """A camera that says `text` wherever a device can say anything."""
    claim = Claim(text, 0.9, (_said(text),), (_said(text),))
    claims = dict.fromkeys(("brand", "manufacturer", "model", "firmware", "serial", "location"), claim)
    return Device(
        device_id=f"h{number}",
        addresses=(f"10.0.0.{number}",),
        macs=(MacAddress("44:19:b6:00:00:01", True, "neighbour"),),
        hostname=text,
        claims={"kind": Claim("camera", 0.9, (_said(text),)), **claims},
        discovered_by=(text,),
        notes=(text,),
        zone=text,
        first_seen=AT,
        last_seen=AT,
    )


def inventory(*texts: str) -> Inventory:
    """One device per text; the site, the scope and the findings say it too."""
    texts = texts or EVERYTHING
    worst = " ".join((FORMULA, HTML, ANSI, OVERRIDE))
    site = Site(id="h", name=worst, organisation=worst, department=worst)
    devices = tuple(device(number, text) for number, text in enumerate(texts, 1))
    findings = tuple(
        Finding(each.device_id, "user-list", text, Verdict.MATCHES, text, text, 0.9, text)
        for each, text in zip(devices, texts, strict=True)
    )
    coverage = Coverage(targets=254, responders=len(devices), warnings=(worst,), complete=False)
    return Inventory(Scan("scan-1", site, AT, AT, "0.1.0", worst, coverage), devices, findings)


def without_surrogates(held: Inventory) -> Inventory:
    """The same without the device that holds a lone surrogate."""
    kept = tuple(each for each in held.devices if each.hostname != SURROGATE)
    return replace(held, devices=kept, findings=tuple(f for f in held.findings if f.wording != SURROGATE))
