"""Fifty honest cameras beside every attacker: all fifty right, nothing invented, in time."""

from __future__ import annotations

import csv
import importlib.util
import io
import re
import sys
import unicodedata
from pathlib import Path
from types import ModuleType

import pytest

from camscan.model.device import CAMERA_KINDS, Device
from camscan.model.exchange import Outcome

COLUMNS = ("kind", "manufacturer", "model", "firmware", "serial")
"""Not the label: of two names a maker uses, one more page read may favour the other, attackers or not."""
SPEAK_AS_CAMERAS = {
    "100-mb-body", "endless-body",  # they do answer RTSP, which hardly anything but cameras speaks
    "injection", "ten-thousand-replies", "mdns-liar", "xaddrs", "everybodys-mac", "hundred-things",
    "formula-names", "strange-names", "interleaved", "odd-pointers",
    "reset-at-once",  # accepts at cameras' ports; where the budget ends after three of them, that may be one
}  # fmt: skip
"""Attackers that answer a camera's own protocol in its own form: they look like what they say."""

MOST_SECONDS, MOST_MEGABYTES = 60, 200
FORMULA = re.compile(r"^[\s'\"]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")


def load_arena() -> ModuleType:
    spec = importlib.util.spec_from_file_location("camscan_test_arena", Path(__file__).with_name("arena.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


arena = load_arena()


def columns(device: Device) -> dict[str, str]:
    return {name: device.value(name) for name in COLUMNS}


@pytest.mark.timeout(300)
def test_fifty_honest_cameras_beside_the_whole_gang(tmp_path: Path) -> None:
    alone = arena.scan_all(new(tmp_path, "alone"))
    beside = arena.scan_all(new(tmp_path, "beside"), gang=arena.whole_gang())

    wrong = []
    before = {device.ip: device for device in alone.inventory.devices}
    after = {ip: device for device in beside.inventory.devices for ip in device.addresses}
    for each in arena.HONEST:
        seen = after.get(each.ip)
        if each.ip not in before or before[each.ip].kind not in CAMERA_KINDS:
            wrong.append(f"{each.ip} {each.truth.brand} is not found even alone")
        elif seen is None or (each.ip,) != seen.addresses:
            wrong.append(f"{each.ip} {each.truth.brand} is missing or joined: {seen and seen.addresses}")
        elif columns(before[each.ip]) != columns(seen):
            wrong.append(f"{each.ip}: {columns(seen)}, alone {columns(before[each.ip])}")
        elif seen.value("manufacturer") != each.truth.manufacturer:
            wrong.append(f"{each.ip}: made by {seen.value('manufacturer')}, not {each.truth.manufacturer}")
    assert not wrong, "\n".join(wrong)

    names = {each.ip: each.truth.hostname for each in beside.gang}
    honest = {each.ip for each in arena.HONEST}
    assert set(after) <= honest | set(names), "somebody who is not there"
    as_cameras = {
        names[ip] for ip, device in after.items() if device.kind in CAMERA_KINDS and ip not in honest
    }
    assert set() == as_cameras - SPEAK_AS_CAMERAS

    assert [] == beside.log["excluded_contacts"]
    assert [] == beside.log["authorizations"]
    assert [] == beside.log["forbidden"]

    coverage = beside.inventory.scan.coverage
    assert all(coverage.targets == sum(row.outcomes.values()) for row in coverage.probes)
    assert not any(row.outcomes.get(Outcome.BUG) for row in coverage.probes)
    answered = {ip for ip, name in names.items() if ip in after}
    assert len(names) - len(answered) <= 6, "attackers that only lie about others answer nothing themselves"

    assert b"Traceback" not in beside.stderr, beside.stderr.decode()[-3000:]
    assert b"never retrieved" not in beside.stderr
    for file in sorted(beside.folder.glob("inventory.*")):
        harmless(file.name, file.read_bytes())
    harmless("the terminal", beside.stdout)
    harmless("stderr", beside.stderr)
    formulas = [
        cell
        for row in csv.reader(io.StringIO((beside.folder / "inventory.csv").read_text("utf-8-sig")))
        for cell in row
        if FORMULA.match(cell) and not cell.startswith("'")
    ]
    assert [] == formulas
    no_markup(beside.folder / "inventory.html")

    assert beside.seconds < MOST_SECONDS
    assert beside.megabytes < MOST_MEGABYTES


@pytest.mark.timeout(120)
def test_no_redirect_xaddr_location_or_mdns_name_leads_to_an_excluded_device(tmp_path: Path) -> None:
    pointers = arena.whole_gang(
        "redirects", "redirect-to-printer", "redirect-loop", "meta-refresh", "xaddrs", "upnp-location",
        "mdns-liar",
    )  # fmt: skip
    scanned = arena.scan_all(
        new(tmp_path, "pointers"), honest=arena.HONEST[:2], gang=pointers, exclude=(arena.EXCLUDED,)
    )
    assert [] == scanned.log["excluded_contacts"]
    assert [] == scanned.log["forbidden"]
    assert {each.ip for each in (*arena.HONEST[:2], *pointers)} >= {
        ip for device in scanned.inventory.devices for ip in device.addresses
    }
    assert arena.HONEST[0].ip in {device.ip for device in scanned.inventory.devices}


def new(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder


def harmless(name: str, content: bytes) -> None:
    text = content.decode("utf-8-sig")
    allowed = "\n\r\t" if name != "the terminal" else "\n"
    bad = {
        f"U+{ord(each):04X}"
        for each in text
        if (unicodedata.category(each) in ("Cc", "Cs") and each not in allowed)
        or each in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
    }
    assert not bad, f"{name} holds {bad}"


def no_markup(page: Path) -> None:
    from lxml import html

    tree = html.fromstring(page.read_bytes())
    assert [] == tree.xpath("//img | //iframe | //object | //embed | //base | //meta[@http-equiv='refresh']")
    assert [] == [each for each in tree.xpath("//@*") if "javascript:" in each.lower()]
    assert [] == [node.tag for node in tree.iter() for name in node.attrib if name.lower().startswith("on")]
    scripts = [each.text_content() for each in tree.iter("script") if each.get("type") != "application/json"]
    assert not any("alert(" in each for each in scripts)
