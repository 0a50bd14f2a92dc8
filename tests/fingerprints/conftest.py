"""What the tests of the shipped fingerprints share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from camscan.catalog import load
from camscan.catalog.loading import Catalog
from camscan.match.resolve import Identifier
from camscan.model.device import Device
from camscan.model.observation import RawFields, observe

AT = datetime(2026, 1, 1, tzinfo=UTC)
Identify = Callable[..., Device]


@pytest.fixture(scope="session")
def shipped() -> Catalog:
    """The catalog camscan comes with."""
    return load(cache=False)


@pytest.fixture(scope="session")
def identify(shipped: Catalog) -> Identify:
    """identify({field: words}, …) → the device that said all this, one observation per argument."""
    identifier = Identifier(shipped)

    def one_device(*heard: RawFields) -> Device:
        return identifier.resolve([observe("192.0.2.1", "test", fields, at=AT) for fields in heard])

    return one_device
