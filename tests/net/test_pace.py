"""Rates, reserved without a clock of their own."""

from __future__ import annotations

from camscan.net.pace import Manners, Pace


def test_the_whole_rate_holds_whatever_the_number_of_devices() -> None:
    pace = Pace(Manners(packets_per_second=100))
    times = [pace.reserve(f"10.0.0.{n % 250}", 0.0) for n in range(500)]
    assert 4.9 < times[-1] - times[0] < 5.1


def test_one_device_gets_no_more_than_its_own_rate() -> None:
    pace = Pace(Manners(packets_per_second=10_000, device_packets_per_second=40))
    times = [pace.reserve("10.0.0.1", 0.0) for _ in range(81)]
    assert 1.99 < times[-1] - times[0] < 2.01


def test_a_slow_device_does_not_hold_up_the_others() -> None:
    pace = Pace(Manners(packets_per_second=1000, device_packets_per_second=1))
    for _ in range(10):
        pace.reserve("10.0.0.1", 0.0)
    assert pace.reserve("10.0.0.2", 0.0) < 0.05


def test_backing_off_halves_the_rate_and_recovering_restores_it() -> None:
    pace = Pace(Manners(packets_per_second=100))
    pace.back_off(0.0)
    times = [pace.reserve(None, 0.0) for _ in range(101)]
    assert 1.9 < times[-1] - times[0] < 2.1
    for _ in range(40):
        pace.recover(0.0)
    after = [pace.reserve(None, 100.0) for _ in range(101)]
    assert 0.9 < after[-1] - after[0] < 1.1


def test_without_a_rate_backing_off_ends_at_an_eighth_of_what_was_reached() -> None:
    pace = Pace(Manners(packets_per_second=float("inf")))
    pace.take(100_000, 1.0)
    for tenths in range(1, 60):
        pace.back_off(1.0 + tenths / 10)
    assert 10_000 < 1 / pace.interval < 13_000


def test_what_the_kernel_sends_by_itself_counts_like_what_we_send() -> None:
    pace = Pace(Manners(packets_per_second=1000, device_packets_per_second=40))
    pace.reserve("10.0.0.1", 0.0)
    pace.charge("10.0.0.1", 10, 0.0)
    assert 0.27 < pace.reserve("10.0.0.1", 0.0) < 0.28
    assert 0.009 < pace.reserve(None, 0.0) < 0.013


def test_headroom_is_left_of_both_rates() -> None:
    pace = Pace(Manners(packets_per_second=1000, device_packets_per_second=40), headroom=0.2)
    times = [pace.reserve("10.0.0.1", 0.0) for _ in range(33)]
    assert 0.99 < times[-1] < 1.01
