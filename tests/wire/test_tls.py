from __future__ import annotations

import datetime
import hashlib
import ipaddress
import random
import time
from functools import lru_cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.wire.der import MAX_CERTIFICATE_BYTES, read_certificate
from camscan.wire.tls import Certificate, decode_certificate

NAME = "CN=www.hikvision.com,OU=DVRNVR,O=HIKVISION\\, Ltd.,L=HangZhou,ST=ZheJiang,C=CN"


@lru_cache(maxsize=1)
def ordinary() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    name = x509.Name.from_rfc4514_string(NAME)
    names = [x509.DNSName("local.myboschcam.net"), x509.IPAddress(ipaddress.ip_address("192.168.1.64"))]
    return (
        x509.CertificateBuilder(
            name,
            name,
            key.public_key(),
            0x8123,
            datetime.datetime(1999, 1, 2, tzinfo=datetime.UTC),
            datetime.datetime(2060, 3, 4, tzinfo=datetime.UTC),
        )
        .add_extension(x509.SubjectAlternativeName(names), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )


def der(tag: int, *content: bytes) -> bytes:
    body = b"".join(content)
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + body


def relative(oid: str, tag: int, value: bytes) -> bytes:
    return der(0x31, der(0x30, der(0x06, bytes.fromhex(oid)), der(tag, value)))


def handmade(
    subject: bytes,
    serial: bytes = b"\x05",
    dates: tuple[bytes, bytes] = (b"000101000000Z", b"491231235959Z"),
    bits: int = 512,
) -> bytes:
    """A certificate no library would sign: absurd names, serials and dates as old cameras have them."""
    algorithm = der(0x30, der(0x06, bytes.fromhex("2a864886f70d010105")), der(0x05))  # SHA-1 with RSA
    modulus = b"\0" + b"\xff" * (bits // 8)
    key = der(
        0x30,
        der(0x30, der(0x06, bytes.fromhex("2a864886f70d010101")), der(0x05)),
        der(0x03, b"\0", der(0x30, der(0x02, modulus), der(0x02, b"\x03"))),
    )
    validity = der(0x30, *(der(0x18 if len(date) > 13 else 0x17, date) for date in dates))
    body = der(
        0x30,
        der(0xA0, der(0x02, b"\x02")),
        der(0x02, serial),
        algorithm,
        der(0x30, subject),
        validity,
        der(0x30, subject),
        key,
    )
    return der(0x30, body, algorithm, der(0x03, b"\0" + b"\1" * (bits // 8)))


def test_an_ordinary_certificate_gives_every_field() -> None:
    expected = Certificate(
        subject=NAME,
        issuer=NAME,
        san=("local.myboschcam.net", "192.168.1.64"),
        sha256=hashlib.sha256(ordinary()).hexdigest(),
        serial="8123",
        not_before="1999-01-02",
        not_after="2060-03-04",
        key_bits="1024",
    )
    assert expected == decode_certificate(ordinary())


def test_the_second_reader_agrees_with_the_first() -> None:
    fields, certificate = read_certificate(ordinary()), decode_certificate(ordinary())
    assert (certificate.subject, certificate.san, certificate.key_bits) == (
        fields.subject,
        fields.san,
        fields.key_bits,
    )
    assert (certificate.not_before, certificate.not_after) == (fields.not_before, fields.not_after)
    assert certificate.serial == fields.serial.removeprefix("00")


ABSURD = {
    "RSA-512 and SHA-1": (handmade(relative("550403", 0x0C, b"cam")), "CN=cam"),
    "a negative serial": (handmade(relative("550403", 0x0C, b"cam"), serial=b"\xff\xfe"), "CN=cam"),
    "a serial of zero": (handmade(relative("550403", 0x0C, b"cam"), serial=b"\0"), "CN=cam"),
    "an empty serial": (handmade(relative("550403", 0x0C, b"cam"), serial=b""), "CN=cam"),
    "a serial of 300 bytes": (handmade(relative("550403", 0x0C, b"cam"), serial=b"\1" * 300), "CN=cam"),
    "NULs in the name": (handmade(relative("550403", 0x0C, b"cam\0era")), "CN=cam\\00era"),
    "ANSI escapes in the name": (handmade(relative("550403", 0x0C, b"\x1b[31mcam")), "CN=[31mcam"),
    "latin-1 labelled UTF-8": (handmade(relative("550403", 0x0C, b"caf\xe9")), "CN=café"),
    "an underscore and @ in a PrintableString": (handmade(relative("550403", 0x13, b"a_b@c")), "CN=a_b@c"),
    "a country of six letters": (handmade(relative("550406", 0x13, b"Taiwan")), "C=Taiwan"),
    "a BMPString": (handmade(relative("550403", 0x1E, "中".encode("utf-16-be"))), "CN=中"),
    "an odd BMPString": (handmade(relative("550403", 0x1E, b"\x4e")), "CN=\ufffd"),
    "a UniversalString": (handmade(relative("550403", 0x1C, "a".encode("utf-32-be"))), "CN=a"),
    "a serialNumber attribute": (handmade(relative("550405", 0x13, b"ACCC8E1")), "SERIALNUMBER=ACCC8E1"),
    "an unknown attribute": (handmade(relative("2a0304", 0x0C, b"x")), "1.2.3.4=x"),
    "an empty name": (handmade(b""), ""),
    "dates that are no dates": (
        handmade(relative("550403", 0x0C, b"cam"), dates=(b"999999999999Z", b"")),
        "CN=cam",
    ),
    "a name of 60 KB": (handmade(relative("550403", 0x0C, b"a" * 60_000)), "CN=" + "a" * 2045),
}


@pytest.mark.parametrize("name", ABSURD)
def test_absurd_certificates_of_old_cameras_still_name_their_subject(name: str) -> None:
    raw, expected = ABSURD[name]
    certificate = decode_certificate(raw)
    assert expected == certificate.subject
    assert certificate.key_bits == "512"


def test_a_negative_serial_is_shown_as_its_bytes() -> None:
    assert decode_certificate(ABSURD["a negative serial"][0]).serial == "fffe"


def test_wrong_dates_are_left_out() -> None:
    certificate = decode_certificate(ABSURD["dates that are no dates"][0])
    assert (certificate.not_before, certificate.not_after) == ("", "")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x30\x80\0\0",
        b"\x30\x85\1\1\1\1\1",
        b"\x1f\x81\x01",
        b"<html>",
        b"\x30" * 5000,
        handmade(relative("550403", 0x0C, b"a" * 1_000_000)),
        b"\x30\x84\xff\xff\xff\xff" + b"a" * MAX_CERTIFICATE_BYTES,
    ],
)
def test_what_is_no_certificate_or_too_big_is_malformed_at_once(raw: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(MalformedReply):
        decode_certificate(raw)
    assert time.perf_counter() - started < 0.2


def test_a_certificate_cut_anywhere_is_malformed() -> None:
    for n in range(len(ordinary())):
        with pytest.raises(MalformedReply):
            decode_certificate(ordinary()[:n])


def test_trailing_junk_takes_nothing_away() -> None:
    assert decode_certificate(ordinary() + b"junk").subject == NAME


def test_a_thousand_damaged_certificates_are_read_or_malformed() -> None:
    chance = random.Random(7)
    read = 0
    for _ in range(1000):
        raw = bytearray(ordinary())
        for _ in range(chance.randint(1, 4)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        try:
            decode_certificate(bytes(raw))
            read += 1
        except MalformedReply:
            continue
    assert 0 < read < 1000


@given(st.binary(max_size=200))
def test_whatever_arrives_is_a_certificate_or_malformed(raw: bytes) -> None:
    for data in (raw, der(0x30, raw), der(0x30, der(0x30, raw))):
        try:
            decode_certificate(data)
        except MalformedReply:
            continue
