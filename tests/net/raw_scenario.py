"""Runs one scenario of `raw_lab.py` in network namespaces of its own, or skips with the reason."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_LAB = Path(__file__).with_name("raw_lab.py")


def run_scenario(**scenario: object) -> dict:
    """The lab's report for these settings."""
    done = subprocess.run(
        [*namespace_command(), sys.executable, str(_LAB), json.dumps(scenario)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@functools.cache
def namespace_command() -> tuple[str, ...]:
    """What puts a command into a new network namespace here; skips the test where nothing does."""
    if sys.platform != "linux" or not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("network namespaces need Linux with unshare and ip")
    command = ("unshare", "-n") if os.geteuid() == 0 else ("unshare", "-Urn")
    make_pair = [*command, "ip", "link", "add", "va", "type", "veth", "peer", "name", "vb"]
    tried = subprocess.run(make_pair, capture_output=True, text=True, timeout=20, check=False)
    if tried.returncode:
        pytest.skip(f"no network namespace with a veth pair here: {tried.stderr.strip()[:200]}")
    return command
