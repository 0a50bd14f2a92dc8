"""The operator's logins: used once for each device and run, where one was given for its address."""

from __future__ import annotations

import asyncio

from camscan.errors import OperationalError
from camscan.model.device import Kind
from camscan.model.exchange import Outcome
from camscan.net.onvif_login import NAME as LOGIN
from camscan.net.onvif_login import LoginRefused, prepare, read_device
from camscan.survey.desk import Desk
from camscan.survey.logins import login_for, login_target


class LoggingIn:
    """`read(ip)` notes what a login shows."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._done = set[str]()
        self._wsdl = asyncio.Lock()

    async def read(self, ip: str) -> None:
        """Log in where that is wanted and possible; never raises for what the device does."""
        desk, request = self._desk, self._desk.request
        login = login_for(ip, request.logins) if request.logins else None
        device = desk.notebook.verdict(ip)
        if login is None or device is None or ip in self._done or device.kind is Kind.NOT_A_CAMERA:
            return
        target = login_target(ip, login, desk.notebook.of(ip), device.kind, request.port_map)
        if target is None:
            return
        self._done.add(ip)
        await desk.pace.wait(ip)
        try:
            async with self._wsdl:  # parsed once, not by every thread that needs it first
                await asyncio.to_thread(prepare)
            found = await asyncio.to_thread(read_device, target, desk.gate)
        except LoginRefused as refusal:
            desk.ledger.record(LOGIN, ip, Outcome.REFUSED, f"{ip}: {refusal}")
            desk.warn(f"{ip} did not accept the login supplied; it was tried once and is not tried again")
        except OperationalError as fault:
            desk.ledger.record(LOGIN, ip, Outcome.TIMED_OUT, str(fault))
        else:
            desk.ledger.record(LOGIN, ip, Outcome.ANSWERED)
            for each in found:
                desk.note(each)
