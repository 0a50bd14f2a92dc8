"""What every room of a running scan works on: the request, its gate and pace, what was heard, who is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from camscan.match.resolve import Identifier
from camscan.model.exchange import Outcome
from camscan.model.observation import Observation, observe
from camscan.net.clock import utc_now
from camscan.net.gate import Gate
from camscan.net.ledger import Ledger
from camscan.net.neighbours import read_neighbours
from camscan.net.onvif_login import NAME as LOGIN
from camscan.net.pace import DEVICE_HEADROOM, HEADROOM, Pace
from camscan.net.presence import Presence
from camscan.survey import choice
from camscan.survey.admission import Admission
from camscan.survey.notebook import Notebook
from camscan.survey.request import Event, Heard, ScanRequest, Warned

SWEEP = "tcp-connect"
LIBRARY_PROBES = ("mdns", "neighbour")


class Desk:
    """Shared by the rooms of one scan; `note` is how anything becomes known."""

    def __init__(
        self, request: ScanRequest, identifier: Identifier, on_event: Callable[[Event], None]
    ) -> None:
        self.request = request
        self.tell = on_event
        self.gate = Gate(request.scope)
        self.pace = Pace(request.manners, HEADROOM, DEVICE_HEADROOM)
        self.probes = {probe.name: probe for probe in choice.chosen_probes(request)}
        logins = (LOGIN,) if request.logins else ()
        names = dict.fromkeys([*self.probes, SWEEP, *LIBRARY_PROBES, *logins])
        self.ledger = Ledger(names, request.scope.addresses())
        self.notebook = Notebook(identifier, request.site.id)
        self.admission = Admission(request.scope, request.links)
        self.presence = Presence(request.links, time.monotonic)
        self.neighbours: dict[str, str] = dict(request.neighbours or {})
        self.warnings: list[str] = []
        self.announced: Callable[[str, Iterable[str]], None] = lambda _ip, _xaddrs: None
        """Called with the ONVIF service addresses that an address announced."""
        self.heard_mac: Callable[[str], str | None] = lambda _: None
        """The hardware address that a sweep under way has heard for an address."""

    def note(self, observation: Observation) -> None:
        """Keep an observation and tell of it, once."""
        if not self.notebook.add(observation):
            return
        self.tell(Heard(observation))
        if (xaddrs := observation.fields.get("onvif.xaddr")) and choice.speaks_onvif(observation):
            self.announced(observation.ip, xaddrs)

    def note_mac(self, ip: str, mac: str | None) -> None:
        """The hardware address that the wire showed for this address."""
        if mac:
            self.note(observe(ip, "neighbour", {"mac.observed": mac}, at=utc_now(), payload=mac.encode()))
            self.ledger.record("neighbour", ip, Outcome.ANSWERED)

    def hardware_address(self, ip: str) -> str | None:
        """What the table given, or a sweep's ARP, says of this address; None where neither knows it."""
        return self.neighbours.get(ip) or self.heard_mac(ip)

    def add_neighbours(self) -> None:
        """Hardware addresses for every address heard from; the kernel's table too, unless one was given."""
        kernel = {} if self.request.neighbours else read_neighbours()
        for ip in list(self.notebook.addresses()):
            self.note_mac(ip, self.hardware_address(ip) or kernel.get(ip))

    def warn(self, text: str) -> None:
        """One line for people, said once."""
        if text not in self.warnings:
            self.warnings.append(text)
            self.tell(Warned(text))
