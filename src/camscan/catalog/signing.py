"""Signs with a minisign secret key: for those who publish fingerprint bundles.

Rules: the key is read from its file only, a password comes from the caller and neither is kept or said; a key
file that others can read is refused by the command, not here.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from camscan.catalog.minisign import (
    KEY_ALGORITHM,
    MAX_KEY_BYTES,
    PREHASHED,
    PublicKey,
    decode_line,
    digest,
    text_lines,
)
from camscan.errors import FingerprintError

_PLAIN, _SCRYPT, _BLAKE2 = b"\0\0", b"Sc", b"B2"
MAX_KEY_MEMORY = 2 * 1024**3
"""A key file that asks for more memory than this is not one that minisign makes (1 GiB)."""


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A key pair; the seed is never part of its text."""

    key_id: bytes
    seed: bytes = field(repr=False)

    @property
    def public(self) -> PublicKey:
        """Its public half."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return PublicKey(self.key_id, private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def read_secret_key(raw: bytes, name: str, password: Callable[[], str]) -> SecretKey:
    """A key file that `minisign -G` wrote; `password` is asked only when it is encrypted.

    Raises FingerprintError: not such a file, or the wrong password.
    """
    lines = text_lines(raw, name, MAX_KEY_BYTES)
    if len(lines) != 2 or not lines[0].startswith("untrusted comment: "):
        raise FingerprintError(f"{name}: no minisign secret key (two lines; `minisign -G` makes one)")
    body = decode_line(lines[1], 158, f"{name}: the key")
    algorithm, kdf, checksum_kind = body[:2], body[2:4], body[4:6]
    if algorithm != KEY_ALGORITHM or checksum_kind != _BLAKE2 or kdf not in (_PLAIN, _SCRYPT):
        raise FingerprintError(f"{name}: a secret key of a kind that minisign 0.11 does not write")
    secret = body[54:]
    if kdf == _SCRYPT:
        opslimit, memlimit = (int.from_bytes(body[at : at + 8], "little") for at in (38, 46))
        stream = _stretch(password(), body[6:38], opslimit, memlimit, name)
        secret = bytes(one ^ two for one, two in zip(secret, stream, strict=True))
    key_id, seed, public, checksum = secret[:8], secret[8:40], secret[40:72], secret[72:]
    key = SecretKey(key_id, seed)
    if kdf == _SCRYPT:
        expected = hashlib.blake2b(algorithm + key_id + seed + public, digest_size=32).digest()
        if checksum != expected:
            raise FingerprintError(f"{name}: wrong password")
    if key.public.key != public:
        raise FingerprintError(f"{name}: damaged: the two halves of the key do not belong together")
    return key


def sign(content: bytes, key: SecretKey, comment: str) -> str:
    """The `.minisig` file of `content`; `comment` is signed too and must be one printable line."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if not all(ch.isprintable() or ch == "\t" for ch in comment):
        raise FingerprintError("the trusted comment must be one line of printable text")
    private = Ed25519PrivateKey.from_private_bytes(key.seed)
    signature = private.sign(digest(content))
    both = private.sign(signature + comment.encode())
    first = base64.b64encode(PREHASHED + key.key_id + signature).decode()
    return (
        f"untrusted comment: signature of key {key.public.name}\n{first}\n"
        f"trusted comment: {comment}\n{base64.b64encode(both).decode()}\n"
    )


def _stretch(password: str, salt: bytes, opslimit: int, memlimit: int, name: str) -> bytes:
    """104 bytes of scrypt with the parameters libsodium draws from its two limits (`pickparams`)."""
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    if memlimit > MAX_KEY_MEMORY or opslimit > 2**33:
        raise FingerprintError(f"{name}: asks for {memlimit >> 20} MB to be opened; minisign never does")
    opslimit = max(opslimit, 32768)
    memory_bound = opslimit >= memlimit // 32
    most = memlimit // (8 * 128) if memory_bound else opslimit // (8 * 4)
    n_log2 = next(log2 for log2 in range(1, 64) if 1 << log2 > most // 2)
    p = max(1, min((opslimit // 4) >> n_log2, 0x3FFFFFFF) // 8) if memory_bound else 1
    return Scrypt(salt=salt, length=104, n=1 << n_log2, r=8, p=p).derive(password.encode())
