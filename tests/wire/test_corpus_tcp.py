"""Every recorded answer of a real TCP service goes through its decoder: a message or MalformedReply."""

from __future__ import annotations

import base64
import datetime
import json
import re
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from camscan.errors import MalformedReply
from camscan.wire.banner import decode_banner
from camscan.wire.challenge import parse_challenges, realms_of, texts_of
from camscan.wire.der import read_certificate
from camscan.wire.html import body_text, parse_page
from camscan.wire.http import HttpResponse, decode_response, message_end
from camscan.wire.rtsp import decode_answer, sdp_excerpt
from camscan.wire.text import one_line
from camscan.wire.tls import decode_certificate

LINES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "recordings" / "corpus" / "tcp.jsonl")
    .read_text("utf-8")
    .splitlines()
]


def raw(line: dict[str, str]) -> bytes:
    return base64.b64decode(line["data_b64"]) if "data_b64" in line else line["data"].encode()


def of_kind(*kinds: str) -> list[dict[str, str]]:
    found = [line for line in LINES if line["kind"] in kinds]
    assert found
    return found


def in_any_order(name: str) -> list[list[str]]:
    """DER sorts the attributes joined by `+`, so that their order is no property of the text."""
    return [sorted(relative.split("+")) for relative in name.split(",")]


def test_every_recorded_header_block_keeps_its_names_and_values() -> None:
    for line in of_kind("http_header"):
        response = decode_response(raw(line))
        sent = [part for part in line["data"].replace("\r\n", "\n").split("\n") if ":" in part]
        if response.status:
            sent = [part for part in sent if not part.startswith(("HTTP/", "RTSP/"))]
        assert len(response.headers) >= min(1, len(sent)), line["id"]
        for name, value in response.headers:
            assert name in line["data"], line["id"]
            assert value.split(" ")[0] in line["data"], line["id"]


def test_every_recorded_body_is_read_as_a_page() -> None:
    for line in of_kind("http_body"):
        data = raw(line)
        try:
            response = decode_response(data)
        except MalformedReply:
            response = HttpResponse("HTTP/1.1", 200, "OK", (), data, False)
        named = re.search(r"<title>\s*([^<\s&]+)", line["data"], re.IGNORECASE)
        expected = named.group(1) if named else ""
        assert expected == parse_page(body_text(response)).title.split(" ")[0], line["id"]


def test_every_recorded_title_comes_back_from_a_page_that_has_it() -> None:
    for line in of_kind("http_title"):
        title = line["data"].replace("&", "&amp;").replace("<", "&lt;")
        expected = " ".join(line["data"].split())
        assert expected == parse_page(f"<html><head><title>{title}</title></head>").title, line["id"]


def test_every_recorded_challenge_yields_its_realm_and_loses_its_nonce() -> None:
    for line in of_kind("www_authenticate"):
        value = line["data"]
        assert "nonce" not in " ".join(texts_of((value,))), line["id"]
        if "realm=" not in value:  # the collection kept only the realm's words
            assert parse_challenges(value)[0].scheme == value.split()[0], line["id"]
            continue
        expected = value.partition("realm=")[2].lstrip('"').partition('"')[0]
        assert (expected,) == realms_of((value,)), line["id"]


def test_every_recorded_rtsp_answer_and_description_is_read() -> None:
    answers = described = 0
    for line in of_kind("rtsp"):
        data = raw(line)
        if data.startswith(b"RTSP/"):
            answers += decode_answer(data).status >= 200
        described += bool(sdp_excerpt(data.replace(b"\r\n", b"\n").partition(b"\n\n")[2] or data))
    assert answers >= 30
    assert described >= 12


def test_every_recorded_distinguished_name_survives_a_certificate_in_both_readers() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    day = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    read = 0
    for line in of_kind("tls_cert"):
        text = line["data"].partition("=")[2]
        try:
            name = x509.Name.from_rfc4514_string(
                text, {"SERIALNUMBER": x509.NameOID.SERIAL_NUMBER, "emailAddress": x509.NameOID.EMAIL_ADDRESS}
            )
            certificate = x509.CertificateBuilder(name, name, key.public_key(), 7, day, day).sign(
                key, hashes.SHA256()
            )
        except ValueError:
            continue  # not a name that the writing side accepts (lengths, `#` forms)
        der = certificate.public_bytes(serialization.Encoding.DER)
        subject = decode_certificate(der).subject
        assert subject == one_line(read_certificate(der).issuer), line["id"]
        if "=#" not in text:  # a value in hex has no text to compare
            assert in_any_order(text) == in_any_order(subject), line["id"]
        read += 1
    assert read >= 100


def test_every_recorded_greeting_lands_in_a_field_with_its_first_word() -> None:
    for kind, port, allowed in (
        ("ftp", 21, {"ftp.banner"}),
        ("telnet", 23, {"telnet.banner"}),
        ("tcp_banner", 0, {"tcp.banner", "sip.user_agent", "telnet.banner", "ftp.banner"}),
    ):
        for line in of_kind(kind):
            banner = decode_banner(raw(line), port)
            assert banner.field in allowed, line["id"]
            assert banner.text.split()[0] in line.get("data", banner.text), line["id"]


@pytest.mark.parametrize("kind", ["http_header", "http_body", "rtsp", "ftp", "telnet", "tcp_banner"])
def test_no_recorded_bytes_make_any_decoder_fail_otherwise(kind: str) -> None:
    for line in of_kind(kind):
        data = raw(line)
        message_end(data)
        for decode in (decode_response, decode_answer, decode_banner, decode_certificate):
            try:
                decode(data)
            except MalformedReply:
                continue
