"""The choke point."""

from __future__ import annotations

import pytest

from camscan.model.scope import Scope, parse_target
from camscan.net.gate import Gate, OutsideScope
from camscan.net.interfaces import Interface

LINK = Interface("eth9", 9, ("10.0.0.200/24",))


def gate(targets: str, excluded: str = "") -> Gate:
    shut = [parse_target(excluded).addresses] if excluded else []
    return Gate(Scope.of([parse_target(targets).addresses], shut))


def test_an_address_in_scope_passes_and_any_other_does_not() -> None:
    one = gate("10.0.0.0/24", "10.0.0.9")
    one.check("10.0.0.8", 80)
    for ip in ("10.0.0.9", "10.0.1.1", "127.0.0.1", "not an address", "", "::1", "10.0.0.08"):
        with pytest.raises(OutsideScope):
            one.check(ip, 80)
    assert 1 == one.refused["excluded"]


@pytest.mark.parametrize("port", [0, -1, 65536, *range(9100, 9108)])
def test_printer_ports_and_impossible_ports_never_pass(port: int) -> None:
    with pytest.raises(OutsideScope):
        gate("10.0.0.0/24").check("10.0.0.8", port)


def test_a_group_question_needs_a_target_on_the_link() -> None:
    assert "" == gate("10.0.0.5").group_refusal(LINK)
    assert "no target" in gate("10.0.1.0/24").group_refusal(LINK)


def test_an_excluded_address_on_the_link_silences_group_questions() -> None:
    assert "excluded" in gate("10.0.0.0/24", "10.0.0.77").group_refusal(LINK)
    assert "" == gate("10.0.0.0/24", "10.9.0.77").group_refusal(LINK)
