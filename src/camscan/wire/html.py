"""The few facts a device's start page states about itself: title, where it leads, what it loads.

Rules: no script runs and nothing is fetched here; libxml2 parses (64 KiB of hostile markup took it
at most 25 ms, html.parser up to 3.5 s); every list and text is capped; nothing raises.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from lxml import etree

from camscan.wire.http import HttpResponse
from camscan.wire.text import one_line

MAX_PATHS = 48
MAX_PATH_CHARACTERS = 512
MAX_TITLE_CHARACTERS = 512
_SNIFF_BYTES = 2048

_CHARSET = re.compile(r"charset\s{0,4}=\s{0,4}[\"']?\s{0,4}([A-Za-z0-9._:-]{2,32})", re.IGNORECASE)
_CHARSETS = re.compile(
    r"(utf-?8|us-ascii|ascii|iso-?8859-\d{1,2}|latin-?1|windows-125\d|cp125\d|gb2312|gbk|gb18030|big5"
    r"|shift_jis|sjis|euc-jp|euc-kr|ks_c_5601-1987|koi8-r|utf-16(?:le|be)?)",
    re.IGNORECASE,
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_REFRESH = re.compile(
    r"\s{0,16}[0-9.]{0,8}\s{0,16}[;,]?\s{0,16}(?:url\s{0,16}=)?\s{0,16}(.{0,1024})", re.I | re.S
)
_SCRIPT_TARGET = re.compile(
    r"\blocation(?:\.href)?\s{0,8}=\s{0,8}[\"']([^\"'\s<>]{1,512})[\"']"
    r"|\blocation\.(?:replace|assign)\(\s{0,8}[\"']([^\"'\s<>]{1,512})[\"']"
)
_LOADS = {
    "script": "src",
    "frame": "src",
    "iframe": "src",
    "embed": "src",
    "object": "data",
    "applet": "code",
}
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """title: first `<title>` outside SVG, white space folded; refresh: meta refresh target; script_target:
    a literal `location = "…"` in a script; paths: scripts, style sheets, frames, plug-ins in page order,
    as written; icon: `href` of the icon link; generator: meta generator. "" or () when absent."""

    title: str = ""
    refresh: str = ""
    script_target: str = ""
    paths: tuple[str, ...] = ()
    icon: str = ""
    generator: str = ""


def body_text(response: HttpResponse, limit: int = 64 * 1024) -> str:
    """The body as text: BOM, Content-Type, meta charset, UTF-8, else Windows-1252. Never raises."""
    body = response.body[:limit]
    cut = len(body) >= limit
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    head = body[:_SNIFF_BYTES].decode("latin-1")
    for said in (response.header("content-type"), head):
        found = _CHARSET.search(said)
        if found and _CHARSETS.fullmatch(found.group(1)):
            # A wrong label is common: keep it only when the bytes agree, a cut last character aside.
            text = _decoded(body, found.group(1), cut)
            if text is not None:
                return text
    return _decoded(body, "utf-8", cut) or body.decode("cp1252", "replace")


def _decoded(body: bytes, charset: str, cut: bool) -> str | None:
    try:
        decoder = codecs.getincrementaldecoder(charset)("strict")
        return decoder.decode(body, final=not cut)
    except (LookupError, UnicodeError):
        return None


def parse_page(text: str) -> HtmlPage:
    """What `HtmlPage` says, read from markup or a fragment of it; an empty page for anything unreadable."""
    collector = _Collector()
    cleaned = _NOT_XML.sub("", text).encode("utf-8", "replace")
    if b"<" in cleaned:
        try:
            parser = etree.HTMLParser(
                target=cast(Any, collector), recover=True, no_network=True, encoding="utf-8"
            )
            parser.feed(cleaned)
            parser.close()
        except (etree.LxmlError, ValueError, AssertionError):
            pass  # what was collected before the parser gave up still counts
    return collector.page()


class _Collector:
    """Receives libxml2's events; keeps no tree, so depth costs nothing."""

    def __init__(self) -> None:
        self._title: list[str] | None = None
        self._title_done = ""
        self._has_title = False
        self._svg = 0
        self._script = False
        self._refresh = self._target = self._icon = self._generator = ""
        self._paths: dict[str, None] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "svg":
            self._svg += 1
        elif tag == "title" and not self._has_title and not self._svg:
            self._title = []
        elif tag == "meta":
            self._meta(attributes)
        elif tag == "link":
            self._link(attributes)
        elif tag in _LOADS:
            self._script = tag == "script"
            self._add(attributes.get(_LOADS[tag], ""))

    def _meta(self, attributes: Mapping[str, str]) -> None:
        content = attributes.get("content", "")
        if attributes.get("http-equiv", "").strip().lower() == "refresh" and not self._refresh:
            found = _REFRESH.match(content)
            self._refresh = one_line(found.group(1)).strip("\"' ") if found else ""
        elif attributes.get("name", "").strip().lower() == "generator" and not self._generator:
            self._generator = one_line(content)[:MAX_TITLE_CHARACTERS]

    def _link(self, attributes: Mapping[str, str]) -> None:
        relations = attributes.get("rel", "").lower().split()
        if "icon" in relations and not self._icon:
            self._icon = attributes.get("href", "").strip()
        elif "stylesheet" in relations:
            self._add(attributes.get("href", ""))

    def _add(self, path: str) -> None:
        path = one_line(path)
        if path and len(path) <= MAX_PATH_CHARACTERS and len(self._paths) < MAX_PATHS:
            self._paths.setdefault(path)

    def end(self, tag: str) -> None:
        if tag == "title" and self._title is not None:
            self._close_title()
        elif tag == "svg":
            self._svg = max(0, self._svg - 1)
        elif tag == "script":
            self._script = False

    def data(self, text: str) -> None:
        if self._title is not None:
            self._title.append(text[: 4 * MAX_TITLE_CHARACTERS])
        elif self._script and not self._target:
            found = _SCRIPT_TARGET.search(text)
            self._target = (found.group(1) or found.group(2)) if found else ""

    def comment(self, text: str) -> None:
        """Comments say nothing here; the page's text is kept elsewhere."""

    def _close_title(self) -> None:
        self._title_done = one_line("".join(self._title or ())[: 8 * MAX_TITLE_CHARACTERS])[
            :MAX_TITLE_CHARACTERS
        ]
        self._has_title = bool(self._title_done)
        self._title = None

    def close(self) -> None:
        """libxml2 calls this at the end of the document."""

    def page(self) -> HtmlPage:
        if self._title is not None:
            self._close_title()
        return HtmlPage(
            self._title_done,
            self._refresh[:MAX_PATH_CHARACTERS],
            self._target[:MAX_PATH_CHARACTERS],
            tuple(self._paths),
            self._icon,
            self._generator,
        )
