"""Loss is believed when it is proved, and what follows is bounded."""

from __future__ import annotations

import pytest

from camscan.net.pace import BURST_SECONDS, FAST_QUANTUM_SECONDS, QUANTUM_SECONDS, Manners, Pace
from camscan.net.raw.batch import reserve
from camscan.net.raw.brake import Brake
from camscan.net.raw.tries import LIVE_TRIES, RoundTrip, Tries


@pytest.mark.parametrize(("size", "tries"), [(254, 3), (4096, 2), (65536, 1)])
def test_the_smaller_the_scope_the_oftener_the_silent_are_asked(size: int, tries: int) -> None:
    assert tries == Tries(size).allowed(live=False)
    assert LIVE_TRIES == Tries(size).allowed(live=True)


def test_seen_loss_gives_everybody_one_more_try() -> None:
    tries = Tries(65536)
    tries.answered(1, 98)
    tries.answered(2, 2)
    assert tries.lossy
    assert 2 == tries.allowed(live=False)


def test_silence_alone_is_no_loss() -> None:
    tries = Tries(65536)
    assert [None] * 63 + [False] == [tries.answered(1) for _ in range(64)]
    assert not tries.lossy


def test_many_answers_to_second_tries_slow_the_sweep_down() -> None:
    tries = Tries(65536)
    for _ in range(56):
        assert tries.answered(1) is None
    assert [None] * 7 + [True] == [tries.answered(2) for _ in range(8)]


def test_patience_follows_the_round_trip_between_its_bounds() -> None:
    trip = RoundTrip(1.5)
    assert 1.5 == trip.patience
    trip.measured(0.2)
    assert pytest.approx(0.6) == trip.patience
    for _ in range(100):
        trip.measured(0.001)
    assert RoundTrip.LEAST_SECONDS == trip.patience
    for _ in range(100):
        trip.measured(9.0)
    assert 1.5 == trip.patience


def test_a_batch_holds_what_falls_due_within_its_quantum() -> None:
    pace = Pace(Manners(packets_per_second=1000))
    taken, delay = reserve(pace, 512, 100.0)
    assert 20 <= taken <= 32  # the pace lets a sleeper catch up 20 ms, and 10 ms are the quantum
    assert QUANTUM_SECONDS == pace.quantum_seconds
    assert QUANTUM_SECONDS <= delay <= 2 * QUANTUM_SECONDS
    again, _ = reserve(pace, 512, 100.0 + delay)
    assert 10 <= again <= 12
    fast, _ = reserve(Pace(Manners(packets_per_second=20_000)), 4096, 100.0)
    assert fast <= 20_000 * (BURST_SECONDS + FAST_QUANTUM_SECONDS) + 1
    assert (7, 0.0) == reserve(Pace(Manners(packets_per_second=float("inf"))), 7, 100.0)


def test_the_brake_holds_a_rate_over_many_batches() -> None:
    brake, now, sent = Brake(Pace(Manners(packets_per_second=5000)), 4096, 0.0), 0.0, 0
    while sent < 10_000:
        room = brake.room(now)
        sent += room
        now += brake.took(room, now)
    assert now == pytest.approx(2.0, rel=0.05)


def test_whoever_else_asks_under_the_same_pace_gets_as_many_slots() -> None:
    pace = Pace(Manners(packets_per_second=1000))
    brake, now, ours, theirs, slot = Brake(pace, 4096, 0.0), 0.0, 0, 0, 0.0
    while now < 4.0:
        room = brake.room(now)
        ours += room
        wake = now + brake.took(room, now)
        while (slot := max(slot, now)) < wake:  # one asker, one slot after the other
            slot = pace.reserve(None, slot) + 1e-9
            theirs += 1
        now = wake
    assert 4 * 900 < ours + theirs < 4 * 1100
    assert 0.6 < theirs / ours < 1.7


def test_without_a_rate_loss_halves_what_was_achieved_and_calm_gives_it_back_slowly() -> None:
    pace = Pace(Manners(packets_per_second=float("inf")))
    brake = Brake(pace, 4096, 0.0)
    assert 4096 == brake.room(0.0)
    pace.take(100_000, 0.0)
    brake.loss(1.0)
    assert pytest.approx(1 / 50_000) == pace.interval
    brake.loss(1.05)
    assert pytest.approx(1 / 50_000) == pace.interval, "one burst of loss is one reason"
    brake.room(1.2)
    assert pytest.approx(1 / 55_000) == pace.interval
