"""Idioms: how the devices of many makers say their name or model, written once in idioms.toml.

Rules: a vendor file gives the words (`[[says]]`); each idiom named there makes one rule of them, which is
checked like a written one, its examples included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from camscan.catalog.faults import Fault, did_you_mean

Row = dict[str, Any]


def rules(vendor: str, says: list[Row], idioms: Mapping[str, Row], file: str) -> Iterator[Row | Fault]:
    """The rules that a vendor's `[[says]]` rows make, or a fault for an idiom that is not there."""
    for place, row in enumerate(says):
        for name in row["idioms"]:
            if name in idioms:
                yield _rule(vendor, name, idioms[name], row)
            else:
                hint = did_you_mean(name, list(idioms))
                yield Fault(file, f"says #{place + 1}", "idioms", f"`{name}` is not in idioms.toml{hint}")


def _rule(vendor: str, name: str, idiom: Row, row: Row) -> Row:
    example = row["example"]
    claim = {**idiom["claim"], **row["claim"]}
    expect = {key: example if value == "{model}" else value for key, value in claim.items()}
    filled: Row = _filled(idiom, {"{it}": f"(?:{row['regex']})", "{example}": example, "{vendor}": vendor})
    return {
        **filled,
        "id": "-".join(filter(None, (f"{vendor}.{name}", row.get("suffix", "")))),
        "claim": claim,
        "example": [{**each, "expect": expect} for each in filled["example"]],
    }


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for blank, word in words.items():
            value = value.replace(blank, word)
        return value
    if isinstance(value, dict):
        return {key: _filled(each, words) for key, each in value.items()}
    return [_filled(each, words) for each in value] if isinstance(value, list) else value
