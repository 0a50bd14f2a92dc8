from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.wire.challenge import parse_challenges, realms_of, texts_of


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('Basic realm="hikvision"', [("Basic", "hikvision", 'Basic realm="hikvision"')]),
        (
            'Digest qop="auth", realm="IP Camera(C2183)", nonce="AA==", opaque="0", algorithm=MD5',
            [("Digest", "IP Camera(C2183)", 'Digest qop="auth", realm="IP Camera(C2183)", algorithm=MD5')],
        ),
        (
            'Digest realm="a, b", nonce="x", Basic realm="/"',
            [("Digest", "a, b", 'Digest realm="a, b"'), ("Basic", "/", 'Basic realm="/"')],
        ),
        (
            'Digest realm="a", algorithm=MD5 Basic realm="/"',
            [("Digest", "a", 'Digest realm="a", algorithm=MD5'), ("Basic", "/", 'Basic realm="/"')],
        ),
        ('NTLM, Basic realm="q"', [("NTLM", "", "NTLM"), ("Basic", "q", 'Basic realm="q"')]),
        ("NTLM TlRMTVNTUAA=", [("NTLM", "", "NTLM")]),
        ("Negotiate", [("Negotiate", "", "Negotiate")]),
        ('realm="x"', [("", "x", 'realm="x"')]),
        ("Basic realm=foo bar", [("Basic", "foo bar", "Basic realm=foo bar")]),
        ('Basic realm="My "Camera""', [("Basic", 'My "Camera"', 'Basic realm="My "Camera""')]),
        ('Basic realm="a\\"b"', [("Basic", 'a"b', 'Basic realm="a\\"b"')]),
        ('Digest realm="x" nonce="y" stale=FALSE', [("Digest", "x", 'Digest realm="x", stale=FALSE')]),
        ('Basic realm="never closed', [("Basic", "never closed", 'Basic realm="never closed"')]),
        ('Digest realm="foo, nonce="abc"', [("Digest", "foo", 'Digest realm="foo"')]),
        ("Basic realm=", [("Basic", "", "Basic realm=")]),
        ("", []),
        (",,,", []),
    ],
)
def test_each_challenge_keeps_its_realm_and_loses_its_one_time_values(
    value: str, expected: list[tuple[str, str, str]]
) -> None:
    assert expected == [(each.scheme, each.realm, each.text) for each in parse_challenges(value)]


def test_realms_of_several_header_values_come_in_order() -> None:
    values = ('Digest realm="Hikvision", nonce="1"', 'Basic realm="/"')
    assert realms_of(values) == ("Hikvision", "/")
    assert texts_of(values) == ('Digest realm="Hikvision"', 'Basic realm="/"')


@pytest.mark.parametrize(
    "value",
    [
        "Basic realm=" + '"' * 70_000,
        'Basic realm="' + '" ' * 40_000,
        'Basic realm="' + " " * 70_000,
        'Basic realm="' + '\\"' * 40_000,
        "," * 70_000,
        "a " * 40_000,
        "a=" * 40_000,
        'Basic realm="' + "nonce " * 10_000,
        'Basic realm="' + ",;" * 10_000,
    ],
)
def test_a_long_hostile_value_costs_milliseconds(value: str) -> None:
    started = time.perf_counter()
    parse_challenges(value)
    assert time.perf_counter() - started < 0.1


@given(st.text(max_size=200) | st.text(alphabet='Digest ream="nocp,;\\\0\x1b', max_size=120))
def test_any_text_is_read_without_an_error_and_without_control_characters(value: str) -> None:
    for each in parse_challenges(value):
        assert not any(ord(c) < 32 for c in each.text + each.realm)


@given(
    st.text(alphabet="abc XYZ()-,.'", min_size=1, max_size=30),
    st.text(alphabet="0123456789abcdef", min_size=16, max_size=40),
    st.sampled_from(["nonce", "opaque", "Nonce", "OPAQUE", "nextnonce"]),
)
def test_no_nonce_survives_wherever_it_stands(realm: str, secret: str, name: str) -> None:
    for value in (
        f'Digest realm="{realm}", {name}="{secret}"',
        f'Digest {name}={secret}, realm="{realm}"',
        f'Digest realm="{realm}, {name}="{secret}"',
        f'Digest {name} = "{secret}" realm="{realm}"',
    ):
        assert secret not in " ".join(texts_of((value,))) + " ".join(realms_of((value,)))
