"""JSON from devices: bounded before it is parsed, and read as key/value pairs where it is broken.

Rules: size and nesting are measured before `json` sees the text, so that no depth bomb reaches its
recursion; an object comes back as `JsonObject`, whose accessors never raise; what is not JSON but still
holds `"key": value` pairs (a missing quote, a missing brace; facts §5.3, §5.5) is read pair by pair.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from camscan.errors import MalformedReply
from camscan.wire.reader import decode_text

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MAX_BYTES = 65536
MAX_DEPTH = 32
MAX_PAIRS = 512
CHINESE_ENCODINGS = ("utf-8", "gb18030", "latin-1")
"""Devices of Chinese makers write names in GBK when not in UTF-8."""

# Not any `{`: a length of 0x7b in a binary header before the JSON is one too.
_START = re.compile(rb'\{\s{0,16}["}]')
# A pair whose key may lack its closing quote and whose value may lack either.
_PAIR = re.compile(r'"(\w{1,64})"?\s{0,8}:\s{0,8}(?:"([^"\r\n]{0,2048})|([^\s",{}\[\]]{1,256}))')


@dataclass(frozen=True, slots=True)
class JsonObject:
    """Key → value pairs in document order, nested objects flattened after their parents.

    exact: False when the text was not JSON and the pairs were picked out of it.
    """

    pairs: tuple[tuple[str, Json], ...]
    exact: bool

    def values(self, key: str) -> Iterator[Json]:
        """Every value of `key`, outermost first."""
        return (value for name, value in self.pairs if name == key)

    def text(self, key: str) -> str:
        """The first scalar value of `key` as text (`true`/`false` for booleans), or ""."""
        return next(self.texts(key), "")

    def texts(self, key: str) -> Iterator[str]:
        """Every scalar value of `key` as text."""
        return (_scalar(value) for value in self.values(key) if isinstance(value, str | int | float | bool))

    def __contains__(self, key: str) -> bool:
        return any(name == key for name, _ in self.pairs)


def read_object(payload: bytes, *, limit: int = MAX_BYTES) -> JsonObject:
    """The JSON object that begins at the first `{"` of `payload`; what follows it is ignored.

    Raises MalformedReply without one, past a cap, and when neither JSON nor any pair can be read.
    """
    if len(payload) > limit:
        raise MalformedReply(f"JSON of {len(payload)} bytes where at most {limit} are read")
    start = _START.search(payload)
    if start is None:
        raise MalformedReply("no JSON object")
    text = decode_text(payload[start.start() :].rstrip(b"\0\r\n\t "), CHINESE_ENCODINGS)
    if _depth(text) > MAX_DEPTH:
        raise MalformedReply(f"JSON nested deeper than {MAX_DEPTH}")
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text)
    except ValueError:
        found = tuple(_picked(text))
        if not found:
            raise MalformedReply("neither JSON nor key/value pairs") from None
        return JsonObject(found, exact=False)
    return JsonObject(tuple(_flattened(value)), exact=True)


def _depth(text: str) -> int:
    """Deepest nesting of brackets outside strings; broken strings only make it larger or end it early."""
    deepest = depth = 0
    quoted = escaped = False
    for character in text:
        if quoted:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                quoted = False
        elif character == '"':
            quoted = True
        elif character in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "}]":
            depth -= 1
    return deepest


def _flattened(value: dict[str, Json]) -> Iterator[tuple[str, Json]]:
    """Breadth first, so that an outer key precedes an inner one of the same name."""
    level: list[Json] = [value]
    budget = MAX_PAIRS
    while level and budget > 0:
        below: list[Json] = []
        for each in level:
            items = each.items() if isinstance(each, dict) else (("", e) for e in _list(each))
            for key, inner in items:
                if isinstance(inner, dict | list):
                    below.append(inner)
                if key and budget > 0:
                    budget -= 1
                    yield key, inner
        level = below


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _picked(text: str) -> Iterator[tuple[str, Json]]:
    for count, match in enumerate(_PAIR.finditer(text)):
        if count >= MAX_PAIRS:
            return
        quoted, bare = match.group(2), match.group(3)
        # A value whose closing quote is missing runs up to the quote of the next key.
        value = bare if quoted is None else quoted.rstrip().rstrip(",")
        yield match.group(1), value.replace("\\/", "/").strip()


def _scalar(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return str(value)
    except ValueError:  # an integer of more digits than Python prints
        return ""
