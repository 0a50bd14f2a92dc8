"""A fault of ours in one observation costs its words, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from camscan.catalog import load
from camscan.match import resolve, signs
from camscan.match.resolve import Identifier
from camscan.match.steady import SteadyIdentifier
from camscan.model.observation import Observation, observe

AT = datetime(2026, 11, 24, tzinfo=UTC)
SERIAL = "DS-2CD2T47G1-L20190522AAWRD2{:07d}"


def heard(ip: str, number: int) -> Observation:
    return observe(ip, "sadp", {"sadp.device_sn": SERIAL.format(number)}, at=AT, port=37020)


def poison(ip: str) -> Observation:
    return observe(ip, "http", {"http.title": "poison"}, at=AT, port=80)


@pytest.fixture(params=["flags", "evidence", "marks"])
def fault(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Concluding from `poison` fails at one of its three places."""

    def failing(work):  # type: ignore[no-untyped-def]
        def run(first, *more):  # type: ignore[no-untyped-def]
            together = [first] if isinstance(first, Observation) else first
            if any(each.first("http.title") == "poison" for each in together):
                raise IndexError("a bug")
            return work(first, *more)

        return run

    module, name = {
        "flags": (resolve, "flags_of"),
        "evidence": (resolve, "signs_of_a_camera"),
        "marks": (resolve, "marks_of"),
    }[request.param]
    monkeypatch.setattr(module, name, failing(getattr(module, name)))
    return str(request.param)


def test_the_other_devices_and_the_other_words_are_concluded_about(fault: str) -> None:
    told: list[str] = []
    honest = [heard(f"10.0.0.{number}", number) for number in range(1, 4)]
    before = Identifier(load()).identify(honest)
    devices = SteadyIdentifier(load(), told.append).identify(
        [*honest, poison("10.0.0.2"), poison("10.0.0.9")]
    )
    assert ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.9"] == [device.ip for device in devices]
    assert [before[0], before[2]] == [devices[0], devices[2]]
    hurt = next(device for device in devices if device.ip == "10.0.0.2")
    assert SERIAL.format(2) == hurt.value("serial")
    assert ("sadp", "http") == hurt.discovered_by
    assert any("10.0.0.9: IndexError: a bug; please report it" in line for line in told), fault


def test_without_it_a_fault_is_raised(fault: str) -> None:
    with pytest.raises(IndexError):
        Identifier(load()).identify([poison("10.0.0.9")])


def test_it_concludes_as_ever() -> None:
    together = [heard("10.0.0.1", 1), heard("10.0.0.2", 2)]
    assert Identifier(load()).identify(together) == SteadyIdentifier(load(), pytest.fail).identify(together)
    assert signs.is_tarpit([]) is False
