"""Identification that a fault of ours in concluding about one device cannot end.

What cannot be concluded from is told and keeps its address, source and time, without its words; every other
observation of the same device, and every other device, is concluded about as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from camscan.match.identity import Marks
from camscan.match.resolve import Identifier, Knowledge
from camscan.model.device import Device, Evidence
from camscan.model.observation import Observation

_NOTHING = frozenset[str]()


class SteadyIdentifier(Identifier):
    """tell: hears one line for each fault."""

    def __init__(self, knowledge: Knowledge, tell: Callable[[str], None]) -> None:
        super().__init__(knowledge)
        self._tell = tell

    def resolve(self, observations: Sequence[Observation], **about: Any) -> Device:
        """See `Identifier.resolve`."""
        try:
            return super().resolve(observations, **about)
        except Exception as fault:  # noqa: BLE001 - our bug must not cost the other devices
            self._say(observations, fault)
        kept: list[Observation] = []
        for each in observations:
            kept.append(each if self._holds([*kept, each]) else replace(each, fields={}))
        return super().resolve(kept, **{**about, "evidence": None})

    def evidence_of(self, observation: Observation) -> Iterator[tuple[str, Evidence]]:
        """See `Identifier.evidence_of`."""
        try:
            return iter(list(super().evidence_of(observation)))
        except Exception as fault:  # noqa: BLE001 - as above
            self._say([observation], fault)
            return iter(())

    def _marks(self, observations: Sequence[Observation], claimed: Iterable[str] = ()) -> Marks:
        try:
            return super()._marks(observations, claimed)
        except Exception as fault:  # noqa: BLE001 - as above
            self._say(observations, fault)
            return Marks(_NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING)

    def _holds(self, observations: Sequence[Observation]) -> bool:
        try:
            super().resolve(observations)
        except Exception:  # noqa: BLE001 - told already
            return False
        return True

    def _say(self, observations: Sequence[Observation], fault: Exception) -> None:
        ip = observations[0].ip
        self._tell(
            f"a bug of camscan while concluding about {ip}: {type(fault).__name__}: {fault}; please report it"
        )
