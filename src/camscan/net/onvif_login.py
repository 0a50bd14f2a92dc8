"""ONVIF with a login the operator supplied, through onvif-zeep and requests.

Rules: one attempt for each device and run, in the one way the device asked for (HTTP digest where its 401
says so, WS-Security otherwise); the first refusal ends it; what the messages travel on is `login_transport`,
which bounds them. The parsed WSDL is shared, a device costs messages only (a client of its own costs 58 ms,
measured). Importing onvif configures the root logger: that is undone here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from camscan.errors import OperationalError
from camscan.model.address import parse_mac
from camscan.model.observation import Observation, RawFields, observe
from camscan.net.clock import utc_now
from camscan.net.gate import Gate, OutsideScope
from camscan.net.login_transport import Cutoff, transport
from camscan.wire.endpoint import parse_service_address

NAME = "onvif-login"
MAX_CHANNELS = 256
MAX_INTERFACES = 16
_DEVICE = "{http://www.onvif.org/ver10/device/wsdl}DeviceBinding"
_MEDIA = "{http://www.onvif.org/ver10/media/wsdl}MediaBinding"


class LoginRefused(Exception):
    """The device did not accept the login; it is not tried again in this run."""


@dataclass(frozen=True, slots=True)
class LoginTarget:
    """Where and how to log in. digest: the device asked for HTTP digest; clock_offset: its against ours."""

    ip: str
    port: int
    path: str
    tls: bool
    user: str
    password: str = field(repr=False)
    digest: bool = False
    clock_offset: timedelta = timedelta()
    recorder: bool = False
    real_port: int = 0
    timeout_seconds: float = 6.0

    @property
    def url(self) -> str:
        """The device service's address, always the device's own."""
        host = f"[{self.ip}]" if ":" in self.ip else self.ip
        return f"{'https' if self.tls else 'http'}://{host}:{self.real_port or self.port}{self.path}"


def read_device(target: LoginTarget, gate: Gate, cutoff: Cutoff) -> tuple[Observation, ...]:
    """What the device says once logged in, as far as it said it before the cutoff. Blocking: for a thread.

    Raises LoginRefused, or OperationalError with the reason when it did not answer as ONVIF does.
    """
    carrier = _transport(target, gate, cutoff)
    service = _service(target, carrier, "devicemgmt", _DEVICE)
    try:
        return tuple(_observations(target, carrier, service))
    except OutsideScope as outside:
        raise OperationalError(f"{target.ip}: {outside}") from None
    except OperationalError:
        if cutoff.over:
            raise OperationalError(f"{target.ip}: its time was used up by the login") from None
        raise
    finally:
        carrier.session.close()


def _observations(target: LoginTarget, carrier: Any, service: Any) -> Iterator[Observation]:
    told = _call(lambda: service.GetDeviceInformation())
    yield _observed(
        target,
        {
            "onvif.device_manufacturer": _text(told, "Manufacturer"),
            "onvif.device_model": _text(told, "Model"),
            "onvif.device_firmware": _text(told, "FirmwareVersion"),
            "onvif.device_serial": _text(told, "SerialNumber"),
            "onvif.device_hardware": _text(told, "HardwareId"),
        },
    )
    rest: dict[str, str | list[str] | None] = {}
    interfaces = _few(_optional(lambda: service.GetNetworkInterfaces()), MAX_INTERFACES)
    macs = [str(getattr(getattr(each, "Info", None), "HwAddress", "") or "") for each in interfaces]
    rest["mac.claimed"] = [mac for text in macs if (mac := parse_mac(text))]
    rest["onvif.hostname"] = _text(_optional(lambda: service.GetHostname()), "Name")
    if target.recorder:
        rest["recorder.channel"] = list(_channels(target, carrier, service))
    if any(rest.values()):
        yield _observed(target, rest)


def _channels(target: LoginTarget, carrier: Any, service: Any) -> Iterator[str]:
    """`number|name|address|model` for each video source a recorder offers; the address is not announced."""
    capabilities = _optional(lambda: service.GetCapabilities({"Category": "Media"}))
    xaddr = str(getattr(getattr(capabilities, "Media", None), "XAddr", "") or "")
    if not xaddr:
        return
    address = parse_service_address(xaddr)
    path = address.path if address is not None and address.path != "/" else "/onvif/media_service"
    media = _service(target, carrier, "media", _MEDIA, path)
    seen: dict[str, str] = {}
    for profile in _few(_optional(lambda: media.GetProfiles()), MAX_CHANNELS):
        source = getattr(profile, "VideoSourceConfiguration", None)
        token = str(getattr(source, "SourceToken", "") or getattr(profile, "token", ""))
        seen.setdefault(token, str(getattr(source, "Name", "") or getattr(profile, "Name", "")))
    for number, (token, name) in enumerate(seen.items(), 1):
        yield f"{number}|{(name or token).replace('|', '/')}||"


def _few(answer: Any, most: int) -> list[Any]:
    """The first of a list; nothing where a device answered something else."""
    return answer[:most] if isinstance(answer, list) else []


def _service(target: LoginTarget, carrier: Any, wsdl: str, binding: str, path: str = "") -> Any:
    onvif = _onvif()
    import zeep

    wsse = None
    if not target.digest:
        wsse = onvif.UsernameDigestTokenDtDiff(
            target.user, target.password, dt_diff=target.clock_offset, use_digest=True
        )
    document, settings = parsed_wsdl(wsdl)
    make_client: Any = zeep.Client
    client = make_client(document, wsse=wsse, transport=carrier, settings=settings)
    url = target.url if not path else target.url.removesuffix(target.path) + path
    return onvif.ONVIFService(
        url, target.user, "", str(_wsdl(wsdl)), zeep_client=client, binding_name=binding, transport=carrier
    )


def _call(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Exception as fault:  # onvif wraps whatever zeep, requests and lxml raise into ONVIFError
        if isinstance(fault, OutsideScope):
            raise
        text = str(getattr(fault, "reason", "") or fault)[:200]
        if any(word in text.lower() for word in ("auth", "401", "403", "sender", "password", "permitted")):
            raise LoginRefused(text) from None
        raise OperationalError(f"ONVIF with login: {text}") from None


def _optional(ask: Callable[[], Any]) -> Any:
    """A further answer that a device may refuse or not know; its refusal loses nothing already told."""
    try:
        return _call(ask)
    except (LoginRefused, OperationalError):
        return None


def _observed(target: LoginTarget, fields: RawFields) -> Observation:
    payload = repr(sorted((k, v) for k, v in fields.items() if v)).encode("utf-8", "replace")
    return observe(target.ip, NAME, fields, at=utc_now(), payload=payload, port=target.port)


def _text(answer: Any, name: str) -> str:
    return str(getattr(answer, name, None) or "")


def clock_offset(device_clock: str, heard_at: datetime) -> timedelta:
    """How far a device's clock (ISO 8601, UTC) is from ours; nothing when it cannot be read."""
    try:
        told = datetime.strptime(device_clock, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=heard_at.tzinfo)
    except ValueError:
        return timedelta()
    return told - heard_at


def _transport(target: LoginTarget, gate: Gate, cutoff: Cutoff) -> Any:
    from requests.auth import HTTPDigestAuth

    auth = HTTPDigestAuth(target.user, target.password) if target.digest else None
    return transport(target.url, gate, target.port, cutoff, auth, target.timeout_seconds)


@cache
def _onvif() -> Any:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    import onvif.client as client

    root.handlers[:], root.level = handlers, level
    import urllib3

    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    return client


def _wsdl(name: str) -> Path:
    """The WSDL that onvif-zeep installs beside its package."""
    where = Path(_onvif().__file__).parent.parent / "wsdl" / f"{name}.wsdl"
    if not where.is_file():
        raise OperationalError(f"onvif-zeep is installed without its {name}.wsdl: reinstall onvif-zeep")
    return where


def prepare() -> None:
    """Load what every login shares; call it once before logins run side by side."""
    for name in ("devicemgmt", "media"):
        parsed_wsdl(name)


@cache
def parsed_wsdl(name: str) -> tuple[Any, Any]:
    """The parsed WSDL and its settings, once for all devices."""
    from zeep.settings import Settings
    from zeep.transports import Transport
    from zeep.wsdl import Document

    settings = Settings(strict=False, xml_huge_tree=False, forbid_entities=True, forbid_dtd=True)
    transport: Any = Transport
    return Document(str(_wsdl(name)), transport(), settings=settings), settings
