from __future__ import annotations

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from camscan.match.patterns import Pattern, read_pattern


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        (r"^ExampleCam-(?P<model>EC\d+)$", {"examplecam-"}),
        (r"^(?:Foo|Barn)-x", {"foo-x", "barn-x"}),
        (r"(?i)^HIKVISION", {"hikvision"}),
        (r"^a+bcd", {"bcd"}),
        (r"^(?:uc-)?httpd", {"httpd", "uc-httpd"}),
        (r"^[Hh]ik", {"hik"}),
        (r"^\d\.\d{3}\.[0-9A-Z]{7}\.\d\.R$", {".r"}),
        (r"^foo|\d+$", set()),
        (r"^ab$", {"ab"}),
        (r"^a$", set()),
        (r"^x{3}y", {"xxxy"}),
        (r"^server: nginx\.1", {"server: nginx.1"}),
        (r"^(?:a|b)*cde", {"cde"}),
        (r"^\Qa.b\Ecde", set()),
        (r"^naïveword", {"veword"}),
    ],
)
def test_the_literals_of_a_pattern_are_those_every_match_contains(pattern: str, literals: set[str]) -> None:
    assert literals == set(read_pattern(pattern).literals)


@pytest.mark.parametrize(
    ("pattern", "starts", "ends"),
    [
        ("^a", True, False),
        ("a$", False, True),
        (r"\Aa\z", True, True),
        ("^a|b", False, False),
        ("(?:^a|^b)c", True, False),
        ("(?m)^a$", False, False),
        ("(?:^a)?b", False, False),
        (r"\^a\$", False, False),
        ("[$^]a", False, False),
        ("x(?P<name>^a)", True, False),
    ],
)
def test_an_anchor_counts_only_where_every_match_must_pass_it(pattern: str, starts: bool, ends: bool) -> None:
    known = read_pattern(pattern)
    assert (starts, ends) == (known.starts, known.ends)


def test_named_groups_are_listed_in_both_spellings_and_in_order() -> None:
    assert ("a", "b") == read_pattern(r"^(?P<a>\d)(x)(?<b>\w)$").groups


def test_heads_are_the_folded_characters_an_anchored_pattern_can_begin_with() -> None:
    assert set("ai") == read_pattern(r"^(?:Amcrest )?(?P<model>IP\d{1,2}M)").heads - set("\0")
    assert set("0123456789") == read_pattern(r"^\d\.\d{3}$").heads
    assert frozenset() == read_pattern(r"\d\.\d{3}$").heads
    assert frozenset() == read_pattern(r"^(?:\d)?$").heads


@pytest.mark.parametrize(
    "pattern", ["(", "[", "a(?{", "\\", "(?=a)b", "[[:alpha:", "(?P<", "*a", "(" * 500, "[a-", "\\p{"]
)
def test_syntax_that_is_not_understood_says_nothing(pattern: str) -> None:
    assert frozenset() == read_pattern(pattern).literals


@given(st.text(max_size=40))
def test_whatever_is_read_the_reader_returns_a_pattern(text: str) -> None:
    assert isinstance(read_pattern(text), Pattern)


_ATOMS = st.sampled_from(
    [
        "a",
        "b",
        "K",
        "s",
        "-",
        r"\.",
        ".",
        r"\d",
        r"\w",
        "[ab]",
        "[^a]",
        "[a-c]",
        "[Kk]",
        "é",
        "^",
        "$",
        r"\b",
        "(?:ab|ba)",
        "[-s]",
        r"[\w-]",
    ]
)
_PATTERNS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=5).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{0,2}", "{2,}", "+?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=8,
)
_WORDS = st.text(alphabet="abkKsSſKé.-1 _", max_size=12)


@settings(max_examples=600, deadline=None)
@given(_PATTERNS, st.booleans(), st.lists(_WORDS, min_size=1, max_size=12))
def test_a_text_without_the_literals_or_heads_is_never_matched_by_re2(
    pattern: str, fold: bool, texts: list[str]
) -> None:
    known = read_pattern(pattern)
    compiled = re2.compile(f"(?i){pattern}" if fold else pattern)
    for text in texts:
        if compiled.search(text) is None:
            continue
        folded = text.casefold()
        assert not known.literals or any(literal in folded for literal in known.literals)
        assert not known.heads or folded[:1] in known.heads
