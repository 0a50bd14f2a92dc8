"""The whole pipeline on noise: any bytes from any probe never raise, and never become a camera."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camscan.catalog import Catalog, load
from camscan.imports.kinds import KINDS
from camscan.match.resolve import Identifier
from camscan.model.device import CAMERA_KINDS
from camscan.model.exchange import Probe
from camscan.model.inventory import Coverage, Inventory, Scan, Site
from camscan.probes import load_probes
from camscan.report import csv, jsonl
from camscan.report.load import read

FUZZ = Path(__file__).parents[1] / "fuzz"
sys.path.append(str(FUZZ))  # its modules import one another, as `python tests/fuzz/run.py` finds them


def load_module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"camscan_fuzz_{name}", FUZZ / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


targets = load_module("targets")
driver = load_module("run")
TARGETS = targets.all_targets()
PROBES = load_probes()
CATALOG: Catalog = load()
IDENTIFIER = Identifier(CATALOG)

seeds = st.integers(0, 2**32)


def everything(probe: Probe, data: bytes) -> Inventory:
    """Reply → observations → devices → files and back."""
    seen = targets.read_all(probe, targets.reply_to(probe, data))
    devices = IDENTIFIER.identify(seen)
    scan = Scan("noise", Site("s"), targets.AT, targets.AT, "0", "noise", Coverage(1, len(devices)))
    inventory = Inventory(scan, devices, (), tuple(seen))
    assert devices == read(jsonl.render(inventory).splitlines(keepends=True)).devices
    csv.render(inventory)
    return inventory


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
@settings(max_examples=25, deadline=None)
@given(seed=seeds, size=st.integers(0, 2000))
def test_noise_is_no_camera(probe: Probe, seed: int, size: int) -> None:
    # Drawn from a seed, not by hypothesis, which would try the very words it finds in the source.
    inventory = everything(probe, random.Random(seed).randbytes(size))
    assert not [device for device in inventory.devices if device.kind in CAMERA_KINDS]


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_damaged_replies_never_raise(probe: Probe, data: st.DataObject) -> None:
    known = [*targets.seeds_of(f"probe.{probe.name}"), *driver.stored(f"probe.{probe.name}")] or [b""]
    reply = bytearray(data.draw(st.sampled_from(known)))
    for _ in range(data.draw(st.integers(0, 6))):
        if reply:
            at = data.draw(st.integers(0, len(reply) - 1))
            reply[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=8))
    inventory = everything(probe, bytes(reply))
    assert len(inventory.devices) <= 1


@pytest.mark.parametrize("name", TARGETS)
def test_the_stored_corpus_still_passes(name: str) -> None:
    for each in [*driver.stored(name), *targets.seeds_of(name)]:
        TARGETS[name](each)


def test_every_decoder_and_probe_is_a_target() -> None:
    modules = {path.stem for path in (FUZZ.parents[1] / "src" / "camscan" / "wire").glob("*.py")}
    no_reader = {"__init__", "netbox", "reader", "scopes"}
    assert modules - no_reader == {name.removeprefix("wire.") for name in TARGETS if name.startswith("wire.")}
    assert {probe.name for probe in PROBES} == {
        name.removeprefix("probe.") for name in TARGETS if name.startswith("probe.")
    }
    assert {f"import.{kind.name}" for kind in KINDS} <= set(TARGETS)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", ["wire.xml", "probe.http", "load"])
def test_a_short_run_of_the_fuzzer(name: str) -> None:
    pytest.importorskip(
        "atheris", reason="coverage-guided fuzzing needs atheris: pip install 'camscan[fuzz]'"
    )
    code, line = driver.fuzz(name, 4)
    assert 0 == code, line
    assert "inputs" in line
