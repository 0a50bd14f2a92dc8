"""Which device is logged in to, with what, and how: once, where the operator gave a login for its address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

import netaddr

from camscan.model.device import Kind
from camscan.model.observation import Observation
from camscan.net.onvif_login import LoginTarget, clock_offset
from camscan.survey.request import Login
from camscan.wire.endpoint import parse_service_address

_DEVICE_PATH = "/onvif/device_service"


def login_for(ip: str, logins: Mapping[str, Login]) -> Login | None:
    """The login whose network holds the address, the narrowest first; "*" for any."""
    address = netaddr.IPAddress(ip.split("%")[0])
    best: tuple[int, Login] | None = None
    for where, login in logins.items():
        if where == "*":
            best = best or (-1, login)
            continue
        network = netaddr.IPNetwork(where)
        if address in network and (best is None or network.prefixlen > best[0]):
            best = (network.prefixlen, login)
    return best[1] if best else None


def login_target(
    ip: str,
    login: Login,
    observations: Iterable[Observation],
    kind: Kind,
    ports: Mapping[tuple[str, int], int],
) -> LoginTarget | None:
    """Where this device's ONVIF service answered, and how it wants to be logged in to; None without one."""
    place: tuple[int, str, bool] | None = None
    digest, offset = False, timedelta()
    for each in observations:
        if each.source == "onvif-device" and each.port is not None:
            place = place or (each.port, _DEVICE_PATH, each.port in (443, 8443))
            digest = digest or any("digest" in text.lower() for text in each.fields.get("http.auth", ()))
            if clock := each.first("onvif.clock"):
                offset = clock_offset(clock, each.at)
        for url in each.fields.get("onvif.xaddr", ()) if each.source == "ws-discovery" else ():
            address = parse_service_address(url)
            if address is not None:
                place = (address.port, address.path or _DEVICE_PATH, address.tls)
    if place is None:
        return None
    port, path, tls = place
    return LoginTarget(
        ip,
        port,
        path,
        tls,
        login.user,
        login.password,
        digest=digest,
        clock_offset=offset,
        recorder=kind is Kind.RECORDER,
        real_port=ports.get(("tcp", port), port),
    )
