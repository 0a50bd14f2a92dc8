"""Who is absent on a link, by lines of /proc/net/arp."""

from __future__ import annotations

from camscan.net.interfaces import Interface
from camscan.net.presence import Presence

LINK = Interface("lan0", 2, ("10.77.1.250/24",))
DEAD = "10.77.1.9        0x1         0x0         00:00:00:00:00:00     *        lan0"
LIVE = "10.77.1.9        0x1         0x2         ac:cc:8e:00:00:03     *        lan0"


class Table:
    """A table and a clock that a test sets."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.at = 100.0
        self.presence = Presence((LINK,), lambda: self.at, lambda: self.lines)

    def later(self, seconds: float, *lines: str) -> bool:
        self.at += seconds
        self.lines = list(lines)
        return self.presence.absent("10.77.1.9")


def test_an_address_is_absent_once_arp_has_gone_unanswered_for_a_while() -> None:
    table = Table()
    assert [False, False, True] == [table.later(0, DEAD), table.later(1, DEAD), table.later(1, DEAD)]


def test_an_answer_makes_it_present_again_and_starts_the_wait_anew() -> None:
    table = Table()
    table.later(0, DEAD)
    assert not table.later(2, LIVE)
    assert ["10.77.1.9"] == list(table.presence.present())
    assert not table.later(1, DEAD)


def test_an_address_without_an_entry_is_not_called_absent() -> None:
    table = Table()
    assert [False, False] == [table.later(0), table.later(10)]


def test_addresses_beyond_the_link_are_never_absent() -> None:
    far = DEAD.replace("10.77.1.9", "10.77.2.9")
    presence = Presence((LINK,), iter(range(0, 100, 5)).__next__, lambda: [far])
    assert not presence.absent("10.77.2.9")
    assert not presence.absent("10.77.2.9")


def test_a_link_too_large_for_the_kernels_table_is_left_alone() -> None:
    presence = Presence(
        (Interface("lan0", 2, ("10.0.0.1/8",)),), iter(range(0, 100, 5)).__next__, lambda: [DEAD]
    )
    assert [False, False] == [presence.absent("10.77.1.9"), presence.absent("10.77.1.9")]


def test_lines_that_are_no_table_say_nothing() -> None:
    table = Table()
    assert not table.later(0, "", "10.77.1.9 0x1", "\x00")
    assert [] == list(table.presence.present())
