"""Hashes of a favicon as public fingerprint lists give them (facts 6.2.6).

Rule: only bytes that begin like an image are hashed; an error page served as `/favicon.ico` is no icon.
"""

from __future__ import annotations

import base64
import hashlib

import mmh3

_MAGICS = (
    b"\0\0\1\0",  # ICO
    b"\0\0\2\0",  # CUR, seen served as .ico
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"\xff\xd8\xff",  # JPEG
    b"BM",
)
_SVG_SEARCH_BYTES = 512


def is_image(raw: bytes) -> bool:
    """Whether the bytes begin like ICO, PNG, GIF, JPEG, BMP, WebP or SVG."""
    if raw.startswith(_MAGICS):
        return True
    if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
        return True
    head = raw[:_SVG_SEARCH_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith(b"<svg") or (head.startswith(b"<?xml") and b"<svg" in head)


def favicon_md5(raw: bytes) -> str:
    """MD5 of the icon bytes, lower-case hex (the form RECOG lists)."""
    return hashlib.md5(raw, usedforsecurity=False).hexdigest()


def favicon_mmh3(raw: bytes) -> str:
    """Signed decimal MurmurHash3 (x86, 32 bit, seed 0) of the base64 text with a line break after every 76
    characters and at its end (the form Shodan lists)."""
    return str(mmh3.hash(base64.encodebytes(raw)))
