from __future__ import annotations

import pytest

from camscan.errors import FingerprintError
from camscan.match.templates import names_something, parse_template, render


@pytest.mark.parametrize(
    ("template", "groups", "expected"),
    [
        ("plain", {}, "plain"),
        ("{a}", {"a": "x"}, "x"),
        ("V{a} build {b}", {"a": "1", "b": "2"}, "V1 build 2"),
        ("{a}", {"a": None}, None),
        ("V{a}", {"a": "  "}, None),
        ("{a|date}", {"a": "20190812"}, "2019-08-12"),
        ("{a|date}", {"a": "190812"}, "2019-08-12"),
        ("{a|date}", {"a": "2017_12_15"}, "2017-12-15"),
        ("{a|date}", {"a": "20190230"}, None),
        ("{a|date}", {"a": "19000101"}, None),
        ("{a|date}", {"a": "１９０８１２"}, None),
        ("{a|month}", {"a": "1803"}, "2018-03"),
        ("{a|month}", {"a": "201813"}, None),
        ("{a|mac}", {"a": "ACCC8E7EA36D"}, "ac:cc:8e:7e:a3:6d"),
        ("{a|mac}", {"a": "000000000000"}, None),
        ("{a|int}", {"a": "08"}, "8"),
        ("{a|int}", {"a": "9" * 4000}, None),
        ("{a|upper}-{b|lower}", {"a": "x", "b": "Y"}, "X-y"),
    ],
)
def test_a_claim_is_filled_or_dropped(
    template: str, groups: dict[str, str | None], expected: str | None
) -> None:
    assert expected == render(parse_template(template), groups)


@pytest.mark.parametrize("template", ["{", "}", "{a", "{a|nothing}", "{a b}", "{}", "x{1}"])
def test_a_stray_brace_or_unknown_transform_is_a_fault(template: str) -> None:
    with pytest.raises(FingerprintError):
        parse_template(template)


@pytest.mark.parametrize(
    "value", ["camera", "IPC", "Serial Number", "SerialNumber", "unknown", "IP Camera", "N/A"]
)
def test_placeholders_are_never_a_model(value: str) -> None:
    assert not names_something("model", value)


def test_a_serial_of_one_repeated_character_names_nothing() -> None:
    assert not names_something("serial", "0000-0000")
    assert names_something("serial", "0000-0001")


def test_a_note_may_say_camera() -> None:
    assert names_something("note", "camera")
