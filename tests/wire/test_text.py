from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from camscan.wire.text import blanks_restored, one_line, percent_decoded, printable, split_words


def test_terminal_escapes_lose_their_control_character() -> None:
    assert "[2Jcam[0m" == printable("\x1b[2Jcam\x1b[0m\x07\x9b")


def test_characters_that_reorder_text_are_removed() -> None:
    assert "gpj.exe" == printable("\u202egpj\u200b.exe\u2066")


def test_white_space_is_folded_to_one_line() -> None:
    assert "IP Camera" == one_line("  IP\r\n\t Camera \n")


def test_broken_percent_escapes_stay_as_sent() -> None:
    assert "100% of %zz, A é" == percent_decoded("100% of %zz,%20%41%20%c3%a9")


def test_percent_escapes_that_are_not_utf8_are_latin1() -> None:
    assert "Müller" == percent_decoded("M%fcller")


def test_plus_and_underscore_can_be_read_as_blanks() -> None:
    assert "AXIS M2036 LE" == blanks_restored("AXIS+M2036_LE")


def test_words_are_separated_by_any_white_space() -> None:
    assert ("a", "b", "c", "d") == split_words("a\nb\t c\0d")
    assert () == split_words(None)


@given(st.text(max_size=200))
def test_cleaning_never_raises_and_leaves_nothing_to_clean(text: str) -> None:
    cleaned = one_line(percent_decoded(text))
    assert cleaned == one_line(cleaned)
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in cleaned)
