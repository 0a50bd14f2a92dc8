"""Makes the simulated audit importable beside the tests, and builds it once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import simulated_audit


@pytest.fixture(scope="session")
def audit() -> simulated_audit.Audit:
    """913 devices at 250 sites of 20 organisations, with what is true of each."""
    return simulated_audit.audit()
