"""The page: self-contained, harmless, complete; then, in Chromium, what a reader does with it."""

from __future__ import annotations

import json
import re
import zlib
from html.parser import HTMLParser
from importlib import util
from pathlib import Path

import browser
import pytest
import simulated_audit

import hostile
from camscan.report.html import render
from camscan.report.html.data import FIELDS

HEADINGS = (
    "Who made them",
    "Where they are",
    "Findings to act on first",
    "Every device",
    "Coverage and method",
    "What this audit could be wrong about",
    "What to do next",
)


class Seen(HTMLParser):
    """Elements with their attributes, and the text outside script and style."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.inside = ""
        self.data = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.inside = tag if dict(attrs).get("id") != "data" else "data"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.text.append(data)
        elif self.inside == "data":
            self.data += data


def parsed(page: bytes) -> Seen:
    seen = Seen()
    seen.feed(page.decode("utf-8"))
    return seen


@pytest.fixture(scope="module")
def page(audit: simulated_audit.Audit) -> bytes:
    return render(audit.inventory)


def test_nothing_is_fetched_from_anywhere(page: bytes) -> None:
    for tag, attributes in parsed(page).tags:
        assert not {"src", "srcset", "action", "poster", "background"} & set(attributes), tag
        assert (attributes.get("href") or "#").startswith("#")
        assert tag not in ("link", "iframe", "object", "embed", "base")
    assert b"url(" not in page
    assert b"content=\"default-src 'none'; style-src 'sha256-" in page


def test_the_first_page_says_the_numbers(page: bytes, audit: simulated_audit.Audit) -> None:
    text = " ".join(" ".join(parsed(page).text).split())
    standing = [unit for unit in audit.units if unit.status != "removed"]
    sites = {unit.site for unit in standing}
    assert f"{len(standing)} devices found at {len(sites)} sites of 20 organisations." in text
    for name in simulated_audit.ORGANISATIONS:
        assert name in text
    for heading in HEADINGS:
        assert heading in text
    assert "segment 10.49.0.0/16 is unreachable: no route" in text


def test_every_device_and_its_evidence_is_in_the_page(page: bytes, audit: simulated_audit.Audit) -> None:
    data = json.loads(parsed(page).data)
    standing = [unit for unit in audit.units if unit.status != "removed"]
    serial = FIELDS.index("serial")
    assert [unit.serial for unit in standing] == [row[serial] for row in data["rows"]]
    for unit, detail in zip(standing, data["details"], strict=True):
        made_by = [claim for claim in detail[0] if claim[0] == "manufacturer"]
        assert ([unit.maker] if unit.maker else []) == [claim[1] for claim in made_by]
        assert all(claim[3] for claim in made_by)
    assert ["sadp :37020", "sadp.device_sn", "maker.device-sn"] in data["heard"]


def test_every_finding_shows_evidence_source_and_date(page: bytes) -> None:
    data = json.loads(parsed(page).data)
    found = [finding for detail in data["details"] for finding in detail[1]]
    assert found
    for wording, basis, source, _effective in found:
        assert wording
        assert basis
        assert source


def test_hostile_texts_are_text_and_nothing_else() -> None:
    page = render(hostile.inventory())
    seen = parsed(page)
    assert 2 == sum(tag == "script" for tag, _ in seen.tags)
    assert not [tag for tag, _ in seen.tags if tag in ("img", "b")]
    assert not [name for _, attributes in seen.tags for name in attributes if name.startswith("on")]
    content = page.decode("utf-8")
    assert not {"\x1b", "\x9b", "\u202e", "\u2066", "\x07"} & set(content)
    assert "A" * 1001 not in content


def test_no_word_of_the_page_is_a_verdict_on_the_law(page: bytes) -> None:
    text = " ".join(parsed(page).text).lower()
    assert not re.search(r"\b(illegal|non-?compliant|compliant|unlawful|banned)\b", text)


def test_arabic_runs_from_right_to_left_with_its_own_plurals(audit: simulated_audit.Audit) -> None:
    seen = parsed(render(audit.inventory, language="ar"))
    assert {"lang": "ar", "dir": "rtl"} == dict(seen.tags)["html"]
    text = " ".join(seen.text)
    assert "873 جهازًا، 243 موقعًا، 20 جهة" in text
    assert "Who made them" not in text


def test_an_empty_inventory_is_a_page_too() -> None:
    from dataclasses import replace

    held = hostile.inventory("a")
    text = " ".join(parsed(render(replace(held, devices=(), findings=()))).text)
    assert "No camera, recorder, encoder or intercom was found." in text


pixels = pytest.mark.parametrize("language", ["en", "ar"])


@browser.needs_chromium
def test_search_filter_sort_pages_and_evidence_work_without_a_server(
    audit: simulated_audit.Audit, page: bytes, tmp_path: Path
) -> None:
    depots = {site.id for site in audit.inventory.sites if site.name.startswith("Depot")}
    standing = [unit for unit in audit.units if unit.status != "removed"]
    lorex = sum(unit.brand == "Lorex" and unit.site in depots for unit in standing)
    steps = """
    const wait = (ms) => new Promise((go) => setTimeout(go, ms));
    const rows = () => [...document.querySelectorAll('#rows tr.row')];
    const count = () => document.getElementById('count').textContent;
    const out = { first: rows().length, all: count() };
    const search = document.getElementById('search');
    search.value = 'lorex depot'; search.dispatchEvent(new Event('input', { bubbles: true }));
    await wait(300);
    out.searched = rows().every((row) => /Lorex.*Depot/.test(row.textContent));
    out.some = rows().length;
    document.getElementById('filters').reset(); await wait(300);
    out.reset = count();
    const maker = document.querySelector('select[data-field=maker]');
    maker.value = 'Dahua'; maker.dispatchEvent(new Event('input', { bubbles: true })); await wait(300);
    out.dahua = count();
    maker.value = ''; maker.dispatchEvent(new Event('input', { bubbles: true })); await wait(300);
    out.unknown = count();
    document.getElementById('filters').reset(); await wait(300);
    const model = document.querySelector('th[data-field=model] button');
    model.click(); out.up = rows()[0].children[4].textContent;
    out.sort = model.parentElement.getAttribute('aria-sort');
    model.click(); out.down = rows()[0].children[4].textContent;
    document.getElementById('forth').click();
    out.page = document.getElementById('page').textContent;
    rows()[3].querySelector('button').click();
    const open = rows()[3].querySelector('button');
    out.expanded = open.getAttribute('aria-expanded');
    out.evidence = rows()[3].nextElementSibling.querySelectorAll('.claim q').length > 3;
    open.click();
    out.closed = document.querySelectorAll('.detail').length;
    location.hash = '#device=d0000501'; await wait(300);
    out.jumped = document.querySelector('.detail .facts').textContent.includes('d0000501');
    return out;
    """
    expected = {
        "first": 50,
        "all": "Devices shown: 873 of 873",
        "searched": True,
        "some": lorex,
        "reset": "Devices shown: 873 of 873",
        "dahua": "Devices shown: 207 of 873",
        "unknown": "Devices shown: 56 of 873",
        "up": "CMIP3142-28",
        "sort": "ascending",
        "down": "XNV-8080R",
        "page": "Page 2 of 18",
        "expanded": "true",
        "evidence": True,
        "closed": 0,
        "jumped": True,
    }
    assert expected == browser.evaluate(tmp_path, page, steps)


@browser.needs_chromium
@pixels
@pytest.mark.skipif(util.find_spec("axe_core_python") is None, reason="axe-core-python is not installed")
def test_axe_finds_nothing_serious_and_a_phone_needs_no_sideways_scrolling(
    tmp_path: Path, language: str
) -> None:
    found = util.find_spec("axe_core_python")
    assert found is not None
    assert found.origin is not None
    axe = Path(found.origin).with_name("axe.min.js").read_text("utf-8").replace("</script", "<\\/script")
    steps = """
    const frame = document.createElement('iframe');
    frame.style.cssText = 'width:390px;height:844px;border:0;position:fixed;inset:0';
    const own = document.documentElement.cloneNode(true);
    own.querySelectorAll('script:not([type])').forEach((each, index) => { if (index) each.remove(); });
    frame.srcdoc = '<!doctype html>' + own.outerHTML;
    const ready = new Promise((go) => frame.addEventListener('load', go));
    document.body.append(frame); await ready;
    const width = frame.contentDocument.documentElement.scrollWidth;
    frame.remove();
    document.querySelector('.open').click();
    const run = await axe.run(document);
    const serious = run.violations.filter((v) => ['serious', 'critical'].includes(v.impact));
    return [width, run.passes.length > 20, serious.map((v) => v.id)];
    """
    page = render(simulated_audit.audit(45, 22).inventory, language=language)
    assert [390, True, []] == browser.evaluate(tmp_path, page, steps, scripts=axe)


@browser.needs_chromium
def test_the_page_paints_something_in_english_light_and_arabic_dark(
    audit: simulated_audit.Audit, page: bytes, tmp_path: Path
) -> None:
    light = browser.picture(tmp_path, page)
    dark = browser.picture(tmp_path, render(audit.inventory, language="ar"), dark=True)
    assert light.startswith(b"\x89PNG")
    assert dark.startswith(b"\x89PNG")
    assert min(len(light), len(dark)) > 30_000


@browser.needs_chromium
def test_the_print_has_every_device_and_not_only_the_first_page_of_the_table(tmp_path: Path) -> None:
    few, many = (
        _pages(browser.printed(tmp_path, render(simulated_audit.audit(n, 4).inventory))) for n in (10, 120)
    )
    assert many >= few + 2


def _pages(paper: bytes) -> int:
    """Pages of a PDF; the page objects may stand in packed streams."""
    packed = re.finditer(rb"/ObjStm.*?stream\r?\n(.*?)endstream", paper, re.DOTALL)
    unpacked = b"".join(zlib.decompressobj().decompress(found.group(1)) for found in packed)
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", paper + unpacked))


@browser.needs_chromium
def test_hostile_texts_run_nothing_in_a_browser(tmp_path: Path) -> None:
    page = render(hostile.inventory())
    steps = """
    window.alert = () => { window.ran = true; };
    for (const each of [...document.querySelectorAll('.open')]) each.click();
    await new Promise((go) => setTimeout(go, 200));
    return [Boolean(window.ran), document.querySelectorAll('main img, main script').length,
            document.querySelectorAll('#rows tr.row').length];
    """
    assert [False, 0, len(hostile.EVERYTHING)] == browser.evaluate(tmp_path, page, steps)


def test_an_arabic_report_says_its_findings_in_arabic_and_keeps_the_english_beside_them(
    audit: simulated_audit.Audit,
) -> None:
    page = render(audit.inventory, language="ar").decode("utf-8")
    assert "مطابق للسياسة ndaa-889-a (s.889(a)(1)(A)) لأن الصانع هو Hikvision" in page
    assert "Matches ndaa-889-a because the maker is Hikvision on evidence" in page
    assert "<p><bdi>Matches" not in page
