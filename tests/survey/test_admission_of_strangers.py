"""Made-up source addresses do not become a building of misaddressed cameras."""

from __future__ import annotations

import netaddr

from camscan.model.scope import Scope
from camscan.net.interfaces import Interface
from camscan.survey.admission import MAX_LINK_LOCAL, MAX_MISADDRESSED, Admission

LINK = Interface("lan0", 2, ("10.0.0.7/24",))


def admission() -> Admission:
    return Admission(Scope.of([netaddr.IPSet(["10.0.0.0/24"])], text="lab"), (LINK,))


def test_a_few_misaddressed_devices_are_listed_and_thousands_are_not() -> None:
    decides = admission()
    admitted = [n for n in range(3000) if decides.admits(f"192.168.{n // 250}.{n % 250 + 1}", "lan0")]
    assert MAX_MISADDRESSED == len(admitted)
    assert 3000 - MAX_MISADDRESSED == len(decides.made_up)
    assert decides.admits("192.168.0.1", "lan0"), "one that is known stays known"


def test_public_sources_are_never_listed() -> None:
    decides = admission()
    assert not decides.admits("198.51.100.7", "lan0")
    assert {"198.51.100.7"} == decides.outside


def test_link_local_neighbours_are_bounded() -> None:
    decides = admission()
    admitted = sum(
        decides.admits(f"fe80::{number:x}%lan0", "lan0") for number in range(1, MAX_LINK_LOCAL + 100)
    )
    assert MAX_LINK_LOCAL == admitted
