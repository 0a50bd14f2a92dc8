"""Versions of every grammar: what is read from real texts, and that their order is one."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camscan.audit.versions import compare, compare_dates, extends, read_built, read_version
from camscan.model.policy import Grammar

H, D, U, T, X, R, TP, V, P = (
    Grammar.HIKVISION, Grammar.DAHUA, Grammar.UNIVIEW, Grammar.TVT, Grammar.XIONGMAI,
    Grammar.REOLINK, Grammar.TP_LINK, Grammar.VIVOTEK, Grammar.DOTTED,
)  # fmt: skip


def day(text: str):
    return (date.fromisoformat(text),) * 2


@pytest.mark.parametrize(
    ("grammar", "text", "track", "numbers", "built"),
    [
        (H, "V5.5.82 build 190909", "", (5, 5, 82), "2019-09-09"),
        (H, "V4.30.096build221220", "", (4, 30, 96), "2022-12-20"),
        (H, "V1.4.0_build221212", "", (1, 4, 0), "2022-12-12"),
        (H, "V1.4.0 221212", "", (1, 4, 0), "2022-12-12"),
        (H, "V6.26 build 150513", "", (6, 26), "2015-05-13"),
        (H, "V4.75.011", "", (4, 75, 11), None),
        (H, "5.2.7 Build 170628", "", (5, 2, 7), "2017-06-28"),
        (H, "V2.3.8-8", "", (2, 3, 8, 8), None),
        (D, "2.800.0000000.29.R.210630", "2.800.0000000", (29,), "2021-06-30"),
        (D, "2.420.AC00.18.R, Build Date: 2020-02-17", "2.420.AC00", (18,), "2020-02-17"),
        (D, "2.420.HW01.33.20190812", "2.420.HW01", (33,), "2019-08-12"),
        (D, "4.000.00AT008.0.R.20230302", "4.0.00AT008", (0,), "2023-03-02"),
        (D, "4.001.0000005.0", "4.1.0000005", (0,), None),
        (D, "2.400.0.8", "2.400.0", (8,), None),
        (U, "CIPC-B2303.2.8.230105", "CIPC-B2303", (2, 8), "2023-01-05"),
        (U, "QIPC-B2202.10.17.C06222.L61.NB.250307", "QIPC-B2202", (10, 17), "2025-03-07"),
        (U, "IPC_G6103-B0009P30D1803", "IPC_G6103", (9, 30), None),
        (T, "1.3.4.22966B181219.D00.U1(4A21S)", "", (1, 3, 4, 22966), "2018-12-19"),
        (T, "5.1.4.0(26537)", "parenthesised", (5, 1, 4, 0, 26537), None),
        (X, "4.02.R11.24340142.10001.131900.00000", "4.02.R11.24340142", (10001, 131900, 0), None),
        (R, "v3.0.0.136_20121102", "", (3, 0, 0, 136), "2020-12-11"),
        (R, "v3.1.0.4417_2412122130", "", (3, 1, 0, 4417), "2024-12-12"),
        (TP, "1.3.0 Build 220830 Rel.69909n(4555)", "", (1, 3, 0, 69909), "2022-08-30"),
        (TP, "3.1.0_Build_250820_Rel.57668n", "", (3, 1, 0, 57668), "2025-08-20"),
        (V, "FD8182-VVTK-0100d", "", (100, 3), None),
        (V, "0113a", "", (113, 0), None),
        (P, "10.12.240", "", (10, 12, 240), None),
        (P, "1.0.7-0298", "", (1, 0, 7, 298), None),
        (P, "M2.1.6.05", "", (2, 1, 6, 5), None),
    ],
)
def test_a_version_as_devices_write_it_is_read(grammar, text, track, numbers, built):
    found = read_version(text, grammar)
    assert found is not None
    assert (track, numbers, day(built) if built else None) == (found.track, found.numbers, found.built)


@pytest.mark.parametrize(
    ("grammar", "older", "newer"),
    [
        (H, "V5.5.801 build 180101", "V5.5.82 build 190909"),  # the build decides, not 801 against 82
        (H, "V5.4.5 build 170124", "V5.4.0 build 170125"),
        (H, "V4.75.011", "V5.03.020"),
        (H, "V3.7.60", "V3.7.80"),
        (D, "2.800.0000000.9.R", "2.800.0000000.29.R"),
        (D, "2.400.0000.28.R.170601", "2.800.0000000.29.R.210630"),
        (U, "CIPC-B2303.2.7.230105", "CIPC-B2303.2.10.220105"),
        (T, "1.3.3.20657B180918", "1.3.4.2496B190222"),
        (R, "v3.0.0.136_20121102", "v3.0.0.1889_23031701"),
        (TP, "1.9.0 Build 220830 Rel.69909n", "1.3.0 Build 220901 Rel.11111n"),
        (TP, "1.3.0 Build 220830 Rel.6990n", "1.3.0 Build 220830 Rel.69909n"),
        (V, "0100d", "0113a"),
        (P, "9.80.3", "10.12.0"),
        (P, "1.65.4", "1.84.4"),
    ],
)
def test_older_and_newer_are_told_by_numbers_and_dates_never_by_text(grammar, older, newer):
    one, other = read_version(older, grammar), read_version(newer, grammar)
    assert (-1, 1, 0) == (compare(one, other), compare(other, one), compare(one, one))


@pytest.mark.parametrize(
    ("grammar", "one", "other"),
    [
        (H, "V5.5.801", "V5.5.82"),  # two branches without a build date
        (H, "V5.4.0", "V5.4.0 build 160530"),
        (D, "2.800.0000000.29.R", "2.820.0000000.5.R"),  # two branches
        (D, "2.800.00AC006.0.R", "2.800.0000000.29.R"),  # a customer's own numbering
        (D, "2.800.0000000.9.R.230101", "2.800.0000000.29.R.210630"),  # number and date disagree
        (U, "CIPC-B2303.2.8.230105", "DIPC-B1213.6.5.230215"),
        (X, "4.02.R11.24340142.1", "4.02.R11.A8531149.1"),
        (T, "1.3.4.22966", "5.1.4.0(26537)"),
        (P, "11.5", "11.5.20"),
        (P, "1.06.01", "1.06.01 Hotfix"),
    ],
)
def test_what_cannot_be_told_is_not_told(grammar, one, other):
    assert compare(read_version(one, grammar), read_version(other, grammar)) is None
    assert compare(read_version(other, grammar), read_version(one, grammar)) is None


def test_versions_of_two_grammars_are_not_comparable():
    assert compare(read_version("5.4.0", H), read_version("5.4.1", P)) is None


def test_a_patch_extends_its_release():
    assert extends(read_version("11.5.20", P), read_version("11.5", P))
    assert extends(read_version("1.41.16_20230101", P), read_version("1.41.16", P))
    assert not extends(read_version("11.5", P), read_version("11.5", P))
    assert not extends(read_version("11.50", P), read_version("11.5", P))


def test_a_firmware_date_claim_fills_in_for_a_missing_build():
    assert day("2021-06-30") == read_version("2.800.0000000.29.R", D, day("2021-06-30")).built
    stated = read_version("2.800.0000000.29.R.210701", D, day("2021-06-30"))
    assert day("2021-07-01") == stated.built


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-06-30", day("2021-06-30")),
        ("2021-12", (date(2021, 12, 1), date(2021, 12, 31))),
        ("2021-13", None),
        ("2021-02-30", None),
        ("0000-01", None),
        ("9999-12", None),
        ("yesterday", None),
    ],
)
def test_build_dates_are_days_or_months(text, expected):
    assert expected == read_built(text)


def test_a_month_is_before_or_after_a_day_only_as_a_whole():
    june = read_built("2021-06")
    assert -1 == compare_dates(june, date(2021, 7, 1))
    assert 1 == compare_dates(june, date(2021, 5, 31))
    assert compare_dates(june, date(2021, 6, 15)) is None


@given(st.text(max_size=300), st.sampled_from(Grammar))
@settings(max_examples=400)
def test_whatever_the_text_reading_gives_a_version_or_none(text, grammar):
    found = read_version(text, grammar)
    assert found is None or found.grammar is grammar


def two_digits(lowest=0, highest=99):
    return st.integers(lowest, highest).map(lambda number: f"{number:02}")


def yymmdd():
    return st.dates(date(2010, 1, 1), date(2029, 12, 31)).map(lambda each: f"{each:%y%m%d}")


VERSIONS = {
    H: st.builds("V5.{}.{} build {}".format, st.integers(0, 9), st.integers(0, 999), yymmdd()),
    D: st.builds("2.800.0000000.{}.R".format, st.integers(0, 60)),
    U: st.builds("CIPC-B2303.{}.{}.230105".format, st.integers(0, 20), st.integers(0, 20)),
    T: st.builds("1.3.{}.{}B190222".format, st.integers(0, 9), st.integers(0, 99999)),
    X: st.builds("4.02.R11.24340142.{}.{}".format, st.integers(0, 99999), st.integers(0, 999)),
    R: st.builds("v3.{}.0.{}_23031701".format, st.integers(0, 9), st.integers(0, 9999)),
    TP: st.builds("1.{}.0 Build {} Rel.{}n".format, st.integers(0, 9), yymmdd(), st.integers(10000, 99999)),
    V: st.builds("01{}{}".format, two_digits(), st.sampled_from("abcdefg")),
    P: st.builds("{}.{}.{}".format, st.integers(0, 99), st.integers(0, 99), st.integers(0, 999)),
}


def test_every_grammar_has_versions_to_order():
    assert set(Grammar) == set(VERSIONS)


@given(st.data(), st.sampled_from(Grammar))
@settings(max_examples=300)
def test_versions_of_one_grammar_are_totally_ordered(data, grammar):
    drawn = data.draw(st.lists(VERSIONS[grammar], min_size=3, max_size=3))
    versions = [read_version(text, grammar) for text in drawn]
    for one, other, third in permutations(versions):
        assert compare(one, one) == 0
        side = compare(one, other)
        assert side is not None
        assert -side == compare(other, one)
        if side <= 0 and compare(other, third) <= 0:
            assert compare(one, third) <= 0


@given(
    st.sampled_from(Grammar),
    st.text(alphabet="0123456789.VB_-RTbuild ()", max_size=40),
    st.text("0123456789.-_ RB", max_size=40),
)
@settings(max_examples=300)
def test_comparing_is_antisymmetric_on_anything_that_can_be_read(grammar, left, right):
    one, other = read_version(left, grammar), read_version(right, grammar)
    if one is not None and other is not None:
        side = compare(one, other)
        assert (None if side is None else -side) == compare(other, one)
