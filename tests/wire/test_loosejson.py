from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import MalformedReply
from camscan.wire.loosejson import MAX_DEPTH, MAX_PAIRS, read_object


def test_nested_objects_are_flattened_with_outer_keys_first() -> None:
    said = read_object(b'{"a": {"k": "inner", "b": [{"k": "deepest"}]}, "k": "outer"}')
    assert said.exact
    assert list(said.texts("k")) == ["outer", "inner", "deepest"]
    assert said.text("k") == "outer"


def test_scalars_are_text_as_json_spells_them() -> None:
    said = read_object(b'{"t": true, "f": false, "n": 37777, "x": 1.5, "z": null, "l": [1], "s": "5.40"}')
    assert [said.text(key) for key in "tfnxzls"] == ["true", "false", "37777", "1.5", "", "", "5.40"]
    assert "z" in said
    assert "y" not in said


@pytest.mark.parametrize("junk", [b"\0\0\0", b"\n\0", b"junk", b"{", b'{"a": 2}', b"}}}]"])
def test_what_follows_the_object_is_ignored(junk: bytes) -> None:
    assert read_object(b'{"a": 1}' + junk).text("a") == "1"


def test_a_brace_in_a_binary_header_is_not_the_beginning() -> None:
    assert read_object(b"\x7b\x02\0\0DHIP" + b'{ "a" : 1 }').text("a") == "1"


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (b'{"Version":"2.8.13.R,"Inputs":1}', {"Version": "2.8.13.R", "Inputs": "1"}),
        (b'{"Version":"2.8.13.R, "Inputs":1}', {"Version": "2.8.13.R", "Inputs": "1"}),
        (b'{"Version: "2.8.13.R","Inputs":1}', {"Version": "2.8.13.R", "Inputs": "1"}),
        (b'{"Version":2.8.13.R","Inputs":1}', {"Version": "2.8.13.R", "Inputs": "1"}),
        (b'{"a" : { "When" : "17:30, x: 2", "On" : true }', {"When": "17:30, x: 2", "On": "true"}),
        (b'{"a":"fe80::1\\/64",}', {"a": "fe80::1/64"}),
    ],
    ids=["no end quote", "no end quote, blank", "no key quote", "no start quote", "no brace", "comma"],
)
def test_broken_json_is_read_pair_by_pair(broken: bytes, expected: dict[str, str]) -> None:
    said = read_object(broken)
    assert not said.exact
    assert {key: said.text(key) for key in expected} == expected


def test_a_name_in_gbk_is_read() -> None:
    assert read_object('{"HostName": "大门"}'.encode("gb18030")).text("HostName") == "大门"


@pytest.mark.parametrize(
    "bomb",
    [b'{"a":' * 20000, b'{"a":' + b"[" * 50000, b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1)],
    ids=["objects", "arrays", "one too deep"],
)
def test_a_depth_bomb_is_malformed(bomb: bytes) -> None:
    with pytest.raises(MalformedReply):
        read_object(bomb[:65536])


def test_the_deepest_allowed_nesting_is_read() -> None:
    deep = b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH
    assert read_object(deep).text("a") == "1"


def test_brackets_inside_strings_are_no_nesting() -> None:
    assert read_object(b'{"a": "' + b"[" * 500 + b'", "b": 1}').text("b") == "1"


def test_more_than_the_cap_of_pairs_is_cut_off() -> None:
    many = json.dumps({f"k{index}": index for index in range(MAX_PAIRS + 50)}).encode()
    assert len(read_object(many).pairs) == MAX_PAIRS
    assert len(read_object(many[:-1]).pairs) == MAX_PAIRS


@pytest.mark.parametrize("payload", [b"", b"{", b"[1, 2]", b"plain text", b'{"' + b"x" * 70000])
def test_what_holds_no_object_is_malformed(payload: bytes) -> None:
    with pytest.raises(MalformedReply):
        read_object(payload)


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20), max_size=8))
def test_every_flat_object_of_texts_comes_back_whole(content: dict[str, str]) -> None:
    said = read_object(json.dumps(content).encode())
    assert dict(said.pairs) == content
