# ruff: noqa: E501 - recorded envelopes are one line
"""A WS-Discovery responder on UDP 3702, with the dialects of real devices (facts §1.2 to §1.5).

Types are ANDed as the standard says: a device that lists one of two asked types stays silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from camscan.lab.host import Answer, Datagram, Host

GROUP = "239.255.255.250"
GROUP6 = "ff02::c"
PORT = 3702

_MESSAGE_ID = re.compile(rb"<(?:[\w.-]+:)?MessageID[^>]*>\s*([^<]*?)\s*<")
_TYPES = re.compile(rb"<(?:[\w.-]+:)?Types([^>]*)>\s*([^<]*?)\s*<")
_PROBE = re.compile(rb"<(?:[\w.-]+:)?Probe[\s/>]")

_MATCHES = {
    "gsoap": (
        '<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:SOAP-ENC="http://www.w3.org/2003/05/soap-encoding" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
        ' xmlns:wsdd="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:tdn="http://www.onvif.org/ver10/network/wsdl"'
        ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl">'
        "<SOAP-ENV:Header><wsa:MessageID>urn:uuid:{message}</wsa:MessageID><wsa:RelatesTo>{relates}</wsa:RelatesTo>"
        '<wsa:To SOAP-ENV:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:To>'
        '<wsa:Action SOAP-ENV:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</wsa:Action>'
        '<wsdd:AppSequence InstanceId="{boot}" MessageNumber="7"></wsdd:AppSequence></SOAP-ENV:Header><SOAP-ENV:Body>'
        "<wsdd:ProbeMatches><wsdd:ProbeMatch><wsa:EndpointReference><wsa:Address>{endpoint}</wsa:Address>"
        "</wsa:EndpointReference><wsdd:Types>{types}</wsdd:Types><wsdd:Scopes>{scopes}</wsdd:Scopes>"
        "<wsdd:XAddrs>{xaddrs}</wsdd:XAddrs><wsdd:MetadataVersion>10</wsdd:MetadataVersion></wsdd:ProbeMatch>"
        "</wsdd:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    ),
    "env": (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
        ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:wsadis="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
        ' xmlns:pub="http://schemas.microsoft.com/windows/pub/2005/07" xmlns:wsdp="http://schemas.xmlsoap.org/ws/2006/02/devprof"'
        ' xmlns:wprt="http://schemas.microsoft.com/windows/2006/08/wdp/print">'
        "<env:Header><wsadis:MessageID>urn:uuid:{message}</wsadis:MessageID>\r\n<wsadis:RelatesTo>{relates}</wsadis:RelatesTo>\r\n"
        "<wsadis:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsadis:To>\r\n"
        "<wsadis:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</wsadis:Action>\r\n"
        '<d:AppSequence InstanceId="{boot}" MessageNumber="13"/>\r\n</env:Header>\r\n<env:Body><d:ProbeMatches>\r\n'
        "<d:ProbeMatch><wsadis:EndpointReference><wsadis:Address>{endpoint}</wsadis:Address>\r\n</wsadis:EndpointReference>\r\n"
        "<d:Types>{types}</d:Types>\r\n<d:Scopes>{scopes}</d:Scopes>\r\n<d:XAddrs>{xaddrs}</d:XAddrs>\r\n"
        "<d:MetadataVersion>10</d:MetadataVersion>\r\n</d:ProbeMatch>\r\n</d:ProbeMatches>\r\n</env:Body></env:Envelope>"
    ),
}
_FAULT = (
    '<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><SOAP-ENV:Body><SOAP-ENV:Fault><SOAP-ENV:Code>'
    "<SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value><SOAP-ENV:Subcode><SOAP-ENV:Value>{code}</SOAP-ENV:Value>"
    '</SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason><SOAP-ENV:Text xml:lang="en">{text}</SOAP-ENV:Text>'
    "</SOAP-ENV:Reason></SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>"
)


@dataclass(frozen=True, slots=True)
class WsDiscovery:
    """endpoint: the EPR address; types as sent ("dn:NetworkVideoTransmitter tds:Device").

    Dialect: newline_fault (Hikvision: a unicast probe with line breaks gets a fault), prefix_on_types
    (the type's prefix must be declared on the Types element), untyped_fault (TP-Link), late_seconds
    (answers after a random delay up to this), trailing (bytes after the envelope), any_type (some PC
    daemons answer a camera probe too).
    """

    endpoint: str
    scopes: tuple[str, ...]
    xaddrs: tuple[str, ...]
    types: str = "dn:NetworkVideoTransmitter tds:Device"
    style: str = "gsoap"
    newline_fault: bool = False
    prefix_on_types: bool = False
    untyped_fault: bool = False
    late_seconds: float = 0.5
    trailing: bytes = b""
    any_type: bool = False

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """UDP 3702."""
        return (("udp", PORT),)

    async def open(self, host: Host) -> None:
        """Join the group and answer."""
        draws = host.dice(-PORT).random

        def respond(datagram: Datagram) -> Iterator[Answer]:
            reply = self._reply(datagram, host)
            if reply:
                yield Answer(reply, delay_seconds=draws.random() * self.late_seconds)

        host.datagrams(PORT, respond, groups=(GROUP,), groups6=(GROUP6,))

    def _reply(self, datagram: Datagram, host: Host) -> bytes:
        payload = datagram.payload
        message = _MESSAGE_ID.search(payload)
        if not _PROBE.search(payload) or not message:
            return b""
        if self.newline_fault and datagram.group is None and b"\n" in payload.strip():
            return _FAULT.format(code="d:MatchingRuleNotSupported", text="the xml format error").encode()
        types = _TYPES.search(payload)
        asked = types.group(2).decode("latin-1").split() if types else []
        if not asked and self.untyped_fault:
            return _FAULT.format(code="d:MatchingRuleNotSupported", text="Types missing").encode()
        if asked and types and self.prefix_on_types and b"xmlns:" not in types.group(1):
            return b""
        listed = {name.partition(":")[2] for name in self.types.split()}
        if not self.any_type and not {name.rpartition(":")[2] for name in asked} <= listed:
            return b""
        identity = self.endpoint.rpartition(":")[2]
        text = _MATCHES[self.style].format(
            message=identity,
            relates=message.group(1).decode("latin-1"),
            boot=1700000000 + int(host.truth.ip.rpartition(".")[2]),
            endpoint=self.endpoint,
            types=self.types,
            scopes=" ".join(self.scopes),
            xaddrs=" ".join(self.xaddrs),
        )
        return text.encode() + self.trailing
