"""The rules that ship, under the texts that would hurt them most."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from camscan.catalog import load
from camscan.catalog.loading import Catalog
from camscan.match.prefilter import build_index
from camscan.model.observation import Observation

AT = datetime(2026, 1, 1, tzinfo=UTC)
SIZE = 65536


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(cache=False)


def fastest_seconds(catalog: Catalog, fields: dict[str, tuple[str, ...]]) -> float:
    observation = Observation("192.0.2.1", "test", fields, AT, "")
    catalog.matcher.examine(observation)  # compiles, once in the life of the process
    times = []
    for _ in range(8):
        start = time.process_time()
        catalog.matcher.examine(observation)
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("filler", ["", "a", "9.", "A-", " ", "é"])
def test_a_text_of_every_literal_of_a_field_takes_under_ten_milliseconds(
    catalog: Catalog, filler: str
) -> None:
    groups: dict[str, tuple[str, ...]] = {}
    for name, field in catalog.fields.items():
        groups[field.group] = (*groups.get(field.group, ()), name)
    index = build_index(catalog.fingerprints, groups)
    widest = sorted(index.literals, key=lambda name: len(index.literals[name]), reverse=True)[:8]
    slow = {}
    for name in widest:
        text = " ".join(literal + filler * 20 for literal in index.literals[name])
        text = (text * (SIZE // len(text) + 1))[:SIZE]
        seconds = fastest_seconds(catalog, {name: (text,)})
        if seconds >= 0.010:
            slow[name] = seconds
    assert {} == slow


def test_every_field_at_once_and_full_takes_under_ten_milliseconds(catalog: Catalog) -> None:
    text = " ".join(rule.claims.get("brand", rule.vendor) for rule in catalog.fingerprints)
    text = (text * (SIZE // len(text) + 1))[:8192]
    assert fastest_seconds(catalog, dict.fromkeys(catalog.fields, (text,) * 8)) < 0.010
