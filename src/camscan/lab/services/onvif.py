# ruff: noqa: E501 - literal replies are kept as recorded
"""The ONVIF device service: PRE_AUTH operations for anyone, the rest for a login or, on some, for anyone.

Templates follow recorded replies (gSOAP "SOAP-ENV" and the "env" style). Access classes: facts §2.1.
Digest (RFC 2617) and UsernameToken PasswordDigest (WS-Security) are checked against the device's login;
every login seen is logged, every Set*, Create*, reboot and secret read is logged as forbidden.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

from camscan.lab.host import Host
from camscan.lab.services.http import HttpRequest, Page

_OPERATION = re.compile(
    rb"<(?:[\w.-]+:)?((?:Get|Set|Create|Delete|Add|Remove|System|Upgrade|Start|Restore|Load|Send)\w+)[\s/>]"
)
_BODY = re.compile(rb"<(?:[\w.-]+:)?Body[^>]*>")
_PRE_AUTH = frozenset(
    {"GetWsdlUrl", "GetServices", "GetServiceCapabilities", "GetCapabilities", "GetHostname"}
    | {"GetSystemDateAndTime", "GetEndpointReference"}
)
_READABLE = frozenset(
    {"GetDeviceInformation", "GetScopes", "GetNetworkInterfaces", "GetDNS", "GetNTP", "GetDiscoveryMode"}
    | {"GetNetworkProtocols", "GetZeroConfiguration", "GetProfiles", "GetVideoSources"}
)
_TOKEN = {
    name: re.compile(rb"<(?:[\w.-]+:)?" + name.encode() + rb"(?:\s[^>]*)?>([^<]*)<")
    for name in ("Username", "Password", "Nonce", "Created")
}
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<{soap}:Envelope xmlns:{soap}="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl"'
    ' xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error">'
    "<{soap}:Body>{body}</{soap}:Body></{soap}:Envelope>"
)
_FAULT = (
    "<{soap}:Fault><{soap}:Code><{soap}:Value>{soap}:Sender</{soap}:Value><{soap}:Subcode>"
    "<{soap}:Value>ter:{code}</{soap}:Value></{soap}:Subcode></{soap}:Code><{soap}:Reason>"
    '<{soap}:Text xml:lang="en">{text}</{soap}:Text></{soap}:Reason></{soap}:Fault>'
)
_CLOCK = (
    "<tt:Time><tt:Hour>10</tt:Hour><tt:Minute>20</tt:Minute><tt:Second>30</tt:Second></tt:Time>"
    "<tt:Date><tt:Year>2024</tt:Year><tt:Month>3</tt:Month><tt:Day>5</tt:Day></tt:Date>"
)


@dataclass(frozen=True, slots=True)
class Login:
    """A user that exists on a device."""

    user: str
    password: str


@dataclass(frozen=True, slots=True)
class OnvifDevice:
    """What the service says. anonymous: the operations beyond PRE_AUTH it gives to anyone.
    refuses: "401" (HTTP Digest challenge) or "fault" (ter:NotAuthorized). namespaces: vendor extensions
    GetServices lists. port: where its own XAddrs point. clock_missing: some omit UTCDateTime."""

    manufacturer: str
    model: str
    firmware: str
    serial: str
    hardware_id: str = "1.0"
    scopes: tuple[str, ...] = ()
    anonymous: frozenset[str] = frozenset()
    refuses: str = "fault"
    realm: str = "IP Camera"
    login: Login | None = None
    soap: str = "SOAP-ENV"
    port: int = 80
    namespaces: tuple[str, ...] = ()
    channels: int = 1
    endpoint: str = ""

    def reply(self, request: HttpRequest, host: Host) -> Page:
        """Answer one SOAP request."""
        body = _BODY.search(request.body)
        found = _OPERATION.search(request.body, body.end()) if body else None
        operation = found.group(1).decode("ascii") if found else ""
        if operation.startswith("Get"):
            host.log.requested(host.ip, request.port, f"ONVIF {operation}")
        if operation not in _PRE_AUTH | _READABLE:
            if operation:
                host.log.forbid(host.ip, request.port, f"ONVIF {operation}")
            return self._fault("ActionNotSupported", "Optional Action Not Implemented", 400)
        allowed = self._allowed(request, host, operation)
        if operation not in _PRE_AUTH | self.anonymous and not allowed:
            return self._refusal()
        answer = self._body(operation, host)
        if not answer:
            return self._fault("ActionNotSupported", "Optional Action Not Implemented", 400)
        return self._page(answer, 200)

    def _allowed(self, request: HttpRequest, host: Host, operation: str) -> bool:
        header = request.headers.get("authorization", "")
        token = {name: pattern.search(request.body) for name, pattern in _TOKEN.items()}
        if not header and not token["Username"]:
            return False
        accepted = self.login is not None and (
            _digest_holds(header, request.method, self.login) if header else _token_holds(token, self.login)
        )
        host.log.authorized(host.ip, request.port, f"ONVIF {operation}", accepted=accepted)
        return accepted

    def _refusal(self) -> Page:
        if self.refuses == "401":
            nonce = hashlib.md5(self.serial.encode(), usedforsecurity=False).hexdigest()
            challenge = f'Digest realm="{self.realm}", qop="auth", nonce="{nonce}"'
            return Page(b"", 401, (("WWW-Authenticate", challenge), ("Content-Type", "text/html")))
        return self._fault("NotAuthorized", "The action requested requires authorization", 400)

    def _fault(self, code: str, text: str, status: int) -> Page:
        return self._page(_FAULT.format(soap=self.soap, code=code, text=text), status)

    def _page(self, body: str, status: int) -> Page:
        document = _ENVELOPE.format(soap=self.soap, body=body)
        return Page(document.encode(), status, (("Content-Type", "application/soap+xml; charset=utf-8"),))

    def _body(self, operation: str, host: Host) -> str:
        base = f"http://{host.ip}:{self.port}/onvif" if self.port != 80 else f"http://{host.ip}/onvif"
        mac = host.truth.claimed_mac or host.truth.mac
        match operation:
            case "GetSystemDateAndTime":
                inner = (
                    "<tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
                    "<tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>UTC0</tt:TZ></tt:TimeZone>"
                    f"<tt:UTCDateTime>{_CLOCK}</tt:UTCDateTime><tt:LocalDateTime>{_CLOCK}</tt:LocalDateTime>"
                    "</tds:SystemDateAndTime>"
                )
            case "GetDeviceInformation":
                inner = (
                    f"<tds:Manufacturer>{self.manufacturer}</tds:Manufacturer><tds:Model>{self.model}</tds:Model>"
                    f"<tds:FirmwareVersion>{self.firmware}</tds:FirmwareVersion>"
                    f"<tds:SerialNumber>{self.serial}</tds:SerialNumber>"
                    f"<tds:HardwareId>{self.hardware_id}</tds:HardwareId>"
                )
            case "GetServices":
                inner = "".join(
                    f"<tds:Service><tds:Namespace>{namespace}</tds:Namespace><tds:XAddr>{base}/{path}</tds:XAddr>"
                    "<tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
                    for namespace, path in (
                        ("http://www.onvif.org/ver10/device/wsdl", "device_service"),
                        ("http://www.onvif.org/ver10/media/wsdl", "Media"),
                        ("http://www.onvif.org/ver10/events/wsdl", "Events"),
                        *((namespace, "Extension") for namespace in self.namespaces),
                    )
                )
            case "GetCapabilities":
                inner = (
                    f"<tds:Capabilities><tt:Device><tt:XAddr>{base}/device_service</tt:XAddr></tt:Device>"
                    f"<tt:Media><tt:XAddr>{base}/Media</tt:XAddr></tt:Media></tds:Capabilities>"
                )
            case "GetScopes":
                inner = "".join(
                    f"<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef><tt:ScopeItem>{scope}</tt:ScopeItem></tds:Scopes>"
                    for scope in self.scopes
                )
            case "GetHostname":
                inner = (
                    "<tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP>"
                    f"<tt:Name>{host.truth.hostname}</tt:Name></tds:HostnameInformation>"
                )
            case "GetNetworkInterfaces":
                inner = (
                    '<tds:NetworkInterfaces token="eth0"><tt:Enabled>true</tt:Enabled><tt:Info><tt:Name>eth0</tt:Name>'
                    f"<tt:HwAddress>{mac}</tt:HwAddress><tt:MTU>1500</tt:MTU></tt:Info><tt:IPv4><tt:Enabled>true"
                    f"</tt:Enabled><tt:Config><tt:Manual><tt:Address>{host.ip}</tt:Address><tt:PrefixLength>24"
                    "</tt:PrefixLength></tt:Manual><tt:DHCP>false</tt:DHCP></tt:Config></tt:IPv4></tds:NetworkInterfaces>"
                )
            case "GetEndpointReference" if self.endpoint:
                inner = f"<tds:GUID>{self.endpoint}</tds:GUID>"
            case "GetWsdlUrl":
                inner = "<tds:WsdlUrl>http://www.onvif.org/</tds:WsdlUrl>"
            case "GetServiceCapabilities":
                inner = (
                    '<tds:Capabilities><tds:Network IPFilter="true"/><tds:Security HttpDigest="true" '
                    'UsernameToken="true"/><tds:System FirmwareUpgrade="true"/></tds:Capabilities>'
                )
            case "GetVideoSources" | "GetProfiles":
                return self._media(operation)
            case _:
                return ""
        return f"<tds:{operation}Response>{inner}</tds:{operation}Response>"

    def _media(self, operation: str) -> str:
        numbers = range(1, max(1, self.channels) + 1)
        if operation == "GetVideoSources":
            inner = "".join(
                f'<trt:VideoSources token="VideoSource_{n}"><tt:Framerate>25</tt:Framerate></trt:VideoSources>'
                for n in numbers
            )
        else:
            inner = "".join(
                f'<trt:Profiles token="Profile_{n}01" fixed="true"><tt:Name>Channel {n}</tt:Name>'
                f'<tt:VideoSourceConfiguration token="VSC_{n}"><tt:Name>Channel {n}</tt:Name>'
                f"<tt:SourceToken>VideoSource_{n}</tt:SourceToken></tt:VideoSourceConfiguration></trt:Profiles>"
                for n in numbers
            )
        return f"<trt:{operation}Response>{inner}</trt:{operation}Response>"


def _digest_holds(header: str, method: str, login: Login) -> bool:
    given = dict(re.findall(r'(\w+)="?([^",]*)"?', header.partition(" ")[2]))
    first = _md5(f"{login.user}:{given.get('realm', '')}:{login.password}")
    second = _md5(f"{method}:{given.get('uri', '')}")
    middle = given.get("nonce", "")
    if "qop" in given:
        middle += f":{given.get('nc', '')}:{given.get('cnonce', '')}:{given['qop']}"
    return given.get("username") == login.user and given.get("response") == _md5(f"{first}:{middle}:{second}")


def _token_holds(token: dict[str, re.Match[bytes] | None], login: Login) -> bool:
    found = {name: match.group(1).strip() for name, match in token.items() if match}
    if found.get("Username", b"").decode("latin-1") != login.user or len(found) != 4:
        return False
    nonce = base64.b64decode(found["Nonce"], validate=False)
    expected = hashlib.sha1(  # WS-Security UsernameToken profile 1.0
        nonce + found["Created"] + login.password.encode(), usedforsecurity=False
    ).digest()
    return base64.b64encode(expected) == found["Password"]


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
