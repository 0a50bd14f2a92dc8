from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.wire.redact import without_credentials


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ('var loginuser="admin"; var loginpass="8888";', 'var loginuser=""; var loginpass="";'),
        ('{"password": "x1", "a":1}', '{"password": "", "a":1}'),
        ('<input type="password" name="p" value="hunter2">', '<input type="password" name="p" value="">'),
        ("<input value=abc type=password>", '<input value="" type=password>'),
        ("/view?pwd=123&x=1", "/view?pwd=&x=1"),
        ('<input type="password" name="password">', '<input type="password" name="password">'),
        ("<label>Password:</label>", "<label>Password:</label>"),
        ('title="Change password"', 'title="Change password"'),
    ],
)
def test_values_of_password_like_names_are_emptied_and_nothing_else(shown: str, expected: str) -> None:
    assert expected == without_credentials(shown)


@given(st.text(alphabet="ABCDEF0123456789!", min_size=4, max_size=20))
def test_no_secret_survives_the_usual_ways_pages_show_one(secret: str) -> None:
    page = (
        f'var loginpass=\'{secret}\';{{"pwd":"{secret}"}}'
        f'<input type=password value="{secret}">?passwd={secret}'
    )
    assert secret not in without_credentials(page)


@pytest.mark.parametrize(
    "piece", ["<input ", "passwd", 'password="', "pwd='", "<input type=password ", "pwd="]
)
def test_a_hostile_page_costs_milliseconds(piece: str) -> None:
    page = piece * (16_384 // len(piece))
    started = time.perf_counter()
    without_credentials(page)
    assert time.perf_counter() - started < 0.3
