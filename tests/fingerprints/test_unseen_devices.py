"""Devices in no corpus and no example, heard in part as a scan hears them (unseen_devices.jsonl).

Each line: what was heard, in the kinds of `imports.labelled` and so through the probes' own decoders, and
what the device then is. They were written before the rules that tell them, to judge the rules; makers' names
and numbers are real, units are made up.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from camscan.catalog.loading import Catalog
from camscan.imports.labelled import observations_of
from camscan.imports.labelled_packets import ADDRESS, AT
from camscan.match.resolve import Identifier
from camscan.model.observation import Observation, observe

LINES = Path(__file__).with_name("unseen_devices.jsonl").read_text("utf-8").splitlines()
DEVICES = [json.loads(line) for line in LINES]


def heard(words: dict[str, str]) -> tuple[Observation, ...]:
    if words["kind"] == "arp":
        return (observe(ADDRESS, "neighbour", {"mac.observed": words["data"]}, at=AT),)
    return observations_of(words)


@pytest.mark.parametrize("line", DEVICES, ids=[line["device"] for line in DEVICES])
def test_it_is_told_from_what_was_heard(shipped: Catalog, line: dict[str, Any]) -> None:
    device = Identifier(shipped).resolve([each for words in line["heard"] for each in heard(words)])
    told = {name: device.kind if name == "kind" else device.value(name) for name in line["is"]}
    assert line["is"] == told
