"""Converts a recog fingerprint file (XML) into a draft vendor file, for users who have recog.

Rules of this file: none of recog's data ships with camscan; the XML is as untrusted as any reply (no DTD, no
entities, no network). A pattern that RE2 refuses, or a fingerprint without an example, is left out and named.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from camscan.catalog.drafting import BLANK, text
from camscan.errors import FileFormatError
from camscan.match.bounded import BoundedPattern
from camscan.match.patterns import read_pattern
from camscan.model.number import whole_number

FIELD_OF = {
    "http_header.server": "http.server",
    "http_header.wwwauth": "http.realm",
    "http_header.cookie": "http.cookie",
    "html_title": "http.title",
    "favicon.md5": "http.favicon_md5",
    "ftp.banner": "ftp.banner",
    "telnet_banners": "telnet.banner",
    "telnet.banner": "telnet.banner",
    "snmp.sys_description": "snmp.sys_descr",
    "snmp.sys_object_id": "snmp.sys_object_id",
    "sip_header.user_agent": "sip.user_agent",
    "sip_header.server": "sip.user_agent",
    "rtsp_header.server": "rtsp.server",
    "ssdp_header.server": "ssdp.server",
    "dhcp.vendor_class": "dhcp.vendor_class",
    "x509.subject": "tls.subject",
    "x509.issuer": "tls.issuer",
}
"""recog's `matches` attribute → our field."""

CLAIM_OF = {
    "hw.vendor": "brand",
    "hw.product": "model",
    "hw.model": "model",
    "hw.version": "firmware",
    "os.version": "firmware",
    "hw.serial_number": "serial",
    "host.mac": "mac",
}
"""recog's parameters → our claims; of two for one claim the first of this table wins."""

KIND_OF = {
    "ip camera": "camera",
    "web cam": "camera",
    "webcam": "camera",
    "camera": "camera",
    "dvr": "recorder",
    "nvr": "recorder",
    "video encoder": "encoder",
    "intercom": "intercom",
}
"""recog's hw.device, folded → our kind; every other device is not a camera."""

MAX_FILE_BYTES = 16 * 1024 * 1024


@dataclass(slots=True)
class Draft:
    """The TOML written, how many rules it has, and one line for each fingerprint left out."""

    toml: str = ""
    rules: int = 0
    left_out: list[str] = field(default_factory=list)


def convert_recog(file: Path, vendor: str, name: str) -> Draft:
    """A draft of vendors/<vendor>.toml. Raises FileFormatError when `file` is not recog's XML."""
    root = _parse(file)
    matches = root.get("matches", "")
    target = FIELD_OF.get(matches)
    if target is None:
        known = ", ".join(sorted(FIELD_OF))
        raise FileFormatError(
            f"{file}: `matches` is `{matches}`, which no field of ours answers to (known: {known})"
        )
    draft = Draft()
    parts = [
        f"# Drafted from {file.name} (recog). Judge every rule before you keep it: recog says what software",
        "# answers, camscan says what the device is. Look at weight, anchors and kind first.",
        f'[vendor]\nid = "{vendor}"\nname = {text(name)}\n',
    ]
    for place, element in enumerate(root.findall("fingerprint"), 1):
        rule, reason = _rule(element, vendor, place, target)
        if rule:
            parts.append(rule)
            draft.rules += 1
        else:
            about = (element.findtext("description") or "").strip()[:60]
            draft.left_out.append(f"fingerprint {place} ({about}): {reason}")
    draft.toml = "\n".join(parts)
    return draft


def _parse(file: Path) -> Any:
    from lxml import etree

    raw = file.read_bytes()[: MAX_FILE_BYTES + 1]
    if len(raw) > MAX_FILE_BYTES:
        raise FileFormatError(f"{file}: larger than {MAX_FILE_BYTES // 1024 // 1024} MiB")
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise FileFormatError(f"{file}: declares a document type or entities; recog's files do not")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as fault:
        raise FileFormatError(f"{file}: not XML: {fault}") from None
    if root.tag != "fingerprints":
        raise FileFormatError(f"{file}: the root element is `{root.tag}`, recog's is `fingerprints`")
    return root


def _rule(element: Any, vendor: str, place: int, target: str) -> tuple[str, str]:
    """The rule's TOML and "", or "" and why it is left out."""
    claims, groups = _claims(element)
    if not any(each.get("name", "").startswith("hw.") for each in element.findall("param")):
        return "", "names software, not a device"
    if not claims:
        return "", "says nothing that a claim of ours holds"
    flags = element.get("flags") or ""
    dots = "(?s)" if "REG_MULTILINE" in flags or "REG_DOT_NEWLINE" in flags else ""
    pattern = dots + _name_groups(element.get("pattern") or "", groups)
    fold = "REG_ICASE" in flags
    try:
        compiled = BoundedPattern(pattern, fold)
    except ValueError as reason:
        return "", f"RE2 refuses its pattern: {reason}"
    examples = list(_examples(element, compiled, claims))
    if not examples:
        return "", "no example that the pattern matches"
    about = " ".join((element.findtext("description") or "").split()) or BLANK
    lines = [
        "[[fingerprint]]",
        f'id = "{vendor}.recog-{place}"',
        f"about = {text(f'{about} (from recog)')}",
        'weight = "suggests"',
    ]
    known = read_pattern(pattern)
    if not known.starts and not known.ends:
        lines.append(f'unanchored = "{BLANK}: anchor it, or say why not"')
    lines.append(f'when."{target}".regex = {text(pattern)}')
    if fold:
        lines.append(f'when."{target}".ignore_case = true')
    lines += [f"claim.{name} = {text(value)}" for name, value in claims.items()]
    for given, expect in examples:
        inside = ", ".join(f"{name} = {text(value)}" for name, value in expect.items())
        lines += [
            "",
            "    [[fingerprint.example]]",
            f'    given."{target}" = {text(given)}',
            f"    expect = {{ {inside} }}",
            '    source = "recog, the example of this fingerprint"',
        ]
    return "\n".join(lines) + "\n", ""


def _claims(element: Any) -> tuple[dict[str, str], dict[int, str]]:
    """Claim templates, and which numbered group each named group stands for."""
    claims: dict[str, str] = {}
    groups: dict[int, str] = {}
    parameters = {each.get("name"): each for each in element.findall("param")}
    for name, claim in CLAIM_OF.items():
        parameter = parameters.get(name)
        if parameter is None or claim in claims:
            continue
        position, value = parameter.get("pos") or "0", parameter.get("value") or ""
        if group := whole_number(position, 3):
            claims[claim] = f"{{{groups.setdefault(group, claim)}}}"
        elif value and "{" not in value:
            claims[claim] = value
    device = parameters.get("hw.device")
    if device is not None and device.get("value"):
        claims["kind"] = KIND_OF.get(device.get("value").casefold(), "not-a-camera")
    return claims, groups


def _name_groups(pattern: str, groups: dict[int, str]) -> str:
    """Numbered groups that a parameter uses become named, the others non-capturing."""
    out: list[str] = []
    number = 0
    at = 0
    in_class = False
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            out.append(pattern[at : at + 2])
            at += 2
            continue
        if in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
            if pattern[at + 1 : at + 2] in ("]", "^"):  # a bracket that stands first is a character
                skip = 3 if pattern[at + 1 : at + 3] == "^]" else 2
                out.append(pattern[at : at + skip])
                at += skip
                continue
        elif char == "(" and (pattern[at + 1 : at + 2] != "?" or re.match(r"\(\?P?<\w", pattern[at:])):
            number += 1
            found = re.match(r"\((?:\?P?<\w+>)?", pattern[at:])
            out.append(f"(?P<{groups[number]}>" if number in groups else "(?:")
            at += found.end() if found else 1
            continue
        out.append(char)
        at += 1
    return "".join(out)


def _examples(
    element: Any, compiled: BoundedPattern, claims: dict[str, str]
) -> Iterator[tuple[str, dict[str, str]]]:
    from camscan.match.templates import names_something, parse_template, render

    templates = {name: parse_template(value) for name, value in claims.items()}
    for example in element.findall("example"):
        given = example.text or ""
        if example.get("_encoding") == "base64":
            try:
                given = base64.b64decode(given, validate=False).decode("utf-8", "replace")
            except binascii.Error:
                continue
        given = given.replace("\0", "").strip()
        groups: dict[str, str | None] = {}
        if not given or compiled.search(given.encode("utf-8", "replace"), groups) is None:
            continue
        filled = {name: render(template, groups) for name, template in templates.items()}
        expect = {name: value for name, value in filled.items() if value and names_something(name, value)}
        if expect:
            yield given, expect
