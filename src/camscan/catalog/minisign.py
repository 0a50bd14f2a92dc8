"""Signatures in minisign's format (jedisct1.github.io/minisign): reads and verifies them.

Rules of this file:
- Ed25519 is `cryptography`'s; here is only the format, read strictly: four lines, canonical base64, exact
  lengths.
- Only prehashed signatures (algorithm `ED`) count: the legacy form (`Ed`) signs the file itself, so that one
  signature can be passed off as another's.
- A signature holds when the file's and the trusted comment's (the global one) both do. Nothing is shown of an
  untrusted comment.
- Whatever arrives: a value or FingerprintError with the file's name.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from camscan.errors import FingerprintError

MAX_SIGNATURE_BYTES = 16 * 1024
MAX_KEY_BYTES = 4 * 1024

_UNTRUSTED, _TRUSTED = "untrusted comment: ", "trusted comment: "
PREHASHED, _LEGACY = b"ED", b"Ed"
KEY_ALGORITHM = b"Ed"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Eight bytes that name a key pair, and the 32 bytes of the Ed25519 key."""

    key_id: bytes
    key: bytes

    @property
    def name(self) -> str:
        """The id as minisign prints it: 16 hex digits, the number little-endian."""
        return key_name(self.key_id)

    @property
    def text(self) -> str:
        """The key as `minisign -P` takes it."""
        return base64.b64encode(KEY_ALGORITHM + self.key_id + self.key).decode()


@dataclass(frozen=True, slots=True)
class Signature:
    """What a `.minisig` file says; nothing of it is true before `verify`."""

    key_id: bytes
    signature: bytes
    trusted_comment: str
    global_signature: bytes


def key_name(key_id: bytes) -> str:
    """The id of a key for people."""
    return key_id[::-1].hex().upper()


def read_public_key(raw: bytes, name: str) -> PublicKey:
    """A minisign public key: the two lines of a `.pub` file, or its second line alone."""
    lines = text_lines(raw, name, MAX_KEY_BYTES)
    if len(lines) == 2 and lines[0].startswith(_UNTRUSTED):
        lines = lines[1:]
    if len(lines) != 1:
        raise FingerprintError(f"{name}: no minisign public key (one line that begins with RW)")
    body = decode_line(lines[0], 42, f"{name}: the key")
    if body[:2] != KEY_ALGORITHM:
        raise FingerprintError(f"{name}: not an Ed25519 public key of minisign")
    return PublicKey(body[2:10], body[10:])


def read_signature(raw: bytes, name: str) -> Signature:
    """The four lines of a `.minisig` file."""
    lines = text_lines(raw, name, MAX_SIGNATURE_BYTES)
    if len(lines) != 4 or not lines[0].startswith(_UNTRUSTED) or not lines[2].startswith(_TRUSTED):
        raise FingerprintError(
            f"{name}: no minisign signature (four lines: untrusted comment, signature, trusted comment, "
            "global signature)"
        )
    body = decode_line(lines[1], 74, f"{name}, line 2")
    if body[:2] == _LEGACY:
        raise FingerprintError(f"{name}: a legacy signature; sign again with minisign 0.11 or newer")
    if body[:2] != PREHASHED:
        raise FingerprintError(f"{name}: signature algorithm {body[:2]!r} is not minisign's `ED`")
    return Signature(
        body[2:10],
        body[10:],
        lines[2].removeprefix(_TRUSTED),
        decode_line(lines[3], 64, f"{name}, line 4"),
    )


def verify(content: bytes, signature: Signature, key: PublicKey, name: str) -> None:
    """Return when `key` signed `content` and the trusted comment. Raises FingerprintError."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if signature.key_id != key.key_id:
        raise FingerprintError(f"{name}: signed with key {key_name(signature.key_id)}, not {key.name}")
    public = Ed25519PublicKey.from_public_bytes(key.key)
    try:
        public.verify(signature.signature, digest(content))
    except InvalidSignature:
        raise FingerprintError(
            f"{name}: the signature of key {key.name} does not fit: altered, cut short, or signed by another"
        ) from None
    try:
        public.verify(signature.global_signature, signature.signature + signature.trusted_comment.encode())
    except InvalidSignature:
        raise FingerprintError(
            f"{name}: the trusted comment was altered: the global signature of key {key.name} does not fit"
        ) from None


def digest(content: bytes) -> bytes:
    """What a prehashed signature signs: BLAKE2b, 64 bytes."""
    return hashlib.blake2b(content).digest()


def decode_line(line: str, size: int, what: str) -> bytes:
    """Exactly `size` bytes of canonical base64. Raises FingerprintError that begins with `what`."""
    try:
        body = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        raise FingerprintError(f"{what} is not base64") from None
    if len(body) != size or base64.b64encode(body).decode() != line:
        raise FingerprintError(f"{what} must be the base64 of {size} bytes")
    return body


def text_lines(raw: bytes, name: str, most: int) -> list[str]:
    """The lines of a small UTF-8 file; its last line end may be missing. Raises FingerprintError."""
    if len(raw) > most:
        raise FingerprintError(f"{name}: over {most} bytes, which no minisign file is")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise FingerprintError(f"{name}: not text, so no minisign file") from None
    lines = text.removesuffix("\n").split("\n")
    if not all(ch.isprintable() or ch == "\t" for line in lines for ch in line):
        raise FingerprintError(f"{name}: holds control characters (or Windows line ends)")
    return lines
