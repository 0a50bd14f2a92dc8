"""The sweep follows the descriptor limit and is never left with none."""

from __future__ import annotations

import pytest

from camscan.net.connect import MAX_IN_FLIGHT, in_flight


@pytest.mark.parametrize(
    ("limit", "expected"), [(16, 4), (48, 12), (256, 64), (1024, 768), (65536, MAX_IN_FLIGHT), (1, 1)]
)
def test_connects_in_flight_by_descriptors(limit: int, expected: int) -> None:
    assert expected == in_flight(limit)
