"""minisign's format, against what minisign 0.11 itself wrote (tests/recordings/minisign)."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.catalog.minisign import PublicKey, read_public_key, read_signature, verify
from camscan.catalog.signing import SecretKey, read_secret_key, sign
from camscan.errors import FingerprintError

HERE = Path(__file__).parents[1] / "recordings" / "minisign"
WORDS = (HERE / "words.txt").read_bytes()
SIGNED = (HERE / "words.txt.minisig").read_bytes()
KEY = read_public_key((HERE / "key.pub").read_bytes(), "key.pub")


def no_password() -> str:
    raise AssertionError("a key without a password must not ask for one")


def secret_key() -> SecretKey:
    return read_secret_key((HERE / "key.secret").read_bytes(), "key.secret", no_password)


def edited(place: int, change: int) -> bytes:
    """The recorded signature with one byte of line `place`'s base64 body changed."""
    lines = SIGNED.decode().splitlines()
    body = bytearray(base64.b64decode(lines[place]))
    body[change] ^= 1
    lines[place] = base64.b64encode(body).decode()
    return "\n".join(lines).encode()


def test_what_minisign_signed_is_verified() -> None:
    signature = read_signature(SIGNED, "words.txt.minisig")
    verify(WORDS, signature, KEY, "words.txt")
    assert ("trusted words", "77B368644AEF7EED") == (signature.trusted_comment, KEY.name)


def test_a_secret_key_of_minisign_is_read_and_its_public_half_is_the_one_minisign_wrote() -> None:
    assert KEY == secret_key().public
    assert (HERE / "key.pub").read_text().splitlines()[1] == secret_key().public.text


def test_what_camscan_signs_is_what_minisign_signs() -> None:
    ours = sign(WORDS, secret_key(), "trusted words").splitlines()
    assert SIGNED.decode().splitlines()[1:] == ours[1:]


def test_an_encrypted_key_opens_with_its_password_and_with_no_other() -> None:
    """The form of `minisign -G`, with scrypt limits that suit a test (libsodium's smallest)."""
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    key = secret_key()
    head = b"EdScB2" + bytes(32) + (32768).to_bytes(8, "little") + (1 << 20).to_bytes(8, "little")
    body = key.key_id + key.seed + key.public.key
    body += hashlib.blake2b(b"Ed" + body, digest_size=32).digest()
    stream = Scrypt(salt=bytes(32), length=104, n=1 << 10, r=8, p=1).derive(b"right")
    text = (
        "untrusted comment: x\n"
        + base64.b64encode(head + bytes(a ^ b for a, b in zip(body, stream, strict=True))).decode()
    )
    assert key == read_secret_key(text.encode(), "k", lambda: "right")
    with pytest.raises(FingerprintError, match=r"^k: wrong password$"):
        read_secret_key(text.encode(), "k", lambda: "wrong")


def test_a_key_file_that_wants_all_memory_is_refused() -> None:
    body = b"EdScB2" + bytes(32) + (2**40).to_bytes(8, "little") * 2 + bytes(104)
    text = "untrusted comment: x\n" + base64.b64encode(body).decode()
    with pytest.raises(FingerprintError, match="asks for 1048576 MB"):
        read_secret_key(text.encode(), "k", lambda: "p")


def test_a_secret_key_never_shows_its_seed() -> None:
    assert "seed" not in repr(secret_key())


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ((HERE / "legacy.minisig").read_bytes(), "a legacy signature"),
        (SIGNED.replace(b"\n", b"\r\n"), "control characters"),
        (SIGNED.replace(b"trusted words", b"trusted \x1b[2Jwords"), "control characters"),
        (b"\n".join(SIGNED.splitlines()[:2]), "four lines"),
        (SIGNED + b"one more\n", "four lines"),
        (SIGNED.replace(b"\ntrusted comment: ", b"\nTrusted comment: "), "four lines"),
        (SIGNED.replace(b"=\ntrusted", b"\ntrusted"), "line 2 is not base64"),
        (SIGNED.replace(b"RUT", b" RUT"), "line 2 is not base64"),
        (SIGNED.replace(b"/Qo=", b"/Qp="), "line 2 must be the base64 of 74 bytes"),
        (edited(1, 1), "signature algorithm b'EE'"),
        (b"\xff\xfe" + SIGNED, "not text"),
        (b"a" * 20_000, "over 16384 bytes"),
        (b"", "four lines"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_strict_signature_file_is_refused(raw: bytes, said: str) -> None:
    with pytest.raises(FingerprintError, match=f"^x.minisig.*{said}"):
        read_signature(raw, "x.minisig")


def test_one_bit_of_the_file_breaks_the_signature() -> None:
    with pytest.raises(FingerprintError, match="does not fit: altered, cut short, or signed by another"):
        verify(WORDS[:-1] + b"!", read_signature(SIGNED, "s"), KEY, "words.txt")


@pytest.mark.parametrize("at", [10, 41, 73])
def test_one_bit_of_the_signature_breaks_it(at: int) -> None:
    with pytest.raises(FingerprintError, match="does not fit"):
        verify(WORDS, read_signature(edited(1, at), "s"), KEY, "words.txt")


def test_another_key_with_the_same_id_does_not_verify() -> None:
    other = SecretKey(KEY.key_id, bytes(32)).public
    with pytest.raises(FingerprintError, match="does not fit"):
        verify(WORDS, read_signature(SIGNED, "s"), other, "words.txt")


def test_another_key_id_is_said() -> None:
    other = PublicKey(bytes(8), KEY.key)
    with pytest.raises(
        FingerprintError, match=r"^w: signed with key 77B368644AEF7EED, not 0000000000000000$"
    ):
        verify(WORDS, read_signature(SIGNED, "s"), other, "w")


def test_an_altered_trusted_comment_is_found_by_the_global_signature() -> None:
    raw = SIGNED.replace(b"trusted words", b"trusted wards")
    with pytest.raises(FingerprintError, match="the trusted comment was altered"):
        verify(WORDS, read_signature(raw, "s"), KEY, "words.txt")


def test_an_untrusted_comment_may_say_anything_and_changes_nothing() -> None:
    raw = b"untrusted comment: signed by your bank\n" + SIGNED.split(b"\n", 1)[1]
    assert read_signature(SIGNED, "s") == read_signature(raw, "s")


@pytest.mark.parametrize("text", ["", "RWTt", KEY.text[1:], f"{KEY.text}\n{KEY.text}", "x" * 5000])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(FingerprintError, match=r"^k"):
        read_public_key(text.encode(), "k")


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_arrives_is_a_value_or_a_fingerprint_error(raw: bytes) -> None:
    for read in (read_public_key, read_signature):
        for body in (raw, b"untrusted comment: " + raw):
            with contextlib.suppress(FingerprintError):
                read(body, "x")
    with pytest.raises(FingerprintError):
        read_secret_key(raw, "x", lambda: "p")
