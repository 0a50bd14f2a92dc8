"""Which probes a request allows, and how a probe is asked."""

from __future__ import annotations

from collections.abc import Iterable

from camscan.model.exchange import Probe, Target, Transport
from camscan.model.observation import Observation
from camscan.probes import load_probes, snmp
from camscan.probes.ports import CAMERA_PORTS
from camscan.survey.request import ScanRequest


def speaks_onvif(observation: Observation) -> bool:
    """Did this WS-Discovery answer come from an ONVIF device? Printers and Windows answer too."""
    return (
        any("onvif.org" in scope.lower() for scope in observation.fields.get("onvif.scope", ()))
        or any(name.startswith("NetworkVideo") for name in observation.fields.get("onvif.types", ()))
        or any("/onvif/" in url.lower() for url in observation.fields.get("onvif.xaddr", ()))
    )


def is_asked_each(probe: Probe) -> bool:
    """Does this probe ask every address by a datagram of its own?"""
    return probe.asks is not None and probe.transport in (Transport.UDP, Transport.GROUP) and not probe.needs


def messages(probe: Probe) -> int:
    """How many unicast datagrams the probe opens with."""
    return len(tuple(probe.asks(Target("127.0.0.1")))) if probe.asks else 0


def chosen_probes(request: ScanRequest) -> tuple[Probe, ...]:
    """The probes this request allows: experimental ones only when asked for."""
    chosen = []
    for probe in load_probes():
        if request.probes and probe.name not in request.probes:
            continue
        if probe.experimental and not request.experimental:
            continue
        if probe.needs == "community":
            chosen += [snmp.with_community(community) for community in request.communities[:1]]
        else:
            chosen.append(probe)
    return tuple(chosen)


def sweep_ports(request: ScanRequest, stage: int) -> tuple[int, ...]:
    """The TCP ports of one stage: 1 for every address, 2 for those that answered; -p and -Pn make it one."""
    if request.scope.ports:
        return request.scope.ports if stage == 1 else ()
    if request.assume_up:
        return tuple(each.port for each in CAMERA_PORTS) if stage == 1 else ()
    return tuple(each.port for each in CAMERA_PORTS if each.stage == stage)


def total_questions(request: ScanRequest, probes: Iterable[Probe]) -> int:
    """How many steps the walks over the targets have: unicast questions and pairs of the sweep."""
    each = sum(messages(probe) for probe in probes if is_asked_each(probe))
    return request.scope.positions * (len(sweep_ports(request, stage=1)) + each)
