"""The operator's logins: used once for each device and run, where one was given for its address."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from camscan.errors import OperationalError
from camscan.model.device import Kind
from camscan.model.exchange import Outcome
from camscan.model.observation import Observation
from camscan.net.login_transport import Cutoff
from camscan.net.onvif_login import NAME as LOGIN
from camscan.net.onvif_login import LoginRefused, LoginTarget, prepare, read_device
from camscan.survey.desk import Desk
from camscan.survey.logins import login_for, login_target

LOGINS_AT_ONCE = 32
LOGIN_SECONDS = 20.0
"""A login at most. Honest recorders need one or two; whoever dawdles holds a thread that others wait for."""


class LoggingIn:
    """`read(ip, seconds)` notes what a login shows; `close` once nobody is to be logged in to any more."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._done = set[str]()
        self._wsdl = asyncio.Lock()
        self._threads: ThreadPoolExecutor | None = None
        self._room = asyncio.Semaphore(LOGINS_AT_ONCE)

    async def read(self, ip: str, seconds: float) -> None:
        """Log in where that is wanted and possible; never raises for what the device does.

        seconds: what is left of this device's time.
        """
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
            found = await self._within(min(seconds, LOGIN_SECONDS), target)
        except LoginRefused as refusal:
            desk.ledger.record(LOGIN, ip, Outcome.REFUSED, f"{ip}: {refusal}")
            desk.warn(f"{ip} did not accept the login supplied; it was tried once and is not tried again")
        except OperationalError as fault:
            desk.ledger.record(LOGIN, ip, Outcome.TIMED_OUT, str(fault))
        else:
            desk.ledger.record(LOGIN, ip, Outcome.ANSWERED)
            for each in found:
                desk.note(each)

    def close(self) -> None:
        """Let the threads go."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None

    async def _within(self, seconds: float, target: LoginTarget) -> tuple[Observation, ...]:
        if seconds <= 0:
            raise OperationalError(f"{target.ip}: its time was used up before the login")
        loop = asyncio.get_running_loop()
        async with self._room:
            self._threads = self._threads or ThreadPoolExecutor(LOGINS_AT_ONCE, "camscan-login")
            cutoff = Cutoff()
            alarm = loop.call_later(seconds, cutoff.cut)
            try:
                return await loop.run_in_executor(self._threads, read_device, target, self._desk.gate, cutoff)
            finally:  # the scan may have been given up: no thread may go on talking
                alarm.cancel()
                cutoff.cut()
