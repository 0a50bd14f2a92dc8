from __future__ import annotations

import pytest

from camscan.wire.favicon import favicon_md5, favicon_mmh3, is_image

ICON = b"\0\0\1\0" + bytes(range(256))


def test_the_md5_is_that_of_the_bytes() -> None:
    assert favicon_md5(b"") == "d41d8cd98f00b204e9800998ecf8427e"
    assert favicon_md5(b"abc") == "900150983cd24fb0d6963f7d28e17f72"


def test_the_murmur_hash_is_that_of_base64_lines_of_76_with_a_final_newline() -> None:
    import base64

    import mmh3

    text = base64.b64encode(ICON).decode()
    lines = "".join(text[i : i + 76] + "\n" for i in range(0, len(text), 76))
    assert str(mmh3.hash(lines)) == favicon_mmh3(ICON)
    assert favicon_mmh3(b"") == "0"


@pytest.mark.parametrize(
    "raw",
    [
        ICON,
        b"\x89PNG\r\n\x1a\nx",
        b"GIF89a..",
        b"\xff\xd8\xff\xe0",
        b"BM....",
        b"RIFF\0\0\0\0WEBPx",
        b"<svg xmlns=''/>",
        b"\xef\xbb\xbf<?xml version='1.0'?><svg/>",
    ],
)
def test_an_image_is_told_by_its_first_bytes(raw: bytes) -> None:
    assert is_image(raw)


@pytest.mark.parametrize(
    "raw", [b"", b"<html><svg/></html>", b"404 Not Found", b"RIFF....WAVE", b"<?xml?><a/>"]
)
def test_an_error_page_is_no_icon(raw: bytes) -> None:
    assert not is_image(raw)
